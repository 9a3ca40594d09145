import { defineConfig } from "vitest/config";

// One process for everything, for watch mode. `pnpm test` runs each package's own configuration through turbo.
export default defineConfig({
  test: { projects: ["packages/*", "apps/*/vitest.config.ts", "tooling/*/vitest.config.ts"], maxWorkers: 2 },
});
