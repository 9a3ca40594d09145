import { defineOp } from "../../dispatch/op.ts";
import type { DType } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDims } from "../../layout.ts";
import { scalarTypeName } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { accumulateDtype, reducedMeta, restoreDims } from "../helpers.ts";

defineOp({
  schema: "sum(Tensor input, *, ScalarType? dtype=None) -> Tensor",
  doc: "The sum of all elements; integers and bool sum to int64.",
  kernel: "sum",
  meta: (input: Tensor, dtype: DType | null) => ({ shape: [], dtype: accumulateDtype(input.dtype, dtype) }),
  kernelArgs: (input: Tensor, dtype: DType | null) => [
    dtype === null ? input : input.detach().to(dtype),
    wrapDims(null, input.ndim),
  ],
  derivative: { input: [(g, shape) => g.expand(shape), "input.shape"] },
});

defineOp({
  schema: "sum.dim_IntList(Tensor input, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
  doc: "The sums along dimensions `dim` (a number, a list, or null for all).",
  example:
    'import { tensor } from "@tt/core";\ntensor([[1, 2], [3, 4]]).sum(1, { keepdim: true }).tolist(); // [[3], [7]]',
  gradName: "SumBackward1",
  kernel: "sum",
  meta: (input: Tensor, dim: readonly number[] | null, keepdim: boolean, dtype: DType | null) =>
    reducedMeta(input, dim, keepdim, accumulateDtype(input.dtype, dtype)),
  kernelArgs: (input: Tensor, dim: readonly number[] | null, _keepdim: boolean, dtype: DType | null) => [
    dtype === null ? input : input.detach().to(dtype),
    wrapDims(dim, input.ndim),
  ],
  derivative: {
    input: [
      (g, shape, dim, keepdim) => restoreDims(g, dim, keepdim, shape.length).expand(shape),
      "input.shape",
      "dim",
      "keepdim",
    ],
  },
});

function meanDtype(input: Tensor, dtype: DType | null): DType {
  const result = dtype ?? input.dtype;
  if (result.category < 2) {
    throw new RuntimeError(
      dtype === null
        ? `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${scalarTypeName(input.dtype)}`
        : `mean(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. Got: ${scalarTypeName(dtype)}`,
    );
  }
  return result;
}

const countOf = (shape: readonly number[], dims: readonly number[]): number => dims.reduce((n, d) => n * shape[d]!, 1);

defineOp({
  schema: "mean(Tensor input, *, ScalarType? dtype=None) -> Tensor",
  doc: "The mean of all elements.",
  kernel: "mean",
  strictOut: true,
  meta: (input: Tensor, dtype: DType | null) => ({ shape: [], dtype: meanDtype(input, dtype) }),
  kernelArgs: (input: Tensor, dtype: DType | null) => [
    dtype === null ? input : input.detach().to(dtype),
    wrapDims(null, input.ndim),
  ],
  derivative: { input: [(g, shape, input) => g.expand(shape).div(input), "input.shape", "input.numel"] },
});

defineOp({
  schema: "mean.dim(Tensor input, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
  doc: "The means along dimensions `dim` (a number, a list, or null for all).",
  gradName: "MeanBackward1",
  kernel: "mean",
  strictOut: true,
  meta: (input: Tensor, dim: readonly number[] | null, keepdim: boolean, dtype: DType | null) =>
    reducedMeta(input, dim, keepdim, meanDtype(input, dtype)),
  kernelArgs: (input: Tensor, dim: readonly number[] | null, _keepdim: boolean, dtype: DType | null) => [
    dtype === null ? input : input.detach().to(dtype),
    wrapDims(dim, input.ndim),
  ],
  derivative: {
    input: [
      (g, shape, dim, keepdim) =>
        restoreDims(g, dim, keepdim, shape.length)
          .expand(shape)
          .div(countOf(shape, wrapDims(dim, shape.length))),
      "input.shape",
      "dim",
      "keepdim",
    ],
  },
});
