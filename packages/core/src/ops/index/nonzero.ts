import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const nonzero: Op = defineOp({
  schema: "nonzero(Tensor input) -> Tensor",
  doc: "The multi-indices of the elements that are not zero, one per row; with `as_tuple` one vector per dimension.",
  example:
    'import { tensor, nonzero } from "@tt/core";\nnonzero(tensor([[1, 0], [0, 2]])).tolist(); // [[0, 0], [1, 1]]',
  kernel: "nonzero",
});

function perDimension(input: Tensor): Tensor[] {
  // A number counts as a vector of one element here.
  const found = call(nonzero, [input.ndim === 0 ? input.unsqueeze(0) : input]) as Tensor;
  return found.unbind(1);
}

defineOp({
  schema: "nonzero.numpy(Tensor input, *, bool as_tuple) -> Tensor[]",
  doc: "The indices of the elements that are not zero, one vector per dimension.",
  decompose: (input: Tensor, as_tuple: boolean) => (as_tuple ? perDimension(input) : call(nonzero, [input])),
});

defineOp({
  schema: "argwhere(Tensor input) -> Tensor",
  doc: "The multi-indices of the elements that are not zero, one per row.",
  out: false,
  decompose: (input: Tensor) => call(nonzero, [input]),
});
