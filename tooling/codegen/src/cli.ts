/** Writes the generated files of every package that has op records; `--check` only compares. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { OPS } from "@tt/core/dispatch";
import { compatibilityPage } from "./compatibility.ts";
import { functionsModule, type Imports, methodsModule, namespaceOf } from "./emit.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const core = join(root, "packages/core/src");
const nn = join(root, "packages/nn/src");

const coreImports: Imports = {
  Tensor: "../tensor/tensor.ts",
  Scalar: "../dtype/index.ts",
  DType: "../dtype/index.ts",
  DeviceLike: "../device.ts",
  Generator: "../random/index.ts",
  MemoryFormat: "../memory_format.ts",
};
const nnImports: Imports = Object.fromEntries(Object.keys(coreImports).map((name) => [name, "@tt/core"]));

// The records register on import; core's main entry cannot be imported before the files it needs exist.
await import(join(core, "ops/records.ts"));
for (const entry of ["linalg", "fft", "special"]) {
  const file = join(core, `ops/${entry}/records.ts`);
  if (existsSync(file)) await import(file);
}
const coreCount = OPS.length;
const nnRecords = join(nn, "functional/records.ts");
if (existsSync(nnRecords)) await import(nnRecords);
const coreOps = OPS.slice(0, coreCount);

const files = new Map<string, string>();
files.set(
  join(core, "ops/functions.gen.ts"),
  functionsModule(coreOps, "torch", { imports: coreImports, records: "./records.ts", dispatch: "../dispatch/expose.ts" }),
);
files.set(join(core, "ops/methods.gen.ts"), methodsModule(coreOps, coreImports));
for (const namespace of ["linalg", "fft", "special"]) {
  if (!coreOps.some((op) => namespaceOf(op) === namespace)) continue;
  files.set(
    join(core, `ops/${namespace}.gen.ts`),
    functionsModule(coreOps, namespace, {
      imports: coreImports,
      records: `./${namespace}/records.ts`,
      dispatch: "../dispatch/expose.ts",
    }),
  );
}
const functional = OPS.filter((op) => namespaceOf(op) === "nn.functional");
if (functional.length > 0) {
  files.set(
    join(nn, "functional/functions.gen.ts"),
    functionsModule(functional, "nn.functional", {
      imports: nnImports,
      records: "./records.ts",
      dispatch: "@tt/core/dispatch",
    }),
  );
}

files.set(join(root, "docs/compatibility.md"), compatibilityPage(OPS));

const check = process.argv.includes("--check");
let stale = 0;
for (const [file, text] of files) {
  const before = existsSync(file) ? readFileSync(file, "utf8") : null;
  if (before === text) continue;
  stale++;
  if (check) console.error(`stale: ${file.slice(root.length + 1)} (run pnpm generate)`);
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${file.slice(root.length + 1)}`);
  }
}
if (check && stale > 0) process.exitCode = 1;
