import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { sameShape } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const PREDICATES: readonly (readonly [string, string, (input: Tensor) => boolean])[] = [
  ["is_floating_point", "Whether the dtype is a floating-point one.", (input) => input.dtype.is_floating_point],
  ["is_complex", "Whether the dtype is complex.", (input) => input.dtype.is_complex],
  ["is_signed", "Whether the dtype can hold negative numbers.", (input) => input.dtype.is_signed],
  ["is_conj", "Whether conjugation is pending; it is always carried out at once here.", () => false],
  ["is_neg", "Whether negation is pending; it is always carried out at once here.", () => false],
];

for (const [name, doc, decompose] of PREDICATES) {
  defineOp({ schema: `${name}(Tensor input) -> bool`, doc, decompose });
}

defineOp({
  schema: "is_nonzero(Tensor input) -> bool",
  doc: "Whether the only element is not zero.",
  decompose: (input: Tensor) => {
    if (input.numel() === 0) throw new RuntimeError("Boolean value of Tensor with no values is ambiguous");
    if (input.numel() > 1) throw new RuntimeError("Boolean value of Tensor with more than one value is ambiguous");
    return Boolean(input.dtype.is_complex ? input.abs().item() : input.item());
  },
});

defineOp({
  schema: "is_same_size(Tensor input, Tensor other) -> bool",
  doc: "Whether both tensors have the same shape.",
  decompose: (input: Tensor, other: Tensor) => sameShape(input.shape, other.shape),
});

defineOp({
  schema: "numel(Tensor input) -> int",
  doc: "Number of elements.",
  variants: "function",
  decompose: (input: Tensor) => input.numel(),
});
