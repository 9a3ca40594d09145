/** Compiles assembly/ for plain and for relaxed SIMD and embeds both in src/kernels.gen.ts. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";
import { convMicroKernels } from "./conv_micro.mjs";
import { microKernels } from "./micro.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
writeFileSync(`${root}assembly/micro.gen.ts`, microKernels());
writeFileSync(`${root}assembly/conv_micro.gen.ts`, convMicroKernels());
mkdirSync(`${root}build`, { recursive: true });

const builds = [];
for (const target of ["relaxed", "simd"]) {
  const { error } = await main(["--target", target, "--baseDir", root, "--config", `${root}asconfig.json`], {
    stderr: process.stderr,
  });
  if (error) throw error;
  builds.push(
    `export const ${target}: string =\n  "${readFileSync(`${root}build/kernels.${target}.wasm`).toString("base64")}";\n`,
  );
}
writeFileSync(
  `${root}src/kernels.gen.ts`,
  `/** The compiled kernels, in base64. Written by scripts/build.mjs. */\n${builds.join("")}`,
);
