import { defineOp } from "../../dispatch/op.ts";
import { scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj, floatDtype } from "../helpers.ts";
import { isComplex } from "../pointwise/formulas.ts";

/** Throws unless `weights` weighs each of `count` observations. */
function checkWeights(name: string, weights: Tensor, count: number, integral: boolean): void {
  if (weights.ndim > 1) {
    throw new RuntimeError(
      `cov(): expected ${name} to have one or fewer dimensions but got ${name} with ${weights.ndim} dimensions`,
    );
  }
  if ((weights.dtype.category === 1) !== integral || weights.dtype.is_complex) {
    throw new RuntimeError(
      `cov(): expected ${name} to have ${integral ? "integral" : "floating point"} dtype but got ${name} with ${scalarTypeName(weights.dtype)} dtype`,
    );
  }
  if (weights.numel() !== count) {
    throw new RuntimeError(
      `cov(): expected ${name} to have the same numel as there are observations in the input but got ${weights.numel()} != ${count}`,
    );
  }
  if (weights.numel() > 0 && weights.min().item() < 0) throw new RuntimeError(`cov(): ${name} cannot be negative`);
}

function covariance(input: Tensor, correction: number, fweights: Tensor | null, aweights: Tensor | null): Tensor {
  if (input.ndim > 2) {
    throw new RuntimeError(
      `cov(): expected input to have two or fewer dimensions but got an input with ${input.ndim} dimensions`,
    );
  }
  if (input.dtype.category === 0) throw new RuntimeError("cov(): bool dtype is not supported for input");
  const rows = input.ndim < 2 ? input.reshape([1, -1]) : input;
  const count = rows.shape[1]!;
  if (fweights !== null) checkWeights("fweights", fweights, count, true);
  if (aweights !== null) checkWeights("aweights", aweights, count, false);
  const w = fweights === null ? aweights : aweights === null ? fweights : fweights.mul(aweights);
  const x = rows.to(floatDtype(rows.dtype));
  let mean: Tensor;
  let norm: Tensor | number;
  if (w === null) {
    mean = x.mean(1, true);
    norm = Math.max(count - correction, 0);
  } else {
    const total = w.sum();
    if (total.item() === 0) throw new RuntimeError("cov(): weights sum to zero, can't be normalized");
    mean = x.mul(w).sum(1, true).div(total);
    const share = aweights === null ? null : w.mul(aweights).sum().div(total);
    norm = (share === null ? total.sub(correction) : total.sub(share.mul(correction))).clamp(0);
  }
  const centred = x.sub(mean);
  const weighted = w === null ? centred : centred.mul(w);
  return centred.mm(conj(weighted.t())).div(norm).squeeze();
}

defineOp({
  schema: "cov(Tensor input, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> Tensor",
  doc: "The covariance matrix of the variables in the rows of `input`, whose columns are observations.",
  out: false,
  decompose: covariance,
});

defineOp({
  schema: "corrcoef(Tensor input) -> Tensor",
  doc: "The correlation coefficients of the variables in the rows of `input`.",
  out: false,
  decompose: (input: Tensor) => {
    if (input.ndim > 2) {
      throw new RuntimeError(
        `corrcoef(): expected input to have two or fewer dimensions but got an input with ${input.ndim} dimensions`,
      );
    }
    const c = covariance(input, 1, null, null);
    if (c.ndim === 0) return c.div(c);
    const diagonal = c.diagonal();
    const deviation = (isComplex(diagonal) ? diagonal.real : diagonal).sqrt();
    const scaled = c.div(deviation.unsqueeze(1)).div(deviation.unsqueeze(0));
    if (!isComplex(scaled)) return scaled.clamp(-1, 1);
    return scaled;
  },
});
