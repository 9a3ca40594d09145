import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";

function moved(input: Tensor, source: readonly number[], destination: readonly number[]): Tensor {
  if (source.length !== destination.length) {
    throw new RuntimeError(
      `movedim: Invalid source or destination dims: source ([${source.join(", ")}] dims) should contain the same number of dims as destination ([${destination.join(", ")}] dims)`,
    );
  }
  const rank = input.ndim;
  const from = source.map((d) => wrapDim(d, rank));
  const to = destination.map((d) => wrapDim(d, rank));
  if (new Set(from).size !== from.length)
    throw new RuntimeError(`movedim: repeated dim in \`source\` ([${source.join(", ")}])`);
  if (new Set(to).size !== to.length)
    throw new RuntimeError(`movedim: repeated dim in \`destination\` ([${destination.join(", ")}])`);
  if (rank === 0) return input;
  const order = new Array<number>(rank).fill(-1);
  from.forEach((d, i) => (order[to[i]!] = d));
  const others = [...input.shape.keys()].filter((d) => !from.includes(d));
  for (let i = 0; i < rank; i++) if (order[i] === -1) order[i] = others.shift()!;
  return input.permute(order);
}

defineOp({
  schema: "movedim(Tensor input, int[1] source, int[1] destination) -> Tensor",
  doc: "A view with dimensions `source` at the places `destination`; the others keep their order.",
  aliases: ["moveaxis"],
  out: false,
  decompose: moved,
});

defineOp({
  schema: "adjoint(Tensor input) -> Tensor",
  doc: "The conjugate of the tensor with its last two dimensions swapped.",
  out: false,
  decompose: (input: Tensor) => {
    if (input.ndim === 1)
      throw new RuntimeError("tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.");
    if (input.ndim === 0) return conj(input);
    return conj(input.transpose(-2, -1));
  },
});
