import type { Exports } from "../module.ts";
import type { Code } from "./code.ts";

/** Memory of which each thread has a part: argument `at` of every call becomes `base + thread * stride`. */
export interface Work {
  readonly at: number;
  readonly base: number;
  readonly stride: number;
}

/**
 * How kernels use several threads: cut the work into calls on disjoint outputs and hand them over.
 *
 *     const calls = threads.split(rows, 0.3 * rows * n).map(([from, to]) => [to - from, n, x + 4 * n * from, y + 4 * n * from]);
 *     threads.run("softmax", calls);
 *
 * The function is an export of assembly/index.ts, by name, or a module written at run time (instantiateCode). `run` returns
 * when all calls are done, which happen in any order and on any thread; one call runs right here. `split` knows when threads
 * pay: it gives a single piece for little work, so there is nothing to decide in kernels. For scratch memory take
 * `heap.scratch(threads.count * stride)` and pass `{ at, base, stride }`. Arguments are numbers (booleans as 0 and 1).
 * Results must not depend on how the work was cut: never cut a sum, other than into parts of a size fixed by its length.
 */
export class Threads {
  /** Threads that may take part, the calling one included. */
  readonly count: number = 1;
  private readonly exports: Exports;

  constructor(exports: Exports) {
    this.exports = exports;
  }

  run(fn: keyof Exports | Code, calls: readonly (readonly number[])[], work?: Work): void {
    const code = typeof fn === "function" ? fn : this.exports[fn];
    for (const call of calls) {
      if (work === undefined) code(...call);
      else {
        const args = call.slice();
        args[work.at] = work.base;
        code(...args);
      }
    }
  }

  /**
   * Ranges that cover 0 to n.
   *
   * @param cost - of the whole, in nanoseconds on one thread, roughly
   * @param step - ranges begin at multiples of it
   */
  split(n: number, cost: number, step: number = 1): (readonly [from: number, to: number])[] {
    void cost;
    void step;
    return [[0, n]];
  }
}
