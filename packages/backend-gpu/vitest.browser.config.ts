import { browserConfig } from "@tt-internal/vitest-config/browser";
import type { ViteUserConfig } from "vitest/config";

/** Chromium's software adapter. Without the last but one of them what a canvas gives back is wrong. */
const args = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--use-vulkan=swiftshader",
  "--enable-dawn-features=disable_workgroup_init",
];

const config: ViteUserConfig = browserConfig({
  name: "isolated",
  include: ["test/browser/*.test.ts"],
  isolated: true,
  args,
});

export default config;
