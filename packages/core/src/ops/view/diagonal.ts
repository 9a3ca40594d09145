import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { viewOf } from "../helpers.ts";
import { embed } from "./select.ts";

function diagonalView(input: Tensor, offset: number, dim1: number, dim2: number): Tensor {
  const a = wrapDim(dim1, input.ndim);
  const b = wrapDim(dim2, input.ndim);
  if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
  const [rows, columns] = [input.shape[a]!, input.shape[b]!];
  const length = Math.max(offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns), 0);
  const start = length === 0 ? 0 : offset >= 0 ? offset * input.strides[b]! : -offset * input.strides[a]!;
  const rest = [...input.shape.keys()].filter((d) => d !== a && d !== b);
  return viewOf(
    input,
    [...rest.map((d) => input.shape[d]!), length],
    [...rest.map((d) => input.strides[d]!), input.strides[a]! + input.strides[b]!],
    input.offset + start,
  );
}

export const diagonalBackward: Op = defineOp({
  schema: "diagonal_backward(Tensor grad_output, int[] input_sizes, int offset, int dim1, int dim2) -> Tensor",
  doc: "Zeros of `input_sizes` with `grad_output` on a diagonal.",
  variants: "internal",
  decompose: (g: Tensor, shape: readonly number[], offset: number, dim1: number, dim2: number) =>
    embed(g, shape, (zeros) => diagonalView(zeros, offset, dim1, dim2)),
  derivative: {
    grad_output: [(g: Tensor, offset, dim1, dim2) => g.diagonal(offset, dim1, dim2), "offset", "dim1", "dim2"],
  },
});

export const diagonal: Op = defineOp({
  schema: "diagonal(Tensor input, int offset=0, int dim1=0, int dim2=1) -> Tensor",
  doc: "A view of the diagonals over `dim1` and `dim2`, as the last dimension.",
  view: diagonalView,
  derivative: {
    input: [
      (g, shape, offset, dim1, dim2) => call(diagonalBackward, [g, shape, offset, dim1, dim2]) as Tensor,
      "input.shape",
      "offset",
      "dim1",
      "dim2",
    ],
  },
});
