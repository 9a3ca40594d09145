import { copyInto } from "../../dispatch/execute.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { call } from "../../dispatch/call.ts";
import { filled } from "../creation/factories.ts";
import { viewOf } from "../helpers.ts";

function selectView(input: Tensor, dim: number, index: number): Tensor {
  if (input.ndim === 0) throw new IndexError("select() cannot be applied to a 0-dim tensor.");
  const at = wrapDim(dim, input.ndim);
  const size = input.shape[at]!;
  if (index < -size || index >= size) {
    throw new IndexError(
      `select(): index ${index} out of range for tensor of size [${input.shape.join(", ")}] at dimension ${at}`,
    );
  }
  const from = index < 0 ? index + size : index;
  return viewOf(
    input,
    input.shape.toSpliced(at, 1),
    input.strides.toSpliced(at, 1),
    input.offset + from * input.strides[at]!,
  );
}

/** Start, length and step of a Python slice over `size` elements. */
function sliceRange(size: number, start: number | null, end: number | null, step: number): readonly [number, number] {
  const clamp = (x: number): number => Math.min(Math.max(x < 0 ? x + size : x, 0), size);
  const from = clamp(start ?? 0);
  const to = Math.max(clamp(end ?? size), from);
  return [from, Math.ceil((to - from) / step)];
}

function sliceView(input: Tensor, dim: number, start: number | null, end: number | null, step: number): Tensor {
  if (input.ndim === 0) throw new RuntimeError("slice() cannot be applied to a 0-dim tensor.");
  if (step <= 0) throw new RuntimeError("slice step must be positive");
  const at = wrapDim(dim, input.ndim);
  const [from, length] = sliceRange(input.shape[at]!, start, end, step);
  const stride = input.strides[at]!;
  return viewOf(
    input,
    input.shape.with(at, length),
    input.strides.with(at, stride * step),
    input.offset + from * stride,
  );
}

/** Zeros of `shape` with `g` written to the view that `see` takes of them. */
export function embed(g: Tensor, shape: readonly number[], see: (zeros: Tensor) => Tensor): Tensor {
  const out = filled(shape, 0, g.dtype, g.device, false);
  copyInto(see(out), g);
  return out;
}

const selectBackward: Op = defineOp({
  schema: "select_backward(Tensor grad_output, int[] input_sizes, int dim, int index) -> Tensor",
  doc: "Zeros of `input_sizes` with `grad_output` at `index` of `dim`.",
  variants: "internal",
  decompose: (g: Tensor, shape: readonly number[], dim: number, index: number) =>
    embed(g, shape, (zeros) => selectView(zeros, dim, index)),
  derivative: { grad_output: [(g: Tensor, dim, index) => g.select(dim, index), "dim", "index"] },
});

export const select: Op = defineOp({
  schema: "select(Tensor input, int dim, int index) -> Tensor",
  doc: "A view of the slice at `index` of `dim`, without that dimension.",
  view: selectView,
  derivative: {
    input: [
      (g, shape, dim, index) => call(selectBackward, [g, shape, dim, index]) as Tensor,
      "input.shape",
      "dim",
      "index",
    ],
  },
});

const sliceBackward: Op = defineOp({
  schema: "slice_backward(Tensor grad_output, int[] input_sizes, int dim, int? start, int? end, int step) -> Tensor",
  doc: "Zeros of `input_sizes` with `grad_output` in the slice.",
  variants: "internal",
  decompose: (
    g: Tensor,
    shape: readonly number[],
    dim: number,
    start: number | null,
    end: number | null,
    step: number,
  ) => embed(g, shape, (zeros) => sliceView(zeros, dim, start, end, step)),
  derivative: {
    grad_output: [
      (g, dim, start, end, step) => call(slice, [g, dim, start, end, step]) as Tensor,
      "dim",
      "start",
      "end",
      "step",
    ],
  },
});

export const slice: Op = defineOp({
  schema: "slice(Tensor input, int dim=0, int? start=None, int? end=None, int step=1) -> Tensor",
  doc: "A view of elements `start` to `end` of `dim` in steps of `step`.",
  variants: "internal",
  view: sliceView,
  derivative: {
    input: [
      (g, shape, dim, start, end, step) => call(sliceBackward, [g, shape, dim, start, end, step]) as Tensor,
      "input.shape",
      "dim",
      "start",
      "end",
      "step",
    ],
  },
});

function narrowed(input: Tensor, dim: number, start: number, length: number): Tensor {
  if (input.ndim === 0) throw new RuntimeError("narrow() cannot be applied to a 0-dim tensor.");
  if (length < 0) throw new RuntimeError("narrow(): length must be non-negative.");
  const at = wrapDim(dim, input.ndim);
  const size = input.shape[at]!;
  if (start < -size || start > size) {
    throw new IndexError(
      `Dimension out of range (expected to be in range of [${-size}, ${size - 1}], but got ${start})`,
    );
  }
  const from = start < 0 ? start + size : start;
  if (from > size - length) {
    throw new RuntimeError(`start (${from}) + length (${length}) exceeds dimension size (${size}).`);
  }
  return call(slice, [input, at, from, from + length, 1]) as Tensor;
}

defineOp({
  schema: "narrow(Tensor input, int dim, int start, int length) -> Tensor",
  synonyms: { dimension: "dim" },
  doc: "A view of `length` elements of `dim` from `start` on.",
  example: 'import { arange, narrow } from "@tt/core";\nnarrow(arange(5), 0, 1, 3).tolist(); // [1, 2, 3]',
  out: false,
  decompose: narrowed,
});

defineOp({
  schema: "narrow.Tensor(Tensor input, int dim, Tensor start, int length) -> Tensor",
  synonyms: { dimension: "dim" },
  doc: "A view of `length` elements of `dim` from `start` on.",
  out: false,
  decompose: (input: Tensor, dim: number, start: Tensor, length: number) => {
    if (start.ndim !== 0 || start.dtype.category !== 1) {
      throw new RuntimeError("start must be an 0-dim integral Tensor.");
    }
    return narrowed(input, dim, start.item(), length);
  },
});

defineOp({
  schema: "narrow_copy(Tensor input, int dim, int start, int length) -> Tensor",
  synonyms: { dimension: "dim" },
  doc: "A copy of `length` elements of `dim` from `start` on.",
  decompose: (input: Tensor, dim: number, start: number, length: number) => {
    if (input.ndim === 0) throw new RuntimeError("narrow() cannot be applied to a 0-dim tensor.");
    return narrowed(input, dim, start, length).clone();
  },
});

export const alias: Op = defineOp({
  schema: "alias(Tensor input) -> Tensor",
  doc: "A view of the whole tensor.",
  variants: "internal",
  view: (input: Tensor) => viewOf(input, input.shape, input.strides),
  derivative: { input: (g) => g },
});
