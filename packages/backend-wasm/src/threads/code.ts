import { fitted } from "../memory/sharing.ts";

/** A function of a module that was written at run time. All its parameters are numbers. */
export type Code = (...args: number[]) => void;

const sources = new WeakMap<Code, Uint8Array<ArrayBuffer>>();

/**
 * Instantiates a module that exports one function as "run" (see moduleOf); remembers its bytes for other threads. Modules
 * import env.memory and functions of Math, as math.sin; other threads have to give them the same.
 */
export function instantiateCode(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Code {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(fitted(bytes, memory)), {
    env: { memory },
    math: Math as unknown as WebAssembly.ModuleImports,
  });
  const code = instance.exports["run"] as Code;
  sources.set(code, bytes);
  return code;
}

/** The module that `code` came from. */
export function bytesOfCode(code: Code): Uint8Array<ArrayBuffer> {
  const bytes = sources.get(code);
  if (bytes === undefined) throw new TypeError("only functions made by instantiateCode run on several threads");
  return bytes;
}
