/** Writes the generated files of every package that has op records; `--check` only compares. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Op, OPS } from "@tt/core/dispatch";
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

const check = process.argv.includes("--check");
let stale = 0;

/** Writes, or compares, what has been collected. */
function flush(): void {
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
  files.clear();
}

// The records register on import; core's entries cannot be imported before the files they need exist.
const slices = new Map<string, Op[]>();
async function load(entry: string, file: string): Promise<void> {
  if (!existsSync(file)) return;
  const before = OPS.length;
  await import(file);
  slices.set(entry, OPS.slice(before));
}
const files = new Map<string, string>();
const NAMESPACES = ["linalg", "fft", "special", "masked", "sparse"];
const coreFile = (name: string, ops: readonly Op[], namespace: string, records: string): void => {
  const text = functionsModule(ops, namespace, { imports: coreImports, records, dispatch: "../dispatch/expose.ts" });
  files.set(join(core, `ops/${name}.gen.ts`), text);
};
/** Loads an entry's records and writes its functions of the main namespace, which later entries may import. */
async function loadEntry(entry: string): Promise<void> {
  const main = entry === "functions";
  await load(entry, join(core, main ? "ops/records.ts" : `ops/${entry}/records.ts`));
  const own = (slices.get(entry) ?? []).filter((op) => namespaceOf(op) === "torch");
  const records = main ? "./records.ts" : `./${entry}/records.ts`;
  if (own.length > 0) coreFile(NAMESPACES.includes(entry) ? `${entry}_torch` : entry, own, "torch", records);
  flush();
}
for (const entry of ["functions", "neural", "statistics", ...NAMESPACES]) await loadEntry(entry);
const coreOps = [...slices.values()].flat();
files.set(join(core, "ops/methods.gen.ts"), methodsModule(coreOps, coreImports));
for (const namespace of NAMESPACES) {
  const own = coreOps.filter((op) => namespaceOf(op) === namespace);
  if (own.length > 0) coreFile(namespace, own, namespace, `./${namespace}/records.ts`);
}

// The records of nn import core's main entry, and with it the files above.
flush();
await load("nn", join(nn, "functional/records.ts"));
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

flush();
await load("native", join(nn, "native/records.ts"));
const native = slices.get("native") ?? [];
if (native.length > 0) {
  const options = { imports: nnImports, records: "./records.ts", dispatch: "@tt/core/dispatch" };
  files.set(join(nn, "native/functions.gen.ts"), functionsModule(native, "torch", options));
}

files.set(join(root, "docs/compatibility.md"), compatibilityPage(OPS));

flush();
if (check && stale > 0) process.exitCode = 1;
