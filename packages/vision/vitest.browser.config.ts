import { browserConfig } from "@tt-internal/vitest-config/browser";
import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = browserConfig({ name: "page", include: ["test/browser/*.test.ts"] });

export default config;
