import { RuntimeError } from "../../errors.ts";
import type { ArrayView } from "../view.ts";

/**
 * How loops walk an output and its broadcast inputs: dimensions outermost first, merged where all
 * steps allow. One plan is reused by every call, since kernels do not call kernels.
 */
export class Plan {
  /** Number of merged dimensions. */
  rank = 0;
  readonly sizes: number[] = [];
  /** Steps in entries, per tensor (0 is the output) and dimension. */
  readonly steps: number[][] = [];
  private readonly order: number[] = [];
  private readonly counters: number[] = [];

  /**
   * Lays out loops over `out.shape`. Each input broadcasts to it, right-aligned; constants are null.
   */
  set(out: ArrayView, inputs: readonly (ArrayView | null)[], count: number): void {
    const { shape } = out;
    const dims = shape.length;
    while (this.steps.length <= count) this.steps.push([]);
    const { order, sizes } = this;
    // Memory order of the output, so that permuted outputs are written in sequence.
    let kept = 0;
    for (let d = 0; d < dims; d++) {
      if (shape[d] === 1) continue;
      let at = kept++;
      for (; at > 0 && Math.abs(out.strides[order[at - 1]!]!) < Math.abs(out.strides[d]!); at--)
        order[at] = order[at - 1]!;
      order[at] = d;
    }
    let rank = 0;
    // Innermost first here; turned around below.
    for (let k = kept - 1; k >= 0; k--) {
      const d = order[k]!;
      sizes[rank] = shape[d]!;
      this.steps[0]![rank] = out.strides[d]! * out.dtype.lanes;
      let merges = rank > 0 && this.steps[0]![rank] === this.steps[0]![rank - 1]! * sizes[rank - 1]!;
      for (let t = 0; t < count; t++) {
        const input = inputs[t]!;
        const steps = this.steps[t + 1]!;
        steps[rank] = input === null ? 0 : stepOf(input, d - dims, shape[d]!);
        if (rank > 0 && steps[rank] !== steps[rank - 1]! * sizes[rank - 1]!) merges = false;
      }
      if (merges) sizes[rank - 1]! *= sizes[rank]!;
      else rank++;
    }
    this.rank = rank;
    reverse(sizes, rank);
    for (let t = 0; t <= count; t++) reverse(this.steps[t]!, rank);
  }

  /** Calls `body` for every combination of the dimensions before the inner `inner` ones. */
  outer(inner: number, offsets: number[], count: number, body: () => void): void {
    const last = this.rank - inner - 1;
    const { counters, sizes, steps } = this;
    for (let d = 0; d <= last; d++) {
      if (sizes[d] === 0) return;
      counters[d] = 0;
    }
    for (;;) {
      body();
      let d = last;
      for (; d >= 0; d--) {
        counters[d]! += 1;
        const wraps = counters[d] === sizes[d];
        const by = wraps ? 1 - sizes[d]! : 1;
        for (let t = 0; t < count; t++) offsets[t]! += by * steps[t]![d]!;
        if (!wraps) break;
        counters[d] = 0;
      }
      if (d < 0) return;
    }
  }
}

/** Step, in entries, of the dimension `fromEnd` (negative) of a tensor read as one of `size` there. */
function stepOf(input: ArrayView, fromEnd: number, size: number): number {
  const d = input.shape.length + fromEnd;
  if (d < 0) return 0;
  const own = input.shape[d]!;
  if (own === size) return input.strides[d]! * input.dtype.lanes;
  if (own === 1) return 0;
  throw new RuntimeError(
    `The size of tensor a (${size}) must match the size of tensor b (${own}) at non-singleton dimension ${d}`,
  );
}

function reverse(values: number[], length: number): void {
  for (let i = 0, j = length - 1; i < j; i++, j--) {
    const swap = values[i]!;
    values[i] = values[j]!;
    values[j] = swap;
  }
}
