import { CPU } from "../../device.ts";
import { allocate } from "../../dispatch/allocate.ts";
import type { Kernels } from "../../dispatch/backend.ts";
import { type DType, float64, int64 } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { copy } from "../copy/index.ts";
import { indexSelect } from "../index/index.ts";
import { commitIndices } from "../indices.ts";
import { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "../norm/index.ts";
import {
  bincount,
  bincountSize,
  collectPositions,
  histc,
  histogramdd,
  kthvalue,
  median,
  mode,
  nanmedian,
  searchsorted,
  sort,
  topk,
  unique,
  uniqueConsecutive,
  uniqueDim,
} from "../sort/index.ts";
import { type ArrayView, numelOf } from "../view.ts";

type Pair = readonly [ArrayView, ArrayView];

function indices(values: Int32Array, shape: readonly number[]): Tensor {
  const out = allocate(shape, int64, CPU);
  commitIndices(out, values);
  return out;
}

function distinct(_out: null, input: Tensor, dim: number | null, consecutive: boolean): Tensor[] {
  const found = consecutive ? uniqueConsecutive(input, dim) : dim === null ? unique(input) : uniqueDim(input, dim);
  const size = found.positions.length;
  let values: Tensor;
  if (dim === null) {
    values = allocate([size], input.dtype, CPU);
    collectPositions(values, input, found.positions);
  } else {
    values = allocate(input.shape.with(dim, size), input.dtype, CPU);
    indexSelect(values, input, dim, indices(found.positions, [size]));
  }
  return [
    values,
    indices(found.inverse, dim === null ? input.shape : [found.inverse.length]),
    indices(found.counts, [size]),
  ];
}

/** The median of a vector; nan when it has no elements. */
const medianOf =
  (kernel: typeof median) =>
  (out: ArrayView, input: ArrayView): void => {
    if (numelOf(input.shape) > 0) kernel(out, null, input, 0);
    else if (out.dtype.is_floating_point) copy(out, { ...input, ...NAN, shape: [], strides: [], offset: 0 });
  };

const NAN = { array: new Float64Array([Number.NaN]), dtype: float64 };

/** Sorting, searching and counting: `(out | outs, input, ...args)`; results of unknown size are made here. */
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
  _unique: distinct,
  searchsorted,
  histc,
  _histogramdd: histogramdd,
  bincount(_out: null, input: Tensor, weights: Tensor | null, dtype: DType, minlength: number): Tensor {
    const out = allocate([bincountSize(input, minlength)], dtype, CPU);
    bincount(out, input, weights);
    return out;
  },
  _softmax: softmax,
  _log_softmax: logSoftmax,
  _softmax_backward_data: softmaxBackward,
  _log_softmax_backward_data: logSoftmaxBackward,
};
