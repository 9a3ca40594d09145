import { call } from "../../dispatch/call.ts";
import { type Bound, defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

function checkDim(name: string) {
  return (input: Tensor, ...rest: Bound[]): void => {
    const dim = rest[0] as number | null;
    if (dim === null) return;
    const at = wrapDim(dim, input.ndim);
    if (input.shape.some((s, d) => s === 0 && d !== at)) {
      throw new RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
    }
    if (input.ndim === 0) throw new RuntimeError(`${name}: dim needs at least one dimension`);
  };
}

const distinct: Op = defineOp({
  schema: "_unique(Tensor input, int? dim, bool consecutive) -> (Tensor output, Tensor inverse_indices, Tensor counts)",
  doc: "Distinct elements or slices, which of them each element is, and how often each occurs.",
  variants: "internal",
  check: checkDim("unique"),
  kernel: "_unique",
  kernelArgs: (input: Tensor, dim: number | null, consecutive: boolean) => [
    input,
    dim === null ? null : wrapDim(dim, input.ndim),
    consecutive,
  ],
});

function results(
  input: Tensor,
  dim: number | null,
  consecutive: boolean,
  inverse: boolean,
  counts: boolean,
): Tensor | Tensor[] {
  const all = call(distinct, [input, dim, consecutive]) as [Tensor, Tensor, Tensor];
  if (!inverse && !counts) return all[0];
  return [all[0], ...(inverse ? [all[1]] : []), ...(counts ? [all[2]] : [])];
}

defineOp({
  schema: "unique(Tensor input, bool sorted=True, *, int? dim=None) -> Tensor",
  doc: "The distinct elements in ascending order, or the distinct slices of `dim`; with `return_inverse` and `return_counts` a list with more.",
  example: 'import { tensor, unique } from "@tt/core";\nunique(tensor([3, 1, 3])).tolist(); // [1, 3]',
  out: false,
  decompose: (input: Tensor, _sorted: boolean, dim: number | null) => results(input, dim, false, false, false),
});

defineOp({
  schema:
    "unique.extra(Tensor input, bool sorted=True, bool return_inverse=False, bool return_counts=False, int? dim=None) -> Tensor[]",
  doc: "The distinct elements, then, as asked, which of them each element is and how often each occurs.",
  out: false,
  decompose: (input: Tensor, _sorted: boolean, inverse: boolean, counts: boolean, dim: number | null) =>
    results(input, dim, false, inverse, counts),
});

defineOp({
  schema: "unique_consecutive(Tensor input, *, int? dim=None) -> Tensor",
  doc: "The elements without those equal to their predecessor, or the slices of `dim`; with `return_inverse` and `return_counts` a list with more.",
  out: false,
  decompose: (input: Tensor, dim: number | null) => results(input, dim, true, false, false),
});

defineOp({
  schema:
    "unique_consecutive.extra(Tensor input, bool return_inverse=False, bool return_counts=False, int? dim=None) -> Tensor[]",
  doc: "The elements without repetitions, then, as asked, which of them each element is and how often each is repeated.",
  out: false,
  decompose: (input: Tensor, inverse: boolean, counts: boolean, dim: number | null) =>
    results(input, dim, true, inverse, counts),
});
