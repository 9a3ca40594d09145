import { cat, type DType, int64, type Tensor, where, zeros } from "@tt/core";

/** Numerical limits of a floating-point dtype. */
export interface FloatLimits {
  /** Distance from 1 to the next number. */
  readonly eps: number;
  /** Smallest positive normal number. */
  readonly tiny: number;
  readonly max: number;
  readonly min: number;
}

const limits = (eps: number, tiny: number, max: number): FloatLimits => ({ eps, tiny, max, min: -max });

const LIMITS: Readonly<Record<string, FloatLimits>> = {
  float16: limits(2 ** -10, 2 ** -14, 65504),
  bfloat16: limits(2 ** -7, 2 ** -126, (2 - 2 ** -7) * 2 ** 127),
  float32: limits(2 ** -23, 2 ** -126, (2 - 2 ** -23) * 2 ** 127),
  float64: limits(Number.EPSILON, 2 ** -1022, Number.MAX_VALUE),
};

/** Limits of `dtype`. @throws TypeError for a dtype that is not floating point */
export function finfo(dtype: DType): FloatLimits {
  const found = LIMITS[dtype.name];
  if (found === undefined) {
    throw new TypeError(
      `torch.finfo() requires a floating point input type. Use torch.iinfo to handle '${dtype.toString()}'`,
    );
  }
  return found;
}

/** log(1 + exp(x)), linear above 20. */
export function softplus(x: Tensor): Tensor {
  return where(x.gt(20), x, x.clamp({ max: 20 }).exp().log1p());
}

/** log(sigmoid(x)) */
export function logsigmoid(x: Tensor): Tensor {
  return x.clamp({ max: 0 }).sub(x.abs().neg().exp().log1p());
}

/** Cross entropy of the probability sigmoid(input) and `target`, element by element. */
export function binary_cross_entropy_with_logits(input: Tensor, target: Tensor): Tensor {
  const top = input.neg().clamp({ min: 0 });
  const rest = top.neg().exp().add(input.neg().sub(top).exp()).log();
  return target.rsub(1).mul(input).add(top).add(rest);
}

/** int64 vectors of length `classes` that are one at `index` and zero elsewhere. */
export function one_hot(index: Tensor, classes: number): Tensor {
  const out = zeros([...index.shape, classes], { dtype: int64, device: index.device });
  return out.scatter_(-1, index.unsqueeze(-1), 1);
}

/** Puts ones before and after the elements of the last dimension. */
export function padOnes(x: Tensor, before: number, after: number): Tensor {
  const ones = (n: number): Tensor => x.new_ones([...x.shape.slice(0, -1), n]);
  return cat([...(before > 0 ? [ones(before)] : []), x, ...(after > 0 ? [ones(after)] : [])], -1);
}
