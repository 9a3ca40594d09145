/** Compiles assembly/ for plain and for relaxed SIMD and for V8's revectorizer, and embeds all three in src/kernels.gen.ts. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";
import binaryen from "assemblyscript/binaryen";
import { convMicroKernels } from "./conv_micro.mjs";
import { microKernels } from "./micro.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Functions with the tag `@inline` get AssemblyScript's decorator, which TypeScript has no place for. */
function inlined(source) {
  return source.replaceAll(/@inline \*\/\n(export )?function/g, "*/\n@inline\n$1function");
}

/** Text of the compiled module; what it imports but the memory are the inner loops, which come as text of their own. */
async function compile(target) {
  const overrides = new Map([["assembly/target.ts", `export const TURBO: bool = ${target === "turbo"};\n`]]);
  let text = "";
  const { error } = await main(["--target", target, "--config", "asconfig.json"], {
    stderr: process.stderr,
    readFile: (name) => {
      try {
        return overrides.get(name) ?? inlined(readFileSync(root + name, "utf8"));
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      if (name.endsWith(".wat")) text = contents;
    },
    listFiles: () => null,
  });
  if (error) throw error;
  return text;
}

function link(text, target) {
  const kernels = new Map([...microKernels(target), ...convMicroKernels(target)]);
  const bodies = [];
  const rest = text.replaceAll(/\(import "[^"]*" "([^"]*)" \(func (\$\S+).*\)\)\n/g, (line, name, id) => {
    const body = kernels.get(name);
    if (body === undefined)
      throw new Error(`${line.trim()}: neither scripts/micro.mjs nor scripts/conv_micro.mjs has such a kernel`);
    bodies.push(`(func ${id} ${body})`);
    return "";
  });
  const module = binaryen.parseText(rest.trimEnd().replace(/\)$/, `${bodies.join("\n")})`));
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

const builds = [];
for (const target of ["turbo", "relaxed", "simd"]) {
  const bytes = link(await compile(target), target);
  builds.push(`export const ${target}: string =\n  "${Buffer.from(bytes).toString("base64")}";\n`);
}
writeFileSync(
  `${root}src/kernels.gen.ts`,
  `/** The compiled kernels, in base64. Written by scripts/build.mjs. */\n${builds.join("")}`,
);
