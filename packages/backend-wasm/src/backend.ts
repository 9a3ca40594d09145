import { type Backend, type Device, type DType, defineBackend, findBackend, type Kernels } from "@tt/core";
import { makeCollector, Storage } from "@tt/core/dispatch";
import { requestedThreads } from "@tt/core/threads";
import { type Engine, makeEngine } from "./engine.ts";
import { counting } from "./host_use.ts";
import { adaptiveKernels } from "./kernels/adaptive.ts";
import { attentionKernels } from "./kernels/attention.ts";
import { batchNormKernels } from "./kernels/batch_norm.ts";
import { convKernels } from "./kernels/conv/kernels.ts";
import { copyKernels } from "./kernels/copy.ts";
import { lossKernels } from "./kernels/losses.ts";
import { makeMap, mapKernel } from "./kernels/map.ts";
import { gatherKernels } from "./kernels/gather.ts";
import { groupNormKernels } from "./kernels/group_norm.ts";
import { indexingKernels } from "./kernels/indexing.ts";
import { maskedKernels } from "./kernels/masked.ts";
import { matmulKernels } from "./kernels/matmul/kernels.ts";
import { nllKernels } from "./kernels/nll_loss.ts";
import { normKernels } from "./kernels/norm.ts";
import { optimKernels } from "./kernels/optim.ts";
import { poolKernels } from "./kernels/pool.ts";
import { rearrangeKernels } from "./kernels/rearrange.ts";
import { recurrentKernels } from "./kernels/recurrent.ts";
import { makeFold } from "./kernels/reduce/fold.ts";
import { reduceKernels } from "./kernels/reduce/kernels.ts";
import { scanKernels } from "./kernels/scan.ts";
import { softmaxKernels } from "./kernels/softmax.ts";
import { sortKernels } from "./kernels/sort.ts";

import { Heap, type HeapStats } from "./memory/heap.ts";
import { WasmStorage } from "./memory/storage.ts";
import { instantiate, type SimdLevel } from "./module.ts";
import { measurePeak } from "./peak.ts";
import { availableThreads } from "./threads/spawn.ts";
import { loadTfjsEngine } from "./tfjs/installed.ts";
import { Threads } from "./threads/threads.ts";

const MIB = 1024 * 1024;

/** Settings of {@link wasm}. */
export interface WasmOptions {
  /** `strict` computes without fused multiply-add, so that results are the same on every machine. */
  readonly simd?: "auto" | "strict";
  /**
   * Computes with 256-bit registers through an experimental pass of V8 (`--experimental-wasm-revectorize`, which is switched on for
   * the whole process), on Node 24 and newer and if a self-test at the start finds it correct and faster: matrix products
   * then are about twice as fast. Also `TT_WASM_TURBO=1`. `info()` says what came of it.
   */
  readonly turbo?: boolean;
  /** Most bytes the WebAssembly heap may take; 2 GiB unless given. Tensors beyond it live in ordinary memory. */
  readonly heap_limit?: number;
  /** Bytes up to which the heap grows before it makes room otherwise; 256 MiB unless given. Adapts upwards. */
  readonly heap_target?: number;
  /** Bytes up to which storages are ordinary typed arrays; 4096 (or `TT_WASM_SMALL_STORAGE`) unless given. */
  readonly small_storage?: number;
  /**
   * `tfjs` computes what TF.js has kernels for with its WebAssembly backend (XNNPACK), in memory that both share, on one thread. Needs
   * the packages @tensorflow/tfjs-core and @tensorflow/tfjs-backend-wasm; see @tt/backend-wasm/tfjs.
   */
  readonly engine?: "own" | "tfjs";
  /** The module @tensorflow/tfjs-core, for engine `tfjs` in bundled programs; elsewhere it is imported by its name. */
  readonly tfjs?: object;
  /**
   * Threads that kernels may use, this one included. Unless given: what `torch.set_num_threads` was called with,
   * `TT_NUM_THREADS`, or what the machine runs at once (at most 16). One where memory cannot be shared with workers, as on
   * pages without cross-origin isolation.
   */
  readonly threads?: number;
}

/** What {@link WasmBackend.info} tells. */
export interface WasmInfo {
  /** Whose kernels come first. */
  readonly engine: "own" | "tfjs";
  readonly simd: SimdLevel;
  /** Whether the build for 256-bit registers runs: see {@link WasmOptions.turbo}. */
  readonly turbo: boolean;
  /** Why it does, or does not. */
  readonly reason: string;
  readonly threads: number;
  /** The version of Node; null in browsers. */
  readonly node: string | null;
}

/** The backend of device "wasm". */
export interface WasmBackend extends Backend {
  /** Which build of the kernels runs, and on how many threads. */
  info(): WasmInfo;
  /**
   * Floating point operations a second that one thread can do with fused multiply-add while it waits for no memory, measured now
   * (it takes a few milliseconds): what benchmarks compare matrix products with.
   */
  measure_peak(): number;
  memory_stats(): HeapStats;
}

