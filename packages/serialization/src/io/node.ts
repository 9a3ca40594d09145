/** Node's built-ins, reached without an import so that bundlers for browsers see none. */

type Fs = typeof import("node:fs");
type Path = typeof import("node:path");
type Zlib = typeof import("node:zlib");
type Os = typeof import("node:os");
type Crypto = typeof import("node:crypto");

interface Builtins {
  "node:fs": Fs;
  "node:path": Path;
  "node:zlib": Zlib;
  "node:os": Os;
  "node:crypto": Crypto;
}

/** A built-in module of Node, or undefined elsewhere. */
export function builtin<K extends keyof Builtins>(name: K): Builtins[K] | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
  return host?.getBuiltinModule?.(name) as Builtins[K] | undefined;
}

/** A built-in module of Node; without it an error says what needs it. */
export function requireBuiltin<K extends keyof Builtins>(name: K, purpose: string): Builtins[K] {
  const module = builtin(name);
  if (!module)
    throw new TypeError(
      `${purpose} needs a file system, which this host has not; pass bytes, a Blob or a stream instead`,
    );
  return module;
}
