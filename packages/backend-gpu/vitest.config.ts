import { config } from "@tt-internal/vitest-config";

export default config;
