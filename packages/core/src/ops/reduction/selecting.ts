import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keep } from "../pointwise/formulas.ts";

/** Gradient of a result that is one element of each row: it goes to where the element came from. */
export function selectedBackward(
  g: Tensor,
  dim: number,
  indices: Tensor,
  shape: readonly number[],
  keepdim: boolean,
): Tensor {
  if (shape.length === 0) return g;
  const at = wrapDim(dim, shape.length);
  const [grad, where] = keepdim ? [g, indices] : [g.unsqueeze(at), indices.unsqueeze(at)];
  return grad.new_zeros(shape).scatter(at, where, grad);
}

/** Gradient of a single element of all: shared by those equal to it. */
export function evenlyDistributed(g: Tensor, input: Tensor, result: Tensor): Tensor {
  const mask = input.eq(result).logical_or(input.isnan().logical_and(result.isnan()));
  return keep(g.div(mask.sum()).expand(input.shape), mask);
}
