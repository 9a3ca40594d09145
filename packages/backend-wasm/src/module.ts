import type { Exports } from "./exports.ts";
import { relaxed, simd, turbo } from "./kernels.gen.ts";
import { fitted } from "./memory/sharing.ts";
import { type Turbo, tryTurbo } from "./turbo.ts";

/** Which build runs: `relaxed` has fused multiply-add, whose results may differ in the last bit. */
export type SimdLevel = "relaxed" | "simd";

/** The kernels on a memory, and which build they are of. */
export interface Kernels {
  readonly level: SimdLevel;
  /** Whether it is the build for V8's 256-bit revectorizer. */
  readonly turbo: boolean;
  /** Why, or why not. */
  readonly reason: string;
  readonly module: WebAssembly.Module;
  readonly exports: Exports;
}

/**
 * Compiles the kernels on `memory`. `strict` takes the plain build even where relaxed SIMD is available, `turbo` tries the one for
 * V8's revectorizer.
 */
export async function instantiate(memory: WebAssembly.Memory, strict: boolean, turbo = false): Promise<Kernels> {
  let level: SimdLevel = "simd";
  let bytes = decode(simd);
  if (!strict) {
    const better = decode(relaxed);
    allowRelaxed();
    if (WebAssembly.validate(better)) {
      level = "relaxed";
      bytes = better;
    }
  }
  const outcome = await turboOf(strict, turbo, level);
  const module = outcome.module ?? (await WebAssembly.compile(fitted(bytes, memory)));
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const exports = instance.exports as unknown as Exports;
  exports.setConstants();
  return { level, turbo: outcome.module !== null, reason: outcome.reason, module, exports };
}

async function turboOf(strict: boolean, wanted: boolean, level: SimdLevel): Promise<Turbo> {
  const declined = (reason: string): Turbo => ({ module: null, reason });
  if (!wanted) return declined("turbo was not asked for: wasm({ turbo: true }) or TT_WASM_TURBO=1");
  if (strict) return declined('turbo needs fused multiply-add, which simd: "strict" rules out');
  if (level === "simd") return declined("turbo needs relaxed SIMD, which is not available here");
  return tryTurbo(decode(turbo), decode(relaxed), decode(simd));
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Node 20 has relaxed SIMD behind a flag that may still be set before the first compilation that needs it. */
function allowRelaxed(): void {
  const host = (
    globalThis as { process?: { versions?: { node?: string }; getBuiltinModule?: (id: string) => unknown } }
  ).process;
  const major = Number(host?.versions?.node?.split(".")[0]);
  if (!(major < 22)) return;
  const v8 = host?.getBuiltinModule?.("node:v8") as { setFlagsFromString(flag: string): void } | undefined;
  v8?.setFlagsFromString("--experimental-wasm-relaxed-simd");
}
