import { defineConfig } from "vitest/config";

const source = "@tt/source";

/** Tests run from the packages' sources (the `@tt/source` condition), never from `dist`. */
export const config = defineConfig({
  resolve: { conditions: [source, "module", "browser", "development|production"] },
  ssr: { resolve: { conditions: [source, "module", "node", "development|production"] } },
  test: {
    include: ["src/**/*.test.ts"],
    pool: "threads",
    maxWorkers: 2,
    testTimeout: 30_000,
    // .ci/run adds up the JSON of all packages.
    reporters: ["default", ["json", { outputFile: ".vitest/results.json" }]],
  },
});
