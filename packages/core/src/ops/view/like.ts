import { defineOp } from "../../dispatch/op.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { broadcastPair, inferShape, wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { viewOf } from "../helpers.ts";
import { type DType, scalarTypeName } from "../../dtype/index.ts";

defineOp({
  schema: "view_as(Tensor input, Tensor other) -> Tensor",
  doc: "The same memory with the shape of `other`.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, other: Tensor) => input.view(other.shape),
});

defineOp({
  schema: "expand_as(Tensor input, Tensor other) -> Tensor",
  doc: "This tensor expanded to the shape of `other`.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, other: Tensor) => input.expand(other.shape),
});

defineOp({
  schema: "reshape_as(Tensor input, Tensor other) -> Tensor",
  doc: "This tensor reshaped to the shape of `other`.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, other: Tensor) => input.reshape(other.shape),
});

defineOp({
  schema: "ravel(Tensor input) -> Tensor",
  doc: "The elements in one dimension; a view when the tensor is contiguous.",
  out: false,
  decompose: (input: Tensor) => input.contiguous().view([-1]),
});

defineOp({
  schema: "unflatten(Tensor input, int dim, int[1] sizes) -> Tensor",
  doc: "A view with dimension `dim` split into `sizes`, one of which may be -1.",
  out: false,
  decompose: (input: Tensor, dim: number, sizes: readonly number[]) => {
    if (input.ndim === 0) throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
    const at = wrapDim(dim, input.ndim);
    if (sizes.length === 0) throw new RuntimeError("unflatten: sizes must be non-empty");
    const total = input.shape[at]!;
    let inferred: readonly number[] = [];
    try {
      inferred = inferShape(sizes, total);
    } catch {
      throw new RuntimeError(
        `unflatten: Provided sizes [${sizes.join(", ")}] don't multiply up to the size of dim ${at} (${total}) in the input tensor`,
      );
    }
    return input.view(input.shape.toSpliced(at, 1, ...inferred));
  },
});

defineOp({
  schema: "broadcast_to(Tensor input, int... size) -> Tensor",
  synonyms: { shape: "size" },
  doc: "A view broadcast to `size` without copying.",
  out: false,
  decompose: (input: Tensor, size: readonly number[]) => input.expand(size),
});

defineOp({
  schema: "broadcast_tensors(Tensor... tensors) -> Tensor[]",
  doc: "Views of the tensors broadcast to their common shape.",
  variants: "function",
  decompose: (tensors: readonly Tensor[]) => {
    const shape = tensors.reduce<readonly number[]>((all, tensor) => broadcastPair(all, tensor.shape), []);
    return tensors.map((tensor) => tensor.expand(shape));
  },
});

/** Dimensions each `atleast_nd` gives tensors that have too few. */
const AT_LEAST: readonly (readonly [string, number, (x: Tensor) => Tensor])[] = [
  ["atleast_1d", 1, (x) => x.reshape([1])],
  ["atleast_2d", 2, (x) => (x.ndim === 0 ? x.reshape([1, 1]) : x.unsqueeze(0))],
  [
    "atleast_3d",
    3,
    (x) => (x.ndim === 0 ? x.reshape([1, 1, 1]) : x.ndim === 1 ? x.unsqueeze(0).unsqueeze(-1) : x.unsqueeze(-1)),
  ],
];

for (const [name, rank, raise] of AT_LEAST) {
  const raised = (x: Tensor): Tensor => (x.ndim < rank ? raise(x) : x);
  defineOp({
    schema: `${name}(Tensor input) -> Tensor`,
    doc: `The tensor with at least ${rank} dimension${rank === 1 ? "" : "s"}, or each of several.`,
    variants: "function",
    out: false,
    decompose: raised,
  });
  defineOp({
    schema: `${name}.Sequence(Tensor... tensors) -> Tensor[]`,
    doc: `Each tensor with at least ${rank} dimension${rank === 1 ? "" : "s"}.`,
    variants: "function",
    decompose: (tensors: readonly Tensor[]) => tensors.map(raised),
  });
}

defineOp({
  schema: "view.dtype(Tensor input, ScalarType dtype) -> Tensor",
  doc: "The same memory read as another dtype.",
  variants: "method",
  view: (input: Tensor, dtype: DType) => {
    const [from, to] = [input.dtype.itemsize, dtype.itemsize];
    const seen = (shape: readonly number[], strides: readonly number[], offset: number): Tensor => {
      const out = viewOf(input, shape, strides, offset);
      out.dtype = dtype;
      return out;
    };
    if (from === to) return seen(input.shape, input.strides, input.offset);
    const title = `self.dim() cannot be 0 to view ${scalarTypeName(input.dtype)} as ${scalarTypeName(dtype)} (different element sizes)`;
    if (input.ndim === 0) throw new RuntimeError(title);
    const last = input.ndim - 1;
    if (from > to) {
      if (input.strides[last] !== 1) {
        throw new RuntimeError(
          `self.stride(-1) must be 1 to view ${scalarTypeName(input.dtype)} as ${scalarTypeName(dtype)} (different element sizes), but got ${input.strides[last]}`,
        );
      }
      const ratio = from / to;
      return seen(
        input.shape.with(last, input.shape[last]! * ratio),
        input.strides.map((s, i) => (i === last ? 1 : s * ratio)),
        input.offset * ratio,
      );
    }
    const ratio = to / from;
    const names = `to view ${scalarTypeName(input.dtype)} as ${scalarTypeName(dtype)} (different element sizes)`;
    if (input.shape[last]! % ratio !== 0) {
      throw new RuntimeError(`self.size(-1) must be divisible by ${ratio} ${names}, but got ${input.shape[last]}`);
    }
    if (input.offset % ratio !== 0) {
      throw new RuntimeError(`self.storage_offset() must be divisible by ${ratio} ${names}, but got ${input.offset}`);
    }
    input.strides.forEach((s, i) => {
      if (i === last ? s !== 1 : s % ratio !== 0) {
        throw new RuntimeError(
          i === last
            ? `self.stride(-1) must be 1 ${names}, but got ${s}`
            : `self.stride(${i}) must be divisible by ${ratio} ${names}, but got ${s}`,
        );
      }
    });
    return seen(
      input.shape.with(last, input.shape[last]! / ratio),
      input.strides.map((s, i) => (i === last ? 1 : s / ratio)),
      input.offset / ratio,
    );
  },
  nondifferentiable: true,
});
