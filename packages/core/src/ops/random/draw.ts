import type { ArrayView } from "../../cpu/view.ts";
import { isDense, numelOf } from "../../cpu/view.ts";
import type { DType, TypedArray } from "../../dtype/index.ts";
import { default_generator, drawOrder, type Generator } from "../../random/index.ts";

import type { Tensor } from "../../tensor/tensor.ts";

/** Fills entries 0 .. n - 1 of `array`. */
export type Fill = (array: TypedArray, dtype: DType, n: number, contiguous: boolean) => void;

/** The generator to draw from. */
export const generatorOf = (generator: Generator | null): Generator => generator ?? default_generator;

/** Contiguous host entries of a tensor, in row-major order. */
export function entries(tensor: Tensor): TypedArray {
  return tensor.detach().cpu().numpy();
}

/** The host kernel of all draws: PyTorch fills memory order, which matters for tensors that are not contiguous. */
export function draw(out: ArrayView, fill: Fill): void {
  const { dtype, shape, strides, offset } = out;
  const { lanes } = dtype;
  const n = numelOf(shape);
  if (n === 0) return;
  if (isDense(out)) {
    const { array } = out;
    const [from, to] = [offset * lanes, (offset + n) * lanes];
    fill(from === 0 && to === array.length ? array : array.subarray(from, to), dtype, n, true);
    return;
  }
  const { ArrayType } = dtype;
  const values = new ArrayType(n * lanes);
  fill(values, dtype, n, false);
  const order = drawOrder(shape, strides, offset);
  const target = out.array as Float64Array;
  for (let i = 0; i < n; i++) {
    for (let lane = 0; lane < lanes; lane++)
      target[order[i]! * lanes + lane] = (values as Float64Array)[i * lanes + lane]!;
  }
}
