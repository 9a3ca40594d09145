import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.ts";

export interface Packed {
  readonly name: string;
  /** What can be imported: the name itself and its subpaths. */
  readonly entries: readonly string[];
  readonly tarball: string;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly publishConfig: { readonly exports: Readonly<Record<string, unknown>> };
}

const PACKAGES = fileURLToPath(new URL("../../../packages", import.meta.url));

/** `pnpm pack` and not npm's, which ignores `publishConfig.exports` and `workspace:`. */
export function packAll(folder: string): Packed[] {
  return readdirSync(PACKAGES)
    .map((directory) => join(PACKAGES, directory))
    .filter((directory) => existsSync(join(directory, "package.json")))
    .map((directory) => ({ directory, manifest: readManifest(directory) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ directory, manifest }) => {
      const tarball = join(folder, `${manifest.name.replace("@", "").replace("/", "-")}.tgz`);
      run("pnpm", ["pack", "--out", tarball], directory);
      return { name: manifest.name, entries: entriesOf(manifest), tarball };
    });
}

function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
}

function entriesOf({ name, publishConfig }: Manifest): string[] {
  return Object.keys(publishConfig.exports)
    .filter((path) => !path.endsWith(".json"))
    .map((path) => name + path.slice(1));
}
