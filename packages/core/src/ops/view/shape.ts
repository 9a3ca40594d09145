import { CPU } from "../../device.ts";
import { allocate } from "../../dispatch/allocate.ts";
import { transfer } from "../../dispatch/execute.ts";
import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int64, toReal } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { expandStrides, inferShape, viewStrides, wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { viewOf } from "../helpers.ts";

defineOp({
  schema: "view(Tensor input, int... size) -> Tensor",
  doc: "The same memory with another shape; one size may be -1.",
  variants: "method",
  view: (input: Tensor, size: readonly number[]) => {
    const shape = inferShape(size, input.numel());
    const strides = viewStrides(input.shape, input.strides, shape);
    if (strides === null) {
      throw new RuntimeError(
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
      );
    }
    return viewOf(input, shape, input.contiguous_ ? null : strides);
  },
  derivative: { input: [(g, shape) => g.reshape(shape), "input.shape"] },
});

defineOp({
  schema: "reshape(Tensor input, int... shape) -> Tensor",
  doc: "The elements in row-major order with another shape: a view where the strides allow, else a copy.",
  out: false,
  decompose: (input: Tensor, size: readonly number[]) => {
    const shape = inferShape(size, input.numel());
    const strides = viewStrides(input.shape, input.strides, shape);
    if (strides !== null) return call(reshapeAlias, [input, shape, strides]);
    return call(unsafeView, [input.clone({ memory_format: "contiguous_format" }), shape]);
  },
});

const reshapeAlias: Op = defineOp({
  schema: "_reshape_alias(Tensor input, int[] size, int[] stride) -> Tensor",
  doc: "The view that `reshape` gives where the strides allow.",
  variants: "internal",
  view: (input: Tensor, size: readonly number[], stride: readonly number[]) => viewOf(input, size, stride),
  derivative: { input: [(g, shape) => g.reshape(shape), "input.shape"] },
});

/** A view of memory that nothing else refers to, so that no aliasing needs watching. */
export const unsafeView: Op = defineOp({
  schema: "_unsafe_view(Tensor input, int[] size) -> Tensor",
  doc: "A fresh tensor with another shape.",
  variants: "internal",
  decompose: (input: Tensor, size: readonly number[]) => viewOf(input, inferShape(size, input.numel()), null),
  derivative: { input: [(g, shape) => g.reshape(shape), "input.shape"] },
});

defineOp({
  schema: "transpose(Tensor input, int dim0, int dim1) -> Tensor",
  synonyms: { axis0: "dim0", axis1: "dim1" },
  doc: "A view with two dimensions swapped.",
  inplace: true,
  aliases: ["swapaxes", "swapdims"],
  view: (input: Tensor, dim0: number, dim1: number) => {
    const rank = input.shape.length;
    const a = wrapDim(dim0, rank);
    const b = wrapDim(dim1, rank);
    if (rank === 0) return viewOf(input, [], []);
    const shape = [...input.shape];
    const strides = [...input.strides];
    [shape[a], shape[b]] = [shape[b]!, shape[a]!];
    [strides[a], strides[b]] = [strides[b]!, strides[a]!];
    return viewOf(input, shape, strides);
  },
  derivative: { input: [(g, dim0, dim1) => g.transpose(dim0, dim1), "dim0", "dim1"] },
});

defineOp({
  schema: "t(Tensor input) -> Tensor",
  doc: "The transpose of a matrix; vectors and scalars stay as they are.",
  inplace: true,
  check: (input: Tensor) => {
    if (input.ndim > 2) throw new RuntimeError(`t() expects a tensor with <= 2 dimensions, but self is ${input.ndim}D`);
  },
  view: (input: Tensor) => viewOf(input, input.shape.toReversed(), input.strides.toReversed()),
  derivative: { input: (g) => g.t() },
});

defineOp({
  schema: "permute(Tensor input, int... dims) -> Tensor",
  doc: "A view with the dimensions in another order.",
  view: (input: Tensor, dims: readonly number[]) => {
    const rank = input.shape.length;
    if (dims.length !== rank) {
      throw new RuntimeError(
        `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${rank} is not equal to len(dims) = ${dims.length}`,
      );
    }
    const order = dims.map((d) => wrapDim(d, rank));
    if (new Set(order).size !== rank) throw new RuntimeError("permute(): duplicate dims are not allowed.");
    return viewOf(
      input,
      order.map((d) => input.shape[d]!),
      order.map((d) => input.strides[d]!),
    );
  },
  derivative: {
    input: [
      (g, dims: readonly number[]) => {
        const inverse = new Array<number>(dims.length);
        dims.forEach((d, i) => (inverse[wrapDim(d, dims.length)] = i));
        return g.permute(inverse);
      },
      "dims",
    ],
  },
});

defineOp({
  schema: "expand(Tensor input, int... size) -> Tensor",
  doc: "A view with dimensions of size 1 repeated without copying; -1 keeps a size.",
  variants: "method",
  view: (input: Tensor, size: readonly number[]) => {
    const lead = size.length - input.ndim;
    if (lead < 0) {
      throw new RuntimeError(
        `expand(torch.${input.dtype.name}{[${input.shape.join(", ")}]}, size=[${size.join(", ")}]): the number of sizes provided (${size.length}) must be greater or equal to the number of dimensions in the tensor (${input.ndim})`,
      );
    }
    const shape = size.map((s, i) => {
      if (i < lead) {
        if (s < 0) {
          throw new RuntimeError(
            `The expanded size of the tensor (${s}) isn't allowed in a leading, non-existing dimension ${i}`,
          );
        }
        return s;
      }
      const own = input.shape[i - lead]!;
      if (s === -1) return own;
      if (own !== 1 && own !== s) {
        throw new RuntimeError(
          `The expanded size of the tensor (${s}) must match the existing size (${own}) at non-singleton dimension ${i}.  Target sizes: [${size.join(", ")}].  Tensor sizes: [${input.shape.join(", ")}]`,
        );
      }
      return s;
    });
    return viewOf(input, shape, expandStrides(input.shape, input.strides, shape));
  },
  // The engine sums a gradient to its input's shape.
  derivative: { input: (g) => g },
});

defineOp({
  schema: "unsqueeze(Tensor input, int dim) -> Tensor",
  doc: "A view with a dimension of size 1 inserted at `dim`.",
  inplace: true,
  view: (input: Tensor, dim: number) => {
    const at = wrapDim(dim, input.ndim + 1);
    const step = at < input.ndim ? input.shape[at]! * input.strides[at]! : 1;
    return viewOf(input, input.shape.toSpliced(at, 0, 1), input.strides.toSpliced(at, 0, step));
  },
  derivative: {
    input: [(g, dim, shape: readonly number[]) => g.squeeze(wrapDim(dim, shape.length + 1)), "dim", "input.shape"],
  },
});

defineOp({
  schema: "squeeze(Tensor input) -> Tensor",
  doc: "A view without dimensions of size 1.",
  inplace: true,
  view: (input: Tensor) => {
    const keep = [...input.shape.keys()].filter((i) => input.shape[i] !== 1);
    return viewOf(
      input,
      keep.map((i) => input.shape[i]!),
      keep.map((i) => input.strides[i]!),
    );
  },
  derivative: { input: [(g, shape) => g.reshape(shape), "input.shape"] },
});

defineOp({
  schema: "squeeze.dim(Tensor input, int dim) -> Tensor",
  doc: "A view without dimension `dim` if its size is 1.",
  inplace: true,
  gradName: "SqueezeBackward1",
  view: (input: Tensor, dim: number) => {
    const at = wrapDim(dim, input.ndim);
    if (input.ndim === 0 || input.shape[at] !== 1) return viewOf(input, input.shape, input.strides);
    return viewOf(input, input.shape.toSpliced(at, 1), input.strides.toSpliced(at, 1));
  },
  derivative: { input: [(g, shape) => g.reshape(shape), "input.shape"] },
});

defineOp({
  schema: "flatten(Tensor input, int start_dim=0, int end_dim=-1) -> Tensor",
  doc: "Dimensions `start_dim` to `end_dim` joined into one; a view where possible.",
  decompose: (input: Tensor, start_dim: number, end_dim: number) => {
    const start = wrapDim(start_dim, input.ndim);
    const end = wrapDim(end_dim, input.ndim);
    if (start > end) throw new RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim");
    if (input.ndim === 0) return input.reshape([1]);
    if (start === end) return input;
    const joined = input.shape.slice(start, end + 1).reduce((x, y) => x * y, 1);
    return input.reshape([...input.shape.slice(0, start), joined, ...input.shape.slice(end + 1)]);
  },
  out: false,
});

defineOp({
  schema: "as_strided(Tensor input, int[] size, int[] stride, int? storage_offset=None) -> Tensor",
  doc: "A view of the storage with any sizes, strides and offset (in elements).",
  inplace: "function",
  view: (input: Tensor, size: readonly number[], stride: readonly number[], storage_offset: number | null) => {
    const offset = storage_offset ?? input.offset;
    if (size.length !== stride.length) {
      throw new RuntimeError("mismatch in length of strides and shape");
    }
    if (stride.some((s) => s < 0)) {
      throw new RuntimeError(
        `as_strided: Negative strides are not supported at the moment, got strides: [${stride.join(", ")}]`,
      );
    }
    if (offset < 0) throw new RuntimeError(`Tensor: invalid storage offset ${offset}`);
    if (!size.includes(0)) {
      const last = size.reduce((sum, n, i) => sum + (n - 1) * stride[i]!, offset);
      const have = input.storage.nbytes;
      if ((last + 1) * input.dtype.itemsize > have) {
        throw new RuntimeError(
          `setStorage: sizes [${size.join(", ")}], strides [${stride.join(", ")}], storage offset ${offset}, and itemsize ${input.dtype.itemsize} requiring a storage size of ${(last + 1) * input.dtype.itemsize} are out of bounds for storage of size ${have}`,
        );
      }
    }
    return viewOf(input, [...size], [...stride], offset);
  },
  derivative: {
    input: [
      (g, shape: readonly number[], strides: readonly number[], offset: number, size, stride, storage_offset) =>
        asStridedBackward(
          g,
          { shape, strides, offset },
          { shape: size, strides: stride, offset: storage_offset ?? offset },
        ),
      "input.shape",
      "input.strides",
      "input.offset",
      "size",
      "stride",
      "storage_offset",
    ],
  },
});

interface Geometry {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * Gradient of `as_strided`: the view's gradients are summed where its elements overlap in memory,
 * then read through the input's geometry (PyTorch's `as_strided_backward`).
 */
function asStridedBackward(g: Tensor, input: Geometry, out: Geometry): Tensor {
  const extent = (x: Geometry): number =>
    x.shape.includes(0) ? 0 : x.shape.reduce((sum, n, i) => sum + (n - 1) * x.strides[i]!, 1);
  const base = Math.min(input.offset, out.offset);
  const size = Math.max(input.offset + extent(input), out.offset + extent(out)) - base;
  const positions = (x: Geometry): Tensor =>
    arangeOn(size, g)
      .as_strided(x.shape, x.strides, x.offset - base)
      .reshape([-1]);
  const sum = g.new_zeros([size]).index_add(0, positions(out), g.reshape([-1]));
  const dtype = toReal(g.dtype);
  const ones = g.new_ones([positions(input).numel()], { dtype });
  const counts = g.new_zeros([size], { dtype }).index_add(0, positions(input), ones);
  return sum.div(counts.clamp(1)).index_select(0, positions(input)).reshape(input.shape);
}

function arangeOn(size: number, like: Tensor): Tensor {
  const at = allocate([size], int64, CPU);
  (at.array as BigInt64Array).forEach((_, i, all) => (all[i] = BigInt(i)));
  return transfer(at, like.device);
}
