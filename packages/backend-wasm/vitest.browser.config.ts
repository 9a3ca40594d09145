import { browserConfig } from "@tt-internal/vitest-config/browser";
import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = browserConfig(
  { name: "isolated", include: ["test/isolated.test.ts"], isolated: true },
  { name: "plain", include: ["test/plain.test.ts"] },
);

export default config;
