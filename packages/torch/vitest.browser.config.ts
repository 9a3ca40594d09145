import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type ViteUserConfig } from "vitest/config";

/** The headers that let a page share memory with workers. */
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const project = (name: string, headers: Record<string, string>): ViteUserConfig => ({
  define: { __ISOLATED__: JSON.stringify(headers === ISOLATION) },
  resolve: { conditions: ["@tt/source", "module", "browser", "development|production"] },
  server: { headers },
  test: {
    name,
    include: ["test/browser/*.test.ts"],
    // Isolation makes no difference to memory.
    exclude: headers === ISOLATION ? [] : ["test/browser/leaks.test.ts"],
    testTimeout: 300_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      // Two cores may have much else to do.
      connectTimeout: 180_000,
      provider: playwright({
        launchOptions: {
          executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
          args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--enable-precise-memory-info",
            "--js-flags=--expose-gc",
          ],
        },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});

const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ["default", ["json", { outputFile: ".vitest/browser.json" }]],
    projects: [project("isolated", ISOLATION), project("not isolated", {})],
  },
});

export default config;
