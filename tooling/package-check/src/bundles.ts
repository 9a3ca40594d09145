import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { chromium } from "playwright";
import { build, preview } from "vite";
import webpack from "webpack";
import { run } from "./run.ts";

const CHROMIUM = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];

/** Bundles `train.js` of the consumer project with esbuild, webpack and Vite as they come, and runs what they make. */
export async function checkBundles(folder: string): Promise<void> {
  const entry = join(folder, "train.js");
  tell("node", run("node", [entry], folder));

  const made = join(folder, "esbuild.mjs");
  await esbuild.build({ entryPoints: [entry], bundle: true, format: "esm", outfile: made, logLevel: "error" });
  tell("esbuild", run("node", [made], folder));

  await bundleWithWebpack(entry, folder);
  tell("webpack", run("node", ["webpack.cjs"], folder));

  writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="/train.js"></script>');
  await build({ root: folder, logLevel: "error", configFile: false });
  if (existsSync(CHROMIUM)) tell("vite, in Chromium", await openBuilt(folder));
  else console.log(`vite: built; not run, as there is no ${CHROMIUM} (CHROMIUM_PATH)`);
}

function tell(bundler: string, text: string): void {
  if (!text.includes("trained on wasm")) throw new Error(`${bundler}: the bundle does not train:\n${text}`);
  console.log(`${bundler}: ${text.trim().split("\n").at(-1)}`);
}

async function bundleWithWebpack(entry: string, folder: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const output = { path: folder, filename: "webpack.cjs" };
    // Minifying takes most of the time and shows nothing.
    webpack({ mode: "production", entry, output, optimization: { minimize: false } }, (error, stats) => {
      if (error !== null) reject(error);
      else if (stats?.hasErrors() === true) reject(new Error(stats.toString({ all: false, errors: true })));
      else resolve();
    });
  });
}

/** What the page of the Vite build prints. */
async function openBuilt(folder: string): Promise<string> {
  const server = await preview({ root: folder, configFile: false, preview: { host: "127.0.0.1", port: 0 } });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    const page = await browser.newPage();
    const done = new Promise<string>((resolve, reject) => {
      page.on("console", (message) => {
        if (message.text().startsWith("trained")) resolve(message.text());
      });
      page.on("pageerror", (error) => reject(error));
      setTimeout(() => reject(new Error("the page of the Vite build said nothing for two minutes")), 120_000).unref();
    });
    await page.goto(server.resolvedUrls!.local[0]!);
    return await done;
  } finally {
    await browser.close();
    await server.close();
  }
}
