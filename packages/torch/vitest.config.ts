import { config } from "@tt-internal/vitest-config";

config.test!.include!.push("test/*.test.ts");

export default config;
