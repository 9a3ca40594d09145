import { defineOp } from "../../dispatch/op.ts";
import { int32, int64 } from "../../dtype/index.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import { fromArray } from "../../tensor/literal.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** `shape` with a size of `counts[i]` before every size. */
const interleave = (counts: readonly number[], shape: readonly number[]): number[] =>
  shape.flatMap((size, i) => [counts[i]!, size]);

defineOp({
  schema: "repeat(Tensor input, int... repeats) -> Tensor",
  doc: "Copies of the tensor side by side: `repeats[i]` of them along dimension i; missing dimensions come in front.",
  variants: "method",
  out: false,
  check: (input: Tensor, repeats: readonly number[]) => {
    if (repeats.length < input.ndim) {
      throw new RuntimeError(
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
      );
    }
    const negative = repeats.find((r) => r < 0);
    if (negative !== undefined) {
      throw new RuntimeError(`Trying to create tensor with negative dimension ${negative}: [${repeats.join(", ")}]`);
    }
  },
  decompose: (input: Tensor, repeats: readonly number[]) => {
    const padded = [...new Array<number>(repeats.length - input.ndim).fill(1), ...input.shape];
    const out = input
      .reshape(padded.flatMap((size) => [1, size]))
      .expand(interleave(repeats, padded))
      .reshape(padded.map((size, i) => size * repeats[i]!));
    return out.storage === input.storage ? out.clone() : out;
  },
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], repeats: readonly number[]) => {
        if (repeats.includes(0)) return g.new_zeros(shape);
        const padded = [...new Array<number>(repeats.length - shape.length).fill(1), ...shape];
        if (padded.length === 0) return g;
        return g
          .reshape(interleave(repeats, padded))
          .sum(padded.map((_, i) => 2 * i))
          .reshape(shape);
      },
      "input.shape",
      "repeats",
    ],
  },
});

defineOp({
  schema: "tile(Tensor input, int... dims) -> Tensor",
  doc: "As `repeat`, where missing counts mean 1.",
  out: false,
  decompose: (input: Tensor, dims: readonly number[]) =>
    input.repeat([...new Array<number>(Math.max(input.ndim - dims.length, 0)).fill(1), ...dims]),
});

/** Positions that take element i `counts[i]` times. */
function repeatedIndices(counts: readonly number[], output_size: number | null): BigInt64Array {
  const total = counts.reduce((x, y) => x + y, 0);
  if (output_size !== null && output_size !== total)
    throw new RuntimeError("allocated size does not match required size");
  const out = new BigInt64Array(total);
  let at = 0;
  counts.forEach((count, i) => {
    if (count < 0) throw new RuntimeError("repeats can not be negative");
    out.fill(BigInt(i), at, (at += count));
  });
  return out;
}

function countsOf(repeats: Tensor): number[] {
  if (repeats.ndim > 1) throw new RuntimeError("repeat_interleave only accept 1D vector as repeat");
  if (repeats.dtype !== int64 && repeats.dtype !== int32)
    throw new RuntimeError("repeats has to be Long or Int tensor");
  return (repeats.reshape([-1]).tolist() as number[]).map(Number);
}

function interleaved(input: Tensor, repeats: number | Tensor, dim: number | null, output_size: number | null): Tensor {
  if (dim !== null && input.ndim === 0)
    throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
  const flat = dim === null ? input.reshape([-1]) : input;
  const at = dim === null ? 0 : wrapDim(dim, input.ndim);
  const size = flat.shape[at]!;
  let counts: number[];
  if (typeof repeats === "number") {
    if (repeats < 0) throw new RuntimeError("Repeats must be non-negative");
    counts = new Array<number>(size).fill(repeats);
  } else {
    counts = countsOf(repeats);
    if (counts.length === 1) counts = new Array<number>(size).fill(counts[0]!);
    else if (counts.length !== size) throw new RuntimeError("repeats must have the same size as input along dim");
  }
  const index = repeatedIndices(counts, output_size);
  return flat.index_select(at, fromArray(index, int64, [index.length]).to(input.device));
}

for (const [overload, type] of [
  ["self_int", "int"],
  ["self_Tensor", "Tensor"],
] as const) {
  defineOp({
    schema: `repeat_interleave.${overload}(Tensor input, ${type} repeats, int? dim=None, *, int? output_size=None) -> Tensor`,
    doc: "Every element (or slice of `dim`) `repeats` times in a row.",
    out: false,
    decompose: interleaved,
  });
}

defineOp({
  schema: "repeat_interleave.Tensor(Tensor repeats, *, int? output_size=None) -> Tensor",
  doc: "Every index i of `repeats` as often as its element says.",
  variants: "function",
  out: false,
  decompose: (repeats: Tensor, output_size: number | null) => {
    if (repeats.ndim !== 1) throw new RuntimeError("repeat_interleave only accept 1D vector as repeat");
    const index = repeatedIndices(countsOf(repeats), output_size);
    return fromArray(index, int64, [index.length]).to(repeats.device);
  },
});
