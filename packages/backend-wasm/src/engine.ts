import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Heap } from "./memory/heap.ts";
import type { Exports } from "./exports.ts";
import { Operands } from "./operands.ts";
import type { Threads } from "./threads/threads.ts";

/** What kernels work with. */
export interface Engine {
  readonly heap: Heap;
  readonly exports: Exports;
  readonly operands: Operands;
  /** Kernels of the cpu backend, which compute on the same memory: for what has no kernel of its own here. */
  readonly host: Kernels;
  readonly threads: Threads;
  /** Bytes up to which storages are ordinary typed arrays. */
  readonly small: number;
  /** Elements from which on a kernel pays off: `usual`, or all if small storages are turned off, as tests do. */
  few(usual: number): number;
  /** Copies between layouts and dtypes. */
  copy: (out: Tensor, from: Tensor) => void;
}

export function makeEngine(heap: Heap, exports: Exports, threads: Threads, host: Kernels, small: number): Engine {
  return {
    heap,
    exports,
    operands: new Operands(heap),
    host,
    threads,
    small,
    few: (usual) => (small === 0 ? 1 : usual),
    copy: host["copy"] as Kernel,
  };
}
