import { RuntimeError } from "@tt/core";

interface Host {
  getBuiltinModule?(id: string): unknown;
}

interface Modules {
  "node:fs": typeof import("node:fs");
  "node:path": typeof import("node:path");
  "node:zlib": typeof import("node:zlib");
  "node:os": typeof import("node:os");
  "node:crypto": typeof import("node:crypto");
}

/** A module of Node. @throws RuntimeError elsewhere */
export function builtin<Id extends keyof Modules>(id: Id): Modules[Id] {
  const found = (globalThis as { process?: Host }).process?.getBuiltinModule?.(id);
  if (found === undefined) throw new RuntimeError(`reading files needs Node (${id})`);
  return found as Modules[Id];
}

/** The path of `name`, plain or with ".gz", in the first of `folders` that has it; null when none does. */
export function findFile(folders: readonly string[], name: string): string | null {
  const { existsSync } = builtin("node:fs");
  for (const folder of folders) {
    for (const candidate of [name, `${name}.gz`]) {
      const path = join(folder, candidate);
      if (existsSync(path)) return path;
    }
  }
  return null;
}

export function join(...parts: readonly string[]): string {
  return builtin("node:path").join(...parts);
}

/**
 * The contents of a file, unpacked when its name ends in ".gz".
 * @throws RuntimeError naming the file when it cannot be unpacked
 */
export function readFile(path: string): Uint8Array {
  const bytes = builtin("node:fs").readFileSync(path);
  if (!path.endsWith(".gz")) return bytes;
  try {
    return builtin("node:zlib").gunzipSync(bytes);
  } catch (error) {
    throw new RuntimeError(`${path}: truncated or damaged gzip file: ${(error as Error).message}`, { cause: error });
  }
}
