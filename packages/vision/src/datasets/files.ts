import { RuntimeError } from "@tt/core";

interface Host {
  getBuiltinModule?(id: string): unknown;
}

/** A module of Node. @throws RuntimeError elsewhere */
function builtin<T>(id: string): T {
  const found = (globalThis as { process?: Host }).process?.getBuiltinModule?.(id);
  if (found === undefined) throw new RuntimeError(`reading files needs Node (${id})`);
  return found as T;
}

type Fs = typeof import("node:fs");
type Path = typeof import("node:path");
type Zlib = typeof import("node:zlib");

/** The path of `name`, plain or with ".gz", in the first of `folders` that has it; null when none does. */
export function findFile(folders: readonly string[], name: string): string | null {
  const { existsSync } = builtin<Fs>("node:fs");
  for (const folder of folders) {
    for (const candidate of [name, `${name}.gz`]) {
      const path = join(folder, candidate);
      if (existsSync(path)) return path;
    }
  }
  return null;
}

export function join(...parts: readonly string[]): string {
  return builtin<Path>("node:path").join(...parts);
}

/**
 * The contents of a file, unpacked when its name ends in ".gz".
 * @throws RuntimeError naming the file when it cannot be unpacked
 */
export function readFile(path: string): Uint8Array {
  const bytes = builtin<Fs>("node:fs").readFileSync(path);
  if (!path.endsWith(".gz")) return bytes;
  try {
    return builtin<Zlib>("node:zlib").gunzipSync(bytes);
  } catch (error) {
    throw new RuntimeError(`${path}: truncated or damaged gzip file: ${(error as Error).message}`, { cause: error });
  }
}
