import { copyInto } from "../../dispatch/execute.ts";
import { call } from "../../dispatch/call.ts";
import { defineOp, findOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { sameShape } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { diagonal } from "../view/diagonal.ts";
import { select, slice } from "../view/select.ts";

/** A copy of `input` with `src` in the view that `see` takes of it. */
function replaced(input: Tensor, src: Tensor, see: (copy: Tensor) => Tensor): Tensor {
  const out = input.detach().clone();
  const part = see(out);
  if (!sameShape(part.shape, src.shape)) {
    throw new RuntimeError(
      `expected src to have a size equal to the slice of self. src size = [${src.shape.join(", ")}], slice size = [${part.shape.join(", ")}]`,
    );
  }
  copyInto(part, src);
  return out;
}

defineOp({
  schema: "select_scatter(Tensor input, Tensor src, int dim, int index) -> Tensor",
  doc: "The tensor with its slice at `index` of `dim` replaced by `src`.",
  out: false,
  decompose: (input: Tensor, src: Tensor, dim: number, index: number) =>
    replaced(input, src, (copy) => select.view!.view(copy, dim, index) as Tensor),
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], dim, index) => g.select_scatter(g.new_zeros(shape), dim, index),
      "src.shape",
      "dim",
      "index",
    ],
    src: [(g: Tensor, dim, index) => g.select(dim, index), "dim", "index"],
  },
});

defineOp({
  schema: "slice_scatter(Tensor input, Tensor src, int dim=0, int? start=None, int? end=None, int step=1) -> Tensor",
  doc: "The tensor with elements `start` to `end` of `dim`, in steps, replaced by `src`.",
  out: false,
  decompose: (input: Tensor, src: Tensor, dim: number, start: number | null, end: number | null, step: number) =>
    replaced(input, src, (copy) => slice.view!.view(copy, dim, start, end, step) as Tensor),
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], dim, start, end, step) =>
        g.slice_scatter(g.new_zeros(shape), dim, start, end, step),
      "src.shape",
      "dim",
      "start",
      "end",
      "step",
    ],
    src: [
      (g: Tensor, dim, start, end, step) => call(slice, [g, dim, start, end, step]) as Tensor,
      "dim",
      "start",
      "end",
      "step",
    ],
  },
});

defineOp({
  schema: "diagonal_scatter(Tensor input, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor",
  doc: "The tensor with its diagonals over `dim1` and `dim2` replaced by `src`.",
  out: false,
  decompose: (input: Tensor, src: Tensor, offset: number, dim1: number, dim2: number) =>
    replaced(input, src, (copy) => diagonal.view!.view(copy, offset, dim1, dim2) as Tensor),
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], offset, dim1, dim2) =>
        g.diagonal_scatter(g.new_zeros(shape), offset, dim1, dim2),
      "src.shape",
      "offset",
      "dim1",
      "dim2",
    ],
    src: [(g: Tensor, offset, dim1, dim2) => g.diagonal(offset, dim1, dim2), "offset", "dim1", "dim2"],
  },
});

defineOp({
  schema: "as_strided_scatter(Tensor input, Tensor src, int[] size, int[] stride, int? storage_offset=None) -> Tensor",
  doc: "The tensor with the part of its memory that `as_strided` sees replaced by `src`.",
  out: false,
  decompose: (input: Tensor, src: Tensor, size: readonly number[], stride: readonly number[], offset: number | null) =>
    replaced(input, src, (copy) => findOp("as_strided")!.view!.view(copy, size, stride, offset) as Tensor),
  derivative: {
    input: [
      (g: Tensor, size: readonly number[], stride, offset) =>
        g.contiguous().as_strided_scatter(g.new_zeros(size), size, stride, offset),
      "size",
      "stride",
      "storage_offset",
    ],
    src: [
      (g: Tensor, size, stride, offset) => g.contiguous().as_strided(size, stride, offset),
      "size",
      "stride",
      "storage_offset",
    ],
  },
});
