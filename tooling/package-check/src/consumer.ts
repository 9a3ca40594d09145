import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Packed } from "./pack.ts";
import { bin, run } from "./run.ts";

const PROGRAMS = ["program.ts", "train.ts"];

/** Installs the tarballs into an empty npm project, type-checks every entry and runs a program there. */
export function checkConsumer(folder: string, packed: readonly Packed[]): void {
  mkdirSync(folder);
  const json = (name: string, value: object): void => writeFileSync(join(folder, name), JSON.stringify(value));
  const dependencies = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  json("package.json", { name: "consumer", version: "1.0.0", private: true, type: "module", dependencies });
  json("tsconfig.json", {
    compilerOptions: {
      target: "es2022",
      module: "nodenext",
      moduleResolution: "nodenext",
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      types: [],
    },
    files: [...PROGRAMS, "entries.ts"],
  });
  for (const name of PROGRAMS) {
    copyFileSync(fileURLToPath(new URL(`../consumer/${name}`, import.meta.url)), join(folder, name));
  }
  const entries = packed.flatMap((one) => one.entries);
  const imports = entries.map((entry, index) => `import * as m${index} from "${entry}";`);
  const used = entries.map((entry, index) => `console.log("${entry}", Object.keys(m${index}).length);`);
  writeFileSync(join(folder, "entries.ts"), [...imports, ...used, ""].join("\n"));

  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
  run(bin("tsc"), ["-p", "."], folder);
  process.stdout.write(run("node", ["entries.js"], folder));
  process.stdout.write(run("node", ["program.js"], folder));
}
