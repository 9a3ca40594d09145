import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { diagonal, diagonalBackward } from "../view/diagonal.ts";
import { embed } from "../view/select.ts";

function diagonalOf(zeros: Tensor, offset: number, dim1: number, dim2: number): Tensor {
  return diagonal.view!.view(zeros, offset, dim1, dim2) as Tensor;
}

defineOp({
  schema: "diag_embed(Tensor input, int offset=0, int dim1=-2, int dim2=-1) -> Tensor",
  doc: "Matrices over `dim1` and `dim2` whose diagonals are the last dimension of `input`, zeros elsewhere.",
  decompose: (input: Tensor, offset: number, dim1: number, dim2: number) => {
    const rank = input.ndim + 1;
    const a = wrapDim(dim1, rank);
    const b = wrapDim(dim2, rank);
    if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
    const size = input.shape.at(-1)! + Math.abs(offset);
    const rest = input.shape.slice(0, -1);
    const shape: number[] = [];
    for (let d = 0; d < rank; d++) shape.push(d === a || d === b ? size : rest.shift()!);
    return embed(input, shape, (zeros) => diagonalOf(zeros, offset, a, b));
  },
  derivative: { input: [(g: Tensor, offset, dim1, dim2) => g.diagonal(offset, dim1, dim2), "offset", "dim1", "dim2"] },
  out: false,
});

defineOp({
  schema: "diag(Tensor input, int diagonal=0) -> Tensor",
  doc: "A matrix with the vector `input` on its diagonal, or the diagonal of the matrix `input`.",
  check: (input: Tensor) => {
    if (input.ndim !== 1 && input.ndim !== 2) throw new RuntimeError("matrix or a vector expected");
  },
  decompose: (input: Tensor, offset: number) => {
    if (input.ndim === 2) return input.detach().diagonal(offset).clone();
    const size = input.shape[0]! + Math.abs(offset);
    return embed(input, [size, size], (zeros) => diagonalOf(zeros, offset, 0, 1));
  },
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], offset: number) =>
        shape.length === 1 ? g.diagonal(offset) : (call(diagonalBackward, [g, shape, offset, 0, 1]) as Tensor),
      "input.shape",
      "diagonal",
    ],
  },
});

defineOp({
  schema: "trace(Tensor input) -> Tensor",
  doc: "The sum of the diagonal of a matrix.",
  check: (input: Tensor) => {
    if (input.ndim !== 2) throw new RuntimeError("trace: expected a matrix");
  },
  decompose: (input: Tensor) => input.detach().diagonal().sum(),
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[]) =>
        call(diagonalBackward, [g.expand([Math.min(shape[0]!, shape[1]!)]), shape, 0, 0, 1]) as Tensor,
      "input.shape",
    ],
  },
});

defineOp({
  schema: "diagflat(Tensor input, int offset=0) -> Tensor",
  doc: "A matrix with the elements of `input` on a diagonal.",
  out: false,
  decompose: (input: Tensor, offset: number) => input.reshape([-1]).diag(offset),
});

defineOp({
  schema: "fill_diagonal_(Tensor input, Scalar fill_value, bool wrap=False) -> Tensor",
  doc: "Overwrites the main diagonal with `fill_value`; with `wrap` it starts again below a square in tall matrices.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, value: number, wrap: boolean) => {
    if (input.ndim < 2) throw new RuntimeError("dimensions must larger than 1");
    if (input.ndim > 2 && input.shape.some((s) => s !== input.shape[0])) {
      throw new RuntimeError("all dimensions of input must be of equal length");
    }
    const step = input.strides.reduce((x, y) => x + y, 0);
    const length = Math.min(...input.shape);
    input.as_strided([length], [step]).fill_(value);
    const [rows, columns] = [input.shape[0]!, input.shape[1]!];
    if (wrap && input.ndim === 2 && rows > columns + 1) {
      const start = input.strides[0]! * (columns + 1);
      const count = Math.ceil(((rows - columns - 1) * columns) / (columns + 1));
      input.as_strided([count], [step], input.offset + start).fill_(value);
    }
    return input;
  },
});
