import { browserConfig } from "@tt-internal/vitest-config/browser";
import type { ViteUserConfig } from "vitest/config";

const include = ["test/browser/*.test.ts"];

const config: ViteUserConfig = browserConfig(
  { name: "isolated", include, isolated: true, define: { __ISOLATED__: "true" } },
  { name: "not isolated", include, define: { __ISOLATED__: "false" } },
);

export default config;
