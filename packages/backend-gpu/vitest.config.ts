import { existsSync } from "node:fs";
import { config } from "@tt-internal/vitest-config";
import { mergeConfig, type ViteUserConfig } from "vitest/config";

// The software GPU takes all cores by itself: two at a time hold each other up for minutes.
// The driver reads the environment of the process, which inside a test is a copy: the software adapter of Debian's chromium.
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const env: Record<string, string> = { XDG_RUNTIME_DIR: "/tmp" };
if (process.env["VK_ICD_FILENAMES"] === undefined && existsSync(driver)) env["VK_ICD_FILENAMES"] = driver;

const merged: ViteUserConfig = mergeConfig(config, {
  test: { pool: "forks", maxWorkers: 1, testTimeout: 300_000, env },
});
export default merged;
