import type { Tensor } from "@tt/core";
import { tensor } from "@tt/core";

/** A parameter with a gradient, without automatic differentiation. */
export function withGrad(values: readonly number[], grad: readonly number[]): Tensor {
  const param = tensor([...values]);
  param.gradTensor = tensor([...grad]);
  return param;
}

/** Values rounded to what float32 holds well. */
export function rounded(param: Tensor): number[] {
  return (param.tolist() as number[]).map((x) => Number(x.toFixed(5)));
}
