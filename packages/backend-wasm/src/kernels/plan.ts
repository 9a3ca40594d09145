import type { Tensor } from "@tt/core";

/** Loops over an output and operands broadcast to it: dimensions outermost first, merged where all steps allow. */
export class Plan {
  rank = 0;
  readonly sizes: number[] = [];
  /** Steps in elements by tensor (0 is the output) and dimension. */
  readonly steps: number[][] = [];
  private readonly order: number[] = [];

  set(out: Tensor, inputs: readonly (Tensor | null)[]): void {
    const { shape } = out;
    const dims = shape.length;
    const { order, sizes, steps } = this;
    while (steps.length <= inputs.length) steps.push([]);
    let kept = 0;
    // Memory order of the output, so that permuted outputs are written in sequence.
    for (let d = 0; d < dims; d++) {
      if (shape[d] === 1) continue;
      let at = kept++;
      for (; at > 0 && Math.abs(out.strides[order[at - 1]!]!) < Math.abs(out.strides[d]!); at--)
        order[at] = order[at - 1]!;
      order[at] = d;
    }
    let rank = 0;
    for (let k = 0; k < kept; k++) {
      const d = order[k]!;
      const size = shape[d]!;
      let merges = rank > 0;
      for (let t = 0; t <= inputs.length; t++) {
        const tensor = t === 0 ? out : inputs[t - 1]!;
        const step = tensor === null ? 0 : stepOf(tensor, d - dims, size);
        steps[t]![rank] = step;
        if (merges && steps[t]![rank - 1] !== step * size) merges = false;
      }
      if (merges) {
        sizes[rank - 1]! *= size;
        for (let t = 0; t <= inputs.length; t++) steps[t]![rank - 1] = steps[t]![rank]!;
      } else sizes[rank++] = size;
    }
    if (rank === 0) {
      sizes[0] = 1;
      for (let t = 0; t <= inputs.length; t++) steps[t]![0] = 1;
      rank = 1;
    }
    this.rank = rank;
  }
}

function stepOf(tensor: Tensor, fromEnd: number, size: number): number {
  const d = tensor.shape.length + fromEnd;
  return d < 0 || tensor.shape[d] !== size ? 0 : tensor.strides[d]!;
}
