import type { Heap } from "../memory/heap.ts";
import { isShared } from "../memory/sharing.ts";
import type { Exports } from "../exports.ts";
import type { Code } from "./code.ts";
import { CONTROL_BYTES, MOST_ARGUMENTS, MOST_WORKERS } from "./control.ts";
import { callHere, Crew, type Task } from "./crew.ts";
import { canShare } from "./spawn.ts";

/** Nanoseconds of work from which on other threads are worth their waking up, which takes some 10 microseconds. */
const WORTHWHILE = 40_000;
/** Least nanoseconds of a piece; to hand it over takes about one microsecond. */
const GRAIN = 10_000;
/** Pieces for each thread, so that one that is held up holds up little. */
const PIECES = 4;

/** Memory of which each thread has a part: argument `at` of every call becomes `base + thread * stride`. */
export interface Work {
  readonly at: number;
  readonly base: number;
  readonly stride: number;
}

/**
 * How kernels use several threads: cut the work into calls on disjoint outputs and hand them over.
 *
 *     const calls = threads.split(rows, 2 * rows * n).map(([from, to]) => [to - from, n, x + 4 * n * from, y + 4 * n * from]);
 *     threads.run("softmax", calls);
 *
 * The function is an export of assembly/index.ts, by name, or a module written at run time (instantiateCode). `run` returns
 * when all calls are done, which happen in any order and on any thread; one call runs right here. `split` knows when threads
 * pay: it gives a single piece for little work, so there is nothing to decide in kernels. For scratch memory take
 * `heap.scratch(threads.count * stride)` and pass `{ at, base, stride }`. Arguments are numbers (booleans as 0 and 1).
 * Results must not depend on how the work was cut: never cut a sum, other than into parts of a size fixed by its length.
 */
export class Threads {
  private readonly heap: Heap;
  private readonly exports: Exports;
  private readonly module: WebAssembly.Module;
  private readonly names: readonly string[];
  private wanted: number;
  private crew: Crew | null = null;
  /** Whether the host cannot run workers, or turned out not to. */
  private alone: boolean;

  constructor(heap: Heap, module: WebAssembly.Module, exports: Exports, count: number) {
    this.heap = heap;
    this.module = module;
    this.exports = exports;
    this.names = Object.keys(exports);
    this.wanted = Math.min(count, MOST_WORKERS + 1);
    this.alone = !canShare() || !isShared(heap.memory);
  }

  /** Threads that may take part, the calling one included. */
  get count(): number {
    return this.alone ? 1 : this.wanted;
  }

  set count(count: number) {
    this.wanted = Math.min(count, MOST_WORKERS + 1);
  }

  run(fn: keyof Exports | Code, calls: readonly (readonly number[])[], work?: Work): void {
    const code = typeof fn === "function" ? fn : this.exports[fn];
    const arity = calls[0]?.length ?? 0;
    if (calls.length > 1 && this.count > 1) {
      const task: Task =
        typeof fn === "function"
          ? { code, name: "an element-wise loop", index: -1 }
          : { code, name: fn, index: this.names.indexOf(fn) };
      const crew = this.ready();
      if (crew !== null && crew.suits(task, arity)) {
        const most = Math.floor(MOST_ARGUMENTS / Math.max(1, arity));
        for (let from = 0; from < calls.length; from += most)
          crew.run(task, calls, from, Math.min(calls.length, from + most), work, this.wanted - 1);
        return;
      }
    }
    for (const call of calls) callHere(code, call, work);
  }

  /** {@link run} for calls that are there anyway: one after another on this thread if they are little work. */
  share(fn: keyof Exports | Code, calls: readonly (readonly number[])[], cost: number, work?: Work): void {
    if (cost >= WORTHWHILE) this.run(fn, calls, work);
    else for (const call of calls) this.run(fn, [call], work);
  }

  /**
   * Ranges that cover 0 to n; a single one unless the work is worth sharing.
   *
   * @param cost - of the whole, in nanoseconds on one thread, roughly
   * @param step - ranges begin at multiples of it
   */
  split(n: number, cost: number, step: number = 1): (readonly [from: number, to: number])[] {
    const { count } = this;
    const pieces =
      count === 1 || cost < WORTHWHILE ? 1 : Math.min(count * PIECES, Math.floor(cost / GRAIN), Math.ceil(n / step));
    if (pieces < 2) return [[0, n]];
    const size = Math.ceil(n / step / pieces) * step;
    const ranges: (readonly [number, number])[] = [];
    for (let from = 0; from < n; from += size) ranges.push([from, Math.min(n, from + size)]);
    return ranges;
  }

  /** The workers, started when they are first needed and again when one of them is gone. */
  private ready(): Crew | null {
    if (this.crew?.refused === true) this.alone = true;
    if (this.crew?.broken === true) {
      this.crew.dismiss();
      this.crew = null;
    }
    if (this.alone) return null;
    if (this.crew === null) {
      const at = this.heap.pin(CONTROL_BYTES);
      if (at < 0) return null;
      this.crew = new Crew({ memory: this.heap.memory, module: this.module, at });
    }
    this.crew.hire(this.wanted - 1);
    if (!this.crew.refused) return this.crew;
    this.alone = true;
    return null;
  }
}
