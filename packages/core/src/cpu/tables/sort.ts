import type { Kernels } from "../../dispatch/backend.ts";
import { float64 } from "../../dtype/index.ts";
import { copy } from "../copy/index.ts";
import { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "../norm/index.ts";
import { kthvalue, median, mode, nanmedian, sort, topk } from "../sort/index.ts";
import { type ArrayView, numelOf } from "../view.ts";

type Pair = readonly [ArrayView, ArrayView];

/** The median of a vector; nan when it has no elements. */
const medianOf =
  (kernel: typeof median) =>
  (out: ArrayView, input: ArrayView): void => {
    if (numelOf(input.shape) > 0) kernel(out, null, input, 0);
    else if (out.dtype.is_floating_point) copy(out, { ...input, ...NAN, shape: [], strides: [], offset: 0 });
  };

const NAN = { array: new Float64Array([Number.NaN]), dtype: float64 };

/** Sorting, order statistics and softmax: `(out | outs, input, ...args)`. */
export const sortKernels: Kernels = {
  sort: ([values, at]: Pair, input: ArrayView, dim: number, descending: boolean) =>
    sort(values, at, input, dim, descending),
  topk: ([values, at]: Pair, input: ArrayView, k: number, dim: number, largest: boolean) =>
    topk(values, at, input, k, dim, largest),
  kthvalue: ([values, at]: Pair, input: ArrayView, k: number, dim: number) => kthvalue(values, at, input, k, dim),
  mode: ([values, at]: Pair, input: ArrayView, dim: number) => mode(values, at, input, dim),
  "median.dim": ([values, at]: Pair, input: ArrayView, dim: number) => median(values, at, input, dim),
  "nanmedian.dim": ([values, at]: Pair, input: ArrayView, dim: number) => nanmedian(values, at, input, dim),
  median: medianOf(median),
  nanmedian: medianOf(nanmedian),
  _softmax: softmax,
  _log_softmax: logSoftmax,
  _softmax_backward_data: softmaxBackward,
  _log_softmax_backward_data: logSoftmaxBackward,
};
