import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import { fromArray } from "../../tensor/literal.ts";
import { int64 } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { cat } from "../join/cat.ts";

function rolled(input: Tensor, shift: number, dim: number): Tensor {
  const size = input.shape[dim]!;
  if (size === 0) return input;
  const start = (((size - shift) % size) + size) % size;
  if (start === 0) return input;
  return call(cat, [[input.narrow(dim, start, size - start), input.narrow(dim, 0, start)], dim]) as Tensor;
}

defineOp({
  schema: "roll(Tensor input, int[1] shifts, int[1] dims=[]) -> Tensor",
  doc: "The elements moved by `shifts` along `dims`, those that fall off coming in at the other end.",
  out: false,
  decompose: (input: Tensor, shifts: readonly number[], dims: readonly number[]) => {
    if (shifts.length === 0) throw new RuntimeError("`shifts` required");
    if (dims.length === 0 && shifts.length === 1) {
      return rolled(input.reshape([-1]), shifts[0]!, 0)
        .reshape(input.shape)
        .clone();
    }
    if (shifts.length !== dims.length) {
      throw new RuntimeError(`shifts and dimensions must align. shifts: ${shifts.length}, dims:${dims.length}`);
    }
    if (input.ndim === 0) {
      throw new IndexError(`Dimension specified as ${dims[0]} but tensor has no dimensions`);
    }
    const out = shifts.reduce((x, shift, i) => rolled(x, shift, wrapDim(dims[i]!, input.ndim)), input);
    return out === input ? input.clone() : out;
  },
  derivative: {
    input: [
      (g: Tensor, shifts: readonly number[], dims: readonly number[]) =>
        g.roll(
          shifts.map((s) => -s),
          dims,
        ),
      "shifts",
      "dims",
    ],
  },
});

function reversed(input: Tensor, dim: number): Tensor {
  const size = input.shape[dim]!;
  const at = BigInt64Array.from({ length: size }, (_, i) => BigInt(size - 1 - i));
  return input.index_select(dim, fromArray(at, int64, [size]).to(input.device));
}

defineOp({
  schema: "flip(Tensor input, int... dims) -> Tensor",
  doc: "A copy with the order of the elements along `dims` reversed.",
  out: false,
  decompose: (input: Tensor, dims: readonly number[]) => {
    const seen = dims.map((d) => wrapDim(d, input.ndim));
    seen.forEach((d, i) => {
      if (seen.indexOf(d) !== i) throw new RuntimeError(`dim ${d} appears multiple times in the list of dims`);
    });
    if (input.ndim === 0 || seen.length === 0) return input.clone();
    return seen.reduce(reversed, input);
  },
  derivative: { input: [(g: Tensor, dims: readonly number[]) => g.flip([...dims]), "dims"] },
});

for (const [name, dim, rank] of [
  ["fliplr", 1, 2],
  ["flipud", 0, 1],
] as const) {
  defineOp({
    schema: `${name}(Tensor input) -> Tensor`,
    doc: `A copy with the order of the elements along dimension ${dim} reversed.`,
    out: false,
    decompose: (input: Tensor) => {
      if (input.ndim < rank) throw new RuntimeError(`Input must be >= ${rank}-d.`);
      return input.flip([dim]);
    },
  });
}

defineOp({
  schema: "rot90(Tensor input, int k=1, int[] dims=[0,1]) -> Tensor",
  doc: "A copy rotated by `k` quarter turns in the plane of `dims`, from the first towards the second.",
  out: false,
  decompose: (input: Tensor, k: number, dims: readonly number[]) => {
    const rank = input.ndim;
    if (dims.length !== 2) throw new RuntimeError(`expected total rotation dims == 2, but got dims = ${dims.length}`);
    if (rank < 2) throw new RuntimeError(`expected total dims >= 2, but got total dims = ${rank}`);
    const [a, b] = dims as [number, number];
    if (a === b || Math.abs(a - b) === rank) {
      throw new RuntimeError(`expected rotation dims to be different, but got dim0 = ${a} and dim1 = ${b}`);
    }
    if (a >= rank || a < -rank) throw new RuntimeError(`Rotation dim0 out of range, dim0 = ${a}`);
    if (b >= rank || b < -rank) throw new RuntimeError(`Rotation dim1 out of range, dim1 = ${b}`);
    switch (((k % 4) + 4) % 4) {
      case 1:
        return input.flip([b]).transpose(a, b);
      case 2:
        return input.flip([a, b]);
      case 3:
        return input.flip([a]).transpose(a, b);
      default:
        return input.clone();
    }
  },
  derivative: { input: [(g: Tensor, k: number, dims) => g.rot90(-k, dims), "k", "dims"] },
});
