import { defineOp } from "../../dispatch/op.ts";
import type { DType } from "../../dtype/index.ts";
import { scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDims } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { accumulateDtype, floatDtype, reducedMeta, restoreDims } from "../helpers.ts";
import { keep } from "../pointwise/formulas.ts";

type Dims = readonly number[] | null;

defineOp({
  schema: "nansum(Tensor input, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
  doc: "The sum of the elements that are not nan, of all or along `dim`.",
  kernel: "nansum",
  check: ({ dtype }: Tensor) => {
    if (dtype.is_complex) throw new RuntimeError("nansum does not support complex inputs");
  },
  meta: (input: Tensor, dim: Dims, keepdim: boolean, dtype: DType | null) =>
    reducedMeta(input, dim, keepdim, accumulateDtype(input.dtype, dtype)),
  kernelArgs: (input: Tensor, dim: Dims, _keepdim: boolean, dtype: DType | null) => [
    dtype === null ? input : input.detach().to(dtype),
    wrapDims(dim, input.ndim),
  ],
  derivative: {
    input: [
      (g, input: Tensor, dim: Dims, keepdim: boolean) =>
        keep(restoreDims(g, dim, keepdim, input.ndim).expand(input.shape), input.isnan().logical_not()),
      "input",
      "dim",
      "keepdim",
    ],
  },
});

defineOp({
  schema: "nanmean(Tensor input, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
  doc: "The mean of the elements that are not nan, of all or along `dim`.",
  decompose: (input: Tensor, dim: Dims, keepdim: boolean, dtype: DType | null) => {
    if (input.dtype.category < 2) {
      throw new RuntimeError(
        `nanmean(): expected input to have floating point or complex dtype but got ${scalarTypeName(input.dtype)}`,
      );
    }
    const count = input.isnan().logical_not().sum(wrapDims(dim, input.ndim), keepdim);
    return input.nansum(wrapDims(dim, input.ndim), keepdim, { dtype }).div(count);
  },
});

defineOp({
  schema: "logsumexp(Tensor input, int[1] dim, bool keepdim=False) -> Tensor",
  doc: "The logarithm of the sum of exponentials along `dim`, safe from overflow.",
  decompose: (input: Tensor, dim: readonly number[], keepdim: boolean) => {
    const x = input.detach().to(floatDtype(input.dtype));
    const dims = wrapDims(dim, input.ndim);
    if (input.numel() === 0) return x.exp().sum(dims, keepdim).log();
    const most = x.amax(dims, true);
    const shift = most.masked_fill(most.abs().eq(Number.POSITIVE_INFINITY), 0);
    const sum = x.sub(shift).exp().sum(dims, keepdim).log();
    return sum.add(keepdim ? shift : shift.reshape(sum.shape));
  },
  derivative: {
    input: [
      (g, input: Tensor, dim: readonly number[], keepdim: boolean, result: Tensor) => {
        const rank = input.ndim;
        const weights = input.sub(restoreDims(result, dim, keepdim, rank)).exp();
        return restoreDims(g, dim, keepdim, rank).mul(weights);
      },
      "input",
      "dim",
      "keepdim",
      "result",
    ],
  },
});
