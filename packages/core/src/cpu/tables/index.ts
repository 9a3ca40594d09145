import { CPU } from "../../device.ts";
import { allocate } from "../../dispatch/allocate.ts";
import type { Kernel, Kernels } from "../../dispatch/backend.ts";
import { type Scalar, int64 } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { copy } from "../copy/index.ts";
import {
  countNonzero,
  gather,
  indexAdd,
  indexCopy,
  indexFill,
  indexGet,
  indexPut,
  indexReduce,
  indexSelect,
  maskedScatter,
  maskedSelect,
  nonzero,
  put,
  type Reduce,
  scatter,
  scatterReduce,
  take,
} from "../index/index.ts";
import { type ArrayView, numelOf } from "../view.ts";

/** Makes `(out, input, ...args)` of a kernel that writes into its first argument. */
function onCopy(kernel: (self: ArrayView, ...args: never[]) => void): Kernel {
  return (out: ArrayView, input: ArrayView, ...args: unknown[]) => {
    if (out !== input) copy(out, expanded(input, out.shape));
    kernel(out, ...(args as never[]));
  };
}

function expanded(input: ArrayView, shape: readonly number[]): ArrayView {
  const lead = shape.length - input.shape.length;
  if (lead === 0 && input.shape.every((s, i) => s === shape[i])) return input;
  const strides = shape.map((s, i) => (i < lead || input.shape[i - lead] !== s ? 0 : input.strides[i - lead]!));
  return { array: input.array, dtype: input.dtype, shape, strides, offset: input.offset };
}

function scatterAny(
  self: ArrayView,
  dim: number,
  index: ArrayView,
  src: ArrayView | Scalar,
  mode: Reduce | null,
  include_self: boolean,
): void {
  if (numelOf(index.shape) === 0) return;
  if (mode === null) scatter(self, dim, index, src);
  else if (mode === "sum" && include_self) scatter(self, dim, index, src, "add");
  else if (typeof src !== "object" || !("array" in src)) scatter(self, dim, index, src, "multiply");
  else scatterReduce(self, dim, index, src, mode, include_self);
}

/** Indexing: `(out, input, ...args)`; results of unknown size are made here. */
export const indexKernels: Kernels = {
  index_get: indexGet,
  index_put: onCopy(indexPut),
  index_select: indexSelect,
  index_add: onCopy(indexAdd),
  index_copy: onCopy(indexCopy),
  index_fill: onCopy(indexFill),
  index_reduce: onCopy(indexReduce),
  gather,
  scatter: onCopy(scatterAny),
  take,
  put: onCopy(put),
  masked_scatter: onCopy(maskedScatter),
  masked_select(_out: null, input: Tensor, mask: Tensor, shape: readonly number[]): Tensor {
    const out = allocate([countNonzero(expanded(mask, shape))], input.dtype, CPU);
    maskedSelect(out, input, mask, shape);
    return out;
  },
  nonzero(_out: null, input: Tensor): Tensor {
    const out = allocate([countNonzero(input), input.ndim], int64, CPU);
    nonzero(out, input);
    return out;
  },
};
