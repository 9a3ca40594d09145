import { browserConfig } from "@tt-internal/vitest-config/browser";
import type { ViteUserConfig } from "vitest/config";

const args = ["--disable-gpu", "--enable-precise-memory-info", "--js-flags=--expose-gc"];
const include = ["test/browser/*.test.ts"];

const config: ViteUserConfig = browserConfig(
  { name: "isolated", include, isolated: true, args, define: { __ISOLATED__: "true" } },
  // Isolation makes no difference to memory.
  { name: "not isolated", include, exclude: ["test/browser/leaks.test.ts"], args, define: { __ISOLATED__: "false" } },
);

export default config;
