import { browserConfig, WEBGPU } from "@tt-internal/vitest-config/browser";
import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = browserConfig({
  name: "isolated",
  include: ["test/browser/*.test.ts"],
  isolated: true,
  args: WEBGPU,
});

export default config;
