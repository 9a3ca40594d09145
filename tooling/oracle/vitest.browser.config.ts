import { browserConfig, WEBGPU } from "@tt-internal/vitest-config/browser";
import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = browserConfig({
  name: "gpu",
  include: ["test/browser/*.test.ts"],
  isolated: true,
  args: WEBGPU,
  // All ops with ORACLE_EVERY=1.
  define: { __EVERY__: process.env["ORACLE_EVERY"] ?? "10" },
});

export default config;
