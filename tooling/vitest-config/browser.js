import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

/** The headers that let a page share memory with its workers. */
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const ARGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
];

/** Flags for WebGPU and WebGL on Chromium's software adapter. Without the Vulkan ones what a canvas gives back is wrong. */
export const WEBGPU = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-dawn-features=disable_workgroup_init",
];

/** One kind of page: which tests run in it, with or without shared memory, with which flags of Chromium. */
const page = ({ name, include, exclude = [], isolated = false, args = ["--disable-gpu"], define = {} }) => ({
  define,
  resolve: { conditions: ["@tt/source", "module", "browser", "development|production"] },
  server: { headers: isolated ? ISOLATION : {} },
  test: {
    name,
    include,
    exclude,
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
          args: [...ARGS, ...args],
        },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});

/** Tests in Chromium's pages. */
export const browserConfig = (...pages) =>
  defineConfig({
    test: {
      // .ci/run adds up the JSON of all packages.
      reporters: ["default", ["json", { outputFile: ".vitest/browser.json" }]],
      projects: pages.map(page),
    },
  });
