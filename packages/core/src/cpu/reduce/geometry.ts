import type { ArrayView } from "../view.ts";

/** Loops over `m` kept elements and, for each, `n` reduced ones; steps in entries. */
export type Block = (at: number, result: number, index: number) => void;

/**
 * A reduction's dimensions, apart into kept and reduced ones, neighbours merged where steps allow.
 * The innermost of either kind are left to the kernel, the others are walked here.
 */
export class Geometry {
  /** Elements kept (the size of the result) and reduced into each. */
  kept = 1;
  reduced = 1;
  /** Innermost kept dimension. */
  m = 1;
  mStep = 0;
  /** Innermost reduced dimension. */
  n = 1;
  nStep = 0;
  private start = 0;
  private readonly sizes: number[] = [];
  private readonly steps: number[] = [];
  /** How far the result, and the index within the reduced elements, advance. */
  private readonly results: number[] = [];
  private readonly indices: number[] = [];
  private readonly counters: number[] = [];
  private rank = 0;

  /** @param dims - sorted dimensions of `input` to reduce */
  set(input: ArrayView, dims: readonly number[]): void {
    const { shape, strides, offset, dtype } = input;
    this.start = offset * dtype.lanes;
    this.kept = 1;
    this.reduced = 1;
    this.m = 1;
    this.mStep = 0;
    this.n = 1;
    this.nStep = 0;
    this.rank = 0;
    let next = dims.length - 1;
    let previous = -1;
    for (let d = shape.length - 1; d >= 0; d--) {
      const size = shape[d]!;
      const isReduced = next >= 0 && dims[next] === d;
      if (isReduced) next--;
      if (size === 1) continue;
      const step = strides[d]! * dtype.lanes;
      this.add(size, step, isReduced, previous === (isReduced ? 1 : 0));
      previous = isReduced ? 1 : 0;
    }
  }

  /** Adds a dimension outside of the ones there; `adjacent` to one of the same kind it may merge. */
  private add(size: number, step: number, isReduced: boolean, adjacent: boolean): void {
    const done = isReduced ? this.reduced : this.kept;
    if (isReduced) this.reduced *= size;
    else this.kept *= size;
    if (done === 1) {
      if (isReduced) {
        this.n = size;
        this.nStep = step;
      } else {
        this.m = size;
        this.mStep = step;
      }
      return;
    }
    if (isReduced && done === this.n && step === this.n * this.nStep) {
      this.n *= size;
      return;
    }
    if (!isReduced && done === this.m && step === this.m * this.mStep) {
      this.m *= size;
      return;
    }
    const last = this.rank - 1;
    if (adjacent && last >= 0 && step === this.sizes[last]! * this.steps[last]! && this.isOf(last, isReduced)) {
      this.sizes[last]! *= size;
      return;
    }
    this.sizes[this.rank] = size;
    this.steps[this.rank] = step;
    this.results[this.rank] = isReduced ? 0 : done;
    this.indices[this.rank] = isReduced ? done : 0;
    this.rank++;
  }

  private isOf(k: number, isReduced: boolean): boolean {
    return this.indices[k]! > 0 === isReduced;
  }

  /** Calls `block` for the outer dimensions: reduced elements of one result come in ascending order. */
  run(block: Block): void {
    if (this.kept === 0 || this.reduced === 0) return;
    const { rank, sizes, steps, results, indices, counters } = this;
    let at = this.start;
    let result = 0;
    let index = 0;
    for (let k = 0; k < rank; k++) counters[k] = 0;
    for (;;) {
      block(at, result, index);
      let k = 0;
      for (; k < rank; k++) {
        counters[k]! += 1;
        const wraps = counters[k] === sizes[k];
        const by = wraps ? 1 - sizes[k]! : 1;
        at += by * steps[k]!;
        result += by * results[k]!;
        index += by * indices[k]!;
        if (!wraps) break;
        counters[k] = 0;
      }
      if (k === rank) return;
    }
  }

  /** Whether the kernel should go through the kept elements in its inner loop: they are closer together. */
  get sweepsKept(): boolean {
    return this.m >= 8 && Math.abs(this.mStep) < Math.abs(this.nStep);
  }
}
