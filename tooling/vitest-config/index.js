import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

// Tests of device "gpu" run on the software adapter of Debian's chromium, unless a driver is named. Drivers read the process's
// own environment, so that it must be set before there are workers.
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (existsSync(driver)) {
  process.env["VK_ICD_FILENAMES"] ??= driver;
  process.env["XDG_RUNTIME_DIR"] ??= "/tmp";
}

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
