import type { Exports } from "./exports.ts";

const FLAG = "experimental-wasm-revectorize";
/** Milliseconds after which V8's optimising compiler is not waited for any longer. */
const PATIENCE = 4000;
/** How much faster code is once it has been optimised. */
const OPTIMISED = 3;

/** What became of a wish for the build that V8's 256-bit revectorizer makes fast: the module, or why not. */
export interface Turbo {
  readonly module: WebAssembly.Module | null;
  readonly reason: string;
}

interface Host {
  readonly arch?: string;
  readonly versions?: { readonly node?: string };
  getBuiltinModule?(id: "node:v8"): { setFlagsFromString(flag: string): void };
}

/**
 * Turns V8's revectorizer on, which joins neighbouring 128-bit operations, and tests what it makes of `turbo` against `plain` on
 * random data: for correctness, and against `relaxed` for speed. The flag stays on only if both hold.
 */
export async function tryTurbo(
  turbo: Uint8Array<ArrayBuffer>,
  relaxed: Uint8Array<ArrayBuffer>,
  plain: Uint8Array<ArrayBuffer>,
): Promise<Turbo> {
  const host = (globalThis as { process?: Host }).process;
  const version = host?.versions?.node;
  const declined = (reason: string): Turbo => ({ module: null, reason });
  if (version === undefined) return declined("turbo needs Node 24 or newer: browsers have no switch for it");
  if (Number(version.split(".")[0]) < 24) return declined(`turbo needs Node 24 or newer, this is ${version}`);
  if (host?.arch !== "x64") return declined(`turbo needs an x64 processor with AVX2, this is ${host?.arch}`);
  const v8 = host.getBuiltinModule?.("node:v8");
  if (v8 === undefined) return declined("turbo needs node:v8, which is not available here");
  v8.setFlagsFromString(`--${FLAG}`);
  const verdict = await examine(turbo, relaxed, plain);
  if (verdict.module === null) v8.setFlagsFromString(`--no-${FLAG}`);
  return verdict;
}

async function examine(
  turbo: Uint8Array<ArrayBuffer>,
  relaxed: Uint8Array<ArrayBuffer>,
  plain: Uint8Array<ArrayBuffer>,
): Promise<Turbo> {
  const memory = new WebAssembly.Memory({ initial: 128, maximum: 128, shared: true });
  const start = async (bytes: Uint8Array<ArrayBuffer>): Promise<{ module: WebAssembly.Module; exports: Exports }> => {
    const { module, instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    const exports = instance.exports as unknown as Exports;
    exports.setConstants();
    return { module, exports };
  };
  const trial = new Trial(memory);
  const wanted = trial.run((await start(plain)).exports).results;
  const fast = await start(turbo);
  const usual = await start(relaxed);
  const begin = performance.now();
  const first = { fast: trial.run(fast.exports).milliseconds, usual: trial.run(usual.exports).milliseconds };
  const best = { ...first };
  let settled = 0;
  while (settled < 8) {
    const { results, milliseconds } = trial.run(fast.exports);
    const wrong = results.findIndex((values, i) => !agree(values, wanted[i]!));
    if (wrong >= 0)
      return { module: null, reason: `the self-test failed: ${TESTS[wrong]} differs from the plain build` };
    best.fast = Math.min(best.fast, milliseconds);
    best.usual = Math.min(best.usual, trial.run(usual.exports).milliseconds);
    if (best.fast * OPTIMISED < first.fast && best.usual * OPTIMISED < first.usual) settled++;
    else if (performance.now() - begin > PATIENCE)
      return { module: null, reason: "V8 did not optimise the kernels in time for the self-test" };
    // The optimised code is put in place between turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const gain = best.usual / best.fast;
  if (gain < 1) return { module: null, reason: `the self-test found it ${(1 / gain).toFixed(2)} times slower` };
  return { module: fast.module, reason: `the self-test passed; products are ${gain.toFixed(2)} times as fast` };
}

const TESTS = ["a product of float32", "a product of float64", "a product of int32", "a sum", "softmax"];

/** The same work on the same data, by any build. */
class Trial {
  private readonly memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    const ints = new Int32Array(memory.buffer, A, SIZE * 4);
    const floats = new Float32Array(memory.buffer, A, SIZE);
    const doubles = new Float64Array(memory.buffer, A_DOUBLE, SIZE);
    let state = 1;
    for (let i = 0; i < SIZE; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      floats[i] = state / 2 ** 31;
      doubles[i] = state / 2 ** 31;
      ints[(A_INT - A) / 4 + i] = state;
    }
  }

  /** Results of {@link TESTS}, and how long the first took. */
  run(exports: Exports): { readonly results: readonly (readonly number[])[]; readonly milliseconds: number } {
    const { buffer } = this.memory;
    const product = (name: "productF32" | "productF64" | "productI32", at: number, size: number): void =>
      exports[name](
        0,
        1,
        M,
        N,
        K,
        at,
        0,
        K * size,
        size,
        at + 64,
        0,
        N * size,
        size,
        0,
        0,
        0,
        OUT,
        0,
        N * size,
        1,
        WORK,
      );
    const floats = (n: number): number[] => [...new Float32Array(buffer, OUT, n)];
    const start = performance.now();
    for (let i = 0; i < 4; i++) product("productF32", A, 4);
    const milliseconds = performance.now() - start;
    const results = [floats(M * N)];
    product("productF64", A_DOUBLE, 8);
    results.push([...new Float64Array(buffer, OUT, M * N)]);
    product("productI32", A_INT, 4);
    results.push([...new Int32Array(buffer, OUT, M * N)]);
    exports.sumRows(64, 250, A, OUT, 1);
    results.push(floats(64));
    exports.softmax(64, 250, A, OUT);
    results.push(floats(64 * 250));
    return { results, milliseconds };
  }
}

/** Sizes with parts of tiles at their edges. */
const [M, N, K] = [50, 90, 256];
const SIZE = 24_000;
const A = 1 << 20;
const A_INT = A + SIZE * 4;
const A_DOUBLE = A_INT + SIZE * 4;
const OUT = 2 << 20;
const WORK = 3 << 20;

function agree(got: readonly number[], want: readonly number[]): boolean {
  return got.every((value, i) => Math.abs(value - want[i]!) <= 1e-4 * Math.max(1, Math.abs(want[i]!)));
}
