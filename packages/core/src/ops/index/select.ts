import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int32, int64, type Scalar, scalarTypeName } from "../../dtype/index.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { sameShape, wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike, scaled } from "../helpers.ts";

function checkVector(name: string, index: Tensor): void {
  if (index.ndim > 1) {
    const error = `${name}(): Index is supposed to be a vector`;
    throw name === "index_select"
      ? new IndexError(error)
      : new IndexError(`${error}, but got dim: ${index.ndim} with type: ${scalarTypeName(index.dtype)}`);
  }
  if (index.dtype !== int64 && index.dtype !== int32) {
    throw new RuntimeError(`${name}(): Expected dtype int32 or int64 for index`);
  }
}

/** An index of one dimension. */
const vector = (index: Tensor): Tensor => (index.ndim === 0 ? index.detach().reshape([1]) : index);

defineOp({
  schema: "index_select(Tensor input, int dim, Tensor index) -> Tensor",
  doc: "The slices of `dim` at the positions in the vector `index`.",
  example:
    'import { tensor, int64 } from "@tt/core";\ntensor([10, 20, 30]).index_select(0, tensor([2, 0], { dtype: int64 })).tolist(); // [30, 10]',
  kernel: "index_select",
  meta: (input: Tensor, dim: number, index: Tensor) => {
    checkVector("index_select", index);
    const at = wrapDim(dim, input.ndim);
    return metaLike(input, input.ndim === 0 ? [] : input.shape.with(at, index.numel()));
  },
  kernelArgs: (input: Tensor, dim: number, index: Tensor) => [input, wrapDim(dim, input.ndim), vector(index)],
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], dim: number, index: Tensor) => g.new_zeros(shape).index_add(dim, index, g),
      "input.shape",
      "dim",
      "index",
    ],
  },
});

function checkSource(name: string, input: Tensor, dim: number, index: Tensor, source: Tensor): void {
  checkVector(name, index);
  if (input.dtype !== source.dtype) {
    throw new RuntimeError(
      `${name}_(): self (${scalarTypeName(input.dtype)}) and source (${scalarTypeName(source.dtype)}) must have the same scalar type`,
    );
  }
  const at = wrapDim(dim, input.ndim);
  const length = source.ndim === 0 ? 1 : source.shape[wrapDim(dim, source.ndim)]!;
  if (index.numel() !== length) {
    throw new RuntimeError(
      `${name}_(): Number of indices (${index.numel()}) should be equal to source.size(dim): (${length}), for dim: ${at}`,
    );
  }
  if (input.ndim > 0 && source.ndim > 0 && !sameShape(input.shape.toSpliced(at, 1), source.shape.toSpliced(at, 1))) {
    throw new RuntimeError(
      `${name}_(): Source/destination tensor must have same slice shapes. Destination slice shape: [${input.shape.toSpliced(at, 1).join(", ")}] at dimension ${at} and source slice shape: [${source.shape.toSpliced(at, 1).join(", ")}] at dimension 0.`,
    );
  }
}

/** The gradient of `source`: the slices it went to. */
function taken(g: Tensor, dim: number, index: Tensor, shape: readonly number[]): Tensor {
  if (shape.length > 0) return g.index_select(dim, index).expand(shape);
  return g.index_select(dim, index.reshape([1])).reshape(shape);
}

defineOp({
  schema: "index_add(Tensor input, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor",
  doc: "The tensor with `alpha` times the slices of `source` added to its slices of `dim` at `index`.",
  inplace: true,
  kernel: "index_add",
  aliasable: true,
  check: (input: Tensor, dim: number, index: Tensor, source: Tensor) =>
    checkSource("index_add", input, dim, index, source),
  meta: (input: Tensor) => metaLike(input),
  kernelArgs: (input: Tensor, dim: number, index: Tensor, source: Tensor, alpha: Scalar) => [
    input,
    wrapDim(dim, input.ndim),
    vector(index),
    source,
    alpha,
  ],
  derivative: {
    input: (g) => g,
    source: [
      (g, dim, index, shape, alpha) => scaled(taken(g, dim, index, shape), alpha),
      "dim",
      "index",
      "source.shape",
      "alpha",
    ],
  },
});

defineOp({
  schema: "index_copy(Tensor input, int dim, Tensor index, Tensor source) -> Tensor",
  synonyms: { tensor: "source", tensor2: "source" },
  doc: "The tensor with its slices of `dim` at `index` replaced by those of `source`.",
  inplace: true,
  kernel: "index_copy",
  aliasable: true,
  check: (input: Tensor, dim: number, index: Tensor, source: Tensor) =>
    checkSource("index_copy", input, dim, index, source),
  meta: (input: Tensor) => metaLike(input),
  kernelArgs: (input: Tensor, dim: number, index: Tensor, source: Tensor) => [
    input,
    wrapDim(dim, input.ndim),
    vector(index),
    source,
  ],
  derivative: {
    input: [(g: Tensor, dim, index) => g.index_fill(dim, index, 0), "dim", "index"],
    source: [(g, dim, index, shape) => taken(g, dim, index, shape), "dim", "index", "source.shape"],
  },
});

const indexFill: Op = defineOp({
  schema: "index_fill.int_Scalar(Tensor input, int dim, Tensor index, Scalar value) -> Tensor",
  doc: "The tensor with its slices of `dim` at `index` filled with `value`.",
  inplace: true,
  out: false,
  kernel: "index_fill",
  aliasable: true,
  check: (_input: Tensor, _dim: number, index: Tensor) => {
    if (index.ndim > 1) throw new RuntimeError("Index has to be a vector/scalar");
    if (index.dtype !== int64) throw new IndexError("index_fill_(): Expected dtype int64 for index.");
  },
  meta: (input: Tensor) => metaLike(input),
  kernelArgs: (input: Tensor, dim: number, index: Tensor, value: Scalar) => [
    input,
    wrapDim(dim, input.ndim),
    vector(index),
    value,
  ],
  derivative: { input: [(g: Tensor, dim, index) => g.index_fill(dim, index, 0), "dim", "index"] },
});

defineOp({
  schema: "index_fill.int_Tensor(Tensor input, int dim, Tensor index, Tensor value) -> Tensor",
  doc: "The tensor with its slices of `dim` at `index` filled with the 0-d tensor `value`.",
  inplace: true,
  out: false,
  gradName: "IndexFillBackward1",
  check: (_input: Tensor, _dim: number, _index: Tensor, value: Tensor) => {
    if (value.ndim !== 0) {
      throw new RuntimeError(`Only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions.`);
    }
  },
  decompose: (input: Tensor, dim: number, index: Tensor, value: Tensor) =>
    call(indexFill, [input, dim, index, value.detach().item()]),
  derivative: {
    input: [(g: Tensor, dim, index) => g.index_fill(dim, index, 0), "dim", "index"],
    value: [(g: Tensor, dim, index) => g.index_select(dim, index).sum(), "dim", "index"],
  },
});
