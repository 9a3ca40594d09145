import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright";
import type { Row } from "./contender.ts";
import { gpuWorkloads } from "./workloads.ts";

/** Libraries beside ours, installed when the benchmark first runs. */
const OTHERS = [
  "@jax-js/jax@0.1.25",
  "@tensorflow/tfjs-core@4.22.0",
  "@tensorflow/tfjs-backend-webgpu@4.22.0",
  "onnxruntime-web@1.30.0",
];
const FOLDER = fileURLToPath(new URL("../../.others", import.meta.url));

const FLAGS = ["--no-sandbox", "--enable-unsafe-webgpu", "--disable-dawn-features=timestamp_quantization"];
const SOFTWARE = ["--use-webgpu-adapter=swiftshader", "--enable-dawn-features=disable_workgroup_init"];
const HARDWARE = ["--enable-features=Vulkan", "--use-angle=vulkan", "--ignore-gpu-blocklist"];

export interface GpuBench {
  readonly ids: readonly string[];
  /** Ours, and those of the others that are wanted. */
  readonly libraries: readonly string[];
  /** Computes with Chromium's software adapter: shows that everything runs, says nothing of speed. */
  readonly software: boolean;
}

export interface GpuResult {
  readonly library: string;
  readonly info: string;
  readonly rows: readonly Row[];
}

export const LIBRARIES: readonly string[] = ["tt", "jax", "tfjs", "ort"];

/** Times libraries in pages of Chromium, one after the other. */
export async function runGpu({ ids, libraries, software }: GpuBench): Promise<GpuResult[]> {
  if (libraries.some((name) => name !== "tt")) installOthers();
  const folder = mkdtempSync(join(tmpdir(), "tt-bench-"));
  const server = await serve(folder);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const results: GpuResult[] = [];
  let browser: Browser | null = null;
  try {
    for (const library of libraries) {
      await bundle(library, folder, software);
      browser = await chromium.launch({
        executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
        args: [...FLAGS, ...(software ? SOFTWARE : HARDWARE)],
      });
      results.push(await inPage(browser, `${origin}/${library}.html`, library, ids));
      await browser.close();
      browser = null;
    }
  } finally {
    await browser?.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

async function inPage(browser: Browser, url: string, library: string, ids: readonly string[]): Promise<GpuResult> {
  const page = await browser.newPage();
  const rows: Row[] = [];
  await page.goto(url);
  let info: string;
  try {
    info = await page.evaluate(() => globalThis.describe());
  } catch (error) {
    return { library, info: (error as Error).message.split("\n")[0]!, rows };
  }
  for (const id of ids) rows.push(await page.evaluate((name) => globalThis.time(name), id));
  return { library, info, rows };
}

function installOthers(): void {
  if (existsSync(join(FOLDER, "node_modules", "onnxruntime-web"))) return;
  console.log(`installing ${OTHERS.join(", ")}`);
  const { status } = spawnSync(
    "npm",
    ["install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--ignore-scripts", ...OTHERS],
    {
      stdio: "inherit",
    },
  );
  if (status !== 0) throw new Error(`npm install ended with ${status}`);
}

async function bundle(library: string, folder: string, software: boolean): Promise<void> {
  const here = fileURLToPath(new URL(".", import.meta.url));
  await build({
    stdin: {
      contents: `import "./contenders/${library}.ts";\nimport "./page.ts";`,
      resolveDir: here,
      loader: "ts",
    },
    outfile: join(folder, `${library}.js`),
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["@tt/source"],
    define: { SOFTWARE: String(software) },
    nodePaths: [join(FOLDER, "node_modules")],
    logLevel: "error",
  });
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname;
    const name = path.replace(/^.*\//, "");
    const file = path.startsWith("/ort/")
      ? join(FOLDER, "node_modules/onnxruntime-web/dist", name)
      : join(folder, name);
    const body = name.endsWith(".html")
      ? Promise.resolve(`<!doctype html><script type="module" src="/${name.replace(".html", ".js")}"></script>`)
      : readFile(file);
    body.then(
      (content) => {
        response.writeHead(200, {
          "content-type": TYPES[extname(name)] ?? "application/octet-stream",
          "cross-origin-opener-policy": "same-origin",
          "cross-origin-embedder-policy": "require-corp",
        });
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** The table of all libraries' times. */
export function gpuTable(results: readonly GpuResult[], software: boolean): string[] {
  const lines = results.map(({ library, info }) => `${library}: ${info}`);
  if (software) lines.push("on a software adapter, with small tensors: no measure of speed");
  lines.push(["id".padEnd(22), ...results.map(({ library }) => library.padStart(12))].join(""));
  for (const { id, flops, bytes } of gpuWorkloads) {
    const rows = results.map(({ rows }) => rows.find((row) => row.id === id));
    if (rows.every((row) => row === undefined)) continue;
    const cells = rows.map((row) => {
      if (row?.seconds == null) return (row?.error === undefined ? "-" : "failed").padStart(12);
      return `${(row.seconds * 1e3).toFixed(3)} ms`.padStart(12);
    });
    const own = rows[0]?.seconds;
    const rate =
      own == null || software
        ? ""
        : flops !== undefined
          ? `${(flops / own / 1e9).toFixed(0)} GFLOP/s`
          : bytes !== undefined
            ? `${(bytes / own / 1e9).toFixed(1)} GB/s`
            : "";
    lines.push([id.padEnd(22), ...cells, `  ${rate}`].join("").trimEnd());
  }
  for (const { library, rows } of results) {
    for (const { id, error } of rows) if (error !== undefined) lines.push(`${library} ${id}: ${error}`);
  }
  return lines;
}
