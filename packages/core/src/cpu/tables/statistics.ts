import { CPU } from "../../device.ts";
import { allocate } from "../../dispatch/allocate.ts";
import type { Kernels } from "../../dispatch/backend.ts";
import { type DType, int64 } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { indexSelect } from "../index/index.ts";
import { commitIndices } from "../indices.ts";
import {
  bincount,
  bincountSize,
  collectPositions,
  histc,
  histogramdd,
  searchsorted,
  unique,
  uniqueConsecutive,
  uniqueDim,
} from "../sort/index.ts";

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

/** Searching and counting: `(out | outs, input, ...args)`; results of unknown size are made here. */
export const statisticsKernels: Kernels = {
  _unique: distinct,
  searchsorted,
  histc,
  _histogramdd: histogramdd,
  bincount(_out: null, input: Tensor, weights: Tensor | null, dtype: DType, minlength: number): Tensor {
    const out = allocate([bincountSize(input, minlength)], dtype, CPU);
    bincount(out, input, weights);
    return out;
  },
};