/**
 * Makes the WebAssembly backend, which serves device "wasm".
 *
 * @throws RangeError when a number among the options is out of range
 * @throws RuntimeError when TF.js is asked for and not installed
 * @example
 * ```ts
 * import * as torch from "@tt/core";
 * import { wasm } from "@tt/backend-wasm";
 * await torch.use(wasm());
 * torch.ones(2, 2).device.type; // "wasm"
 * ```
 */
export async function wasm(options: WasmOptions = {}): Promise<WasmBackend> {
  const limit = numberOption("heap_limit", options.heap_limit ?? 2048 * MIB, MIB, 4096 * MIB);
  const target = numberOption("heap_target", options.heap_target ?? 256 * MIB, MIB, 4096 * MIB);
  const small = numberOption(
    "small_storage",
    options.small_storage ?? Number(env("TT_WASM_SMALL_STORAGE") ?? 4096),
    0,
    16384,
  );
  const tfjs = isTfjs(options) ? await loadTfjsEngine() : null;
  const bridge = tfjs === null ? null : await tfjs.open(options.tfjs, Math.min(target, limit));
  const heap = new Heap({ limit, target, place: bridge?.place }, makeCollector());
  const { level, turbo, reason, module, exports } = await instantiate(heap.memory, isStrict(options), isTurbo(options));
  const cpu = findBackend("cpu");
  const parent = env("TT_WASM_COUNT_HOST") === "1" ? { ...cpu, kernels: counting(cpu.kernels) } : cpu;
  const threads = new Threads(heap, module, exports, threadsOf(options));
  const engine = makeEngine(heap, exports, threads, parent.kernels, small);
  const own = kernelsOf(engine, level === "relaxed");
  const kernels = tfjs === null ? own : tfjs.kernels(engine, bridge!, own);
  return {
    ...defineBackend({ name: "wasm", extends: parent, kernels }),
    capabilities: { synchronous: true },
    allocate(device: Device, dtype: DType, numel: number): Storage {
      const bytes = numel * dtype.itemsize;
      return bytes <= small
        ? new Storage(device, new dtype.ArrayType(numel * dtype.lanes), bytes)
        : new WasmStorage(device, heap, bytes, dtype.ArrayType);
    },
    info: () => ({
      engine: tfjs === null ? "own" : "tfjs",
      simd: level,
      turbo,
      reason,
      threads: threads.count,
      node: nodeVersion(),
    }),
    measure_peak: () => measurePeak(engine, turbo),
    memory_stats: () => heap.stats(),
    get_num_threads: () => threads.count,
    set_num_threads(count: number): void {
      threads.count = count;
    },
  };
}

function kernelsOf(engine: Engine, relaxed: boolean): Kernels {
  const run = makeMap(engine, relaxed);
  const { map } = mapKernel(engine, run);
  const fold = makeFold(engine, relaxed);
  return {
    map,
    ...copyKernels(engine, run),
    ...matmulKernels(engine),
    ...batchNormKernels(engine),
    ...convKernels(engine),
    ...reduceKernels(engine, relaxed, fold, map),
    ...scanKernels(engine, relaxed),
    ...softmaxKernels(engine, fold, map),
    ...normKernels(engine),
    ...groupNormKernels(engine),
    ...nllKernels(engine),
    ...lossKernels(engine, fold, map),
    ...poolKernels(engine),
    ...optimKernels(engine),
    ...recurrentKernels(engine),
    ...attentionKernels(engine),
    ...adaptiveKernels(engine),
    ...gatherKernels(engine, map),
    ...indexingKernels(engine),
    ...maskedKernels(engine),
    ...rearrangeKernels(engine),
    ...sortKernels(engine),
  };
}

function isStrict({ simd = "auto" }: WasmOptions): boolean {
  return simd === "strict" || env("TT_WASM_SIMD") === "strict";
}

function isTfjs(options: WasmOptions): boolean {
  const engine: string = options.engine ?? env("TT_WASM_ENGINE") ?? "own";
  if (engine !== "own" && engine !== "tfjs") throw new RangeError(`engine must be "own" or "tfjs", but is "${engine}"`);
  return engine === "tfjs";
}

function isTurbo({ turbo = env("TT_WASM_TURBO") === "1" }: WasmOptions): boolean {
  return turbo;
}

function nodeVersion(): string | null {
  return (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node ?? null;
}

/** Most threads taken without being asked to. */
const MOST_THREADS = 16;

function threadsOf({ threads }: WasmOptions): number {
  const asked = threads ?? requestedThreads() ?? env("TT_NUM_THREADS");
  if (asked === undefined) return Math.min(availableThreads(), MOST_THREADS);
  return Math.floor(numberOption("threads", Number(asked), 1, 1024));
}

function env(name: string): string | undefined {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name];
}

function numberOption(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most))
    throw new RangeError(`${name} must be between ${least} and ${most}, but is ${value}`);
  return value;
}
