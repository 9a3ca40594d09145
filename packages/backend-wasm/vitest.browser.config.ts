import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config";

const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** Pages with the headers that allow shared memory, and without. */
const project = (name: string, headers: Record<string, string>): TestProjectInlineConfiguration => ({
  resolve: { conditions: ["@tt/source", "module", "browser", "development|production"] },
  server: { headers },
  test: {
    name,
    include: [`test/${name}.test.ts`],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      connectTimeout: 180_000,
      provider: playwright({
        launchOptions: {
          executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
          args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
          ],
        },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});

const config: ViteUserConfig = defineConfig({
  test: {
    // .ci/run adds up the JSON of all packages.
    reporters: ["default", ["json", { outputFile: ".vitest/browser.json" }]],
    projects: [project("isolated", ISOLATED), project("plain", {})],
  },
});

export default config;
