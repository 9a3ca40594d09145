import { defineOp } from "../../dispatch/op.ts";
import type { DType } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { defineMasked } from "./define.ts";
import { applyMask, canonicalDims } from "./mask.ts";
import { norm } from "./reduction.ts";

type Mask = Tensor | null;
type Kind = DType | null;

const axis = (input: Tensor, dim: number): number => canonicalDims([dim], input.ndim)[0]!;

for (const [name, kind, what] of [
  ["cumsum", "sum", "sum"],
  ["cumprod", "prod", "product"],
] as const) {
  defineMasked(
    name,
    "int dim",
    "",
    `The cumulative ${what} along \`dim\`.`,
    (input: Tensor, dim: number, dtype: Kind, mask: Mask) => {
      const d = axis(input, dim);
      return applyMask(kind, input, mask)[name](d, { dtype: dtype ?? input.dtype });
    },
  );
}

for (const [name, what] of [
  ["softmax", "Exponentials divided by their sum along `dim`."],
  ["log_softmax", "The logarithm of the softmax along `dim`."],
] as const) {
  defineMasked(name, "int dim", "", what, (input: Tensor, dim: number, dtype: Kind, mask: Mask) => {
    const d = axis(input, dim);
    return applyMask("amax", input, mask)[name](d, { dtype: dtype ?? input.dtype });
  });
}

defineMasked(
  "softmin",
  "int dim",
  "",
  "The softmax of the negated input along `dim`.",
  (input: Tensor, dim: number, dtype: Kind, mask: Mask) => {
    const d = axis(input, dim);
    return applyMask("amin", input, mask)
      .neg()
      .softmax(d, { dtype: dtype ?? input.dtype });
  },
);

defineMasked(
  "normalize",
  "float ord, int dim",
  "float eps=1e-12, ",
  "The input divided by its norm of order `ord` along `dim`, or by `eps` if that is greater.",
  (input: Tensor, ord: number, dim: number, eps: number, dtype: Kind, mask: Mask) => {
    axis(input, dim);
    const size = norm(input, ord, [dim], true, dtype, mask);
    return applyMask("sum", input, mask).div(size.maximum(size.detach().new_full([], eps)));
  },
);

defineOp({
  schema:
    "masked_logaddexp(Tensor input, Tensor other, *, ScalarType? dtype=None, Tensor? input_mask=None, Tensor? other_mask=None) -> Tensor",
  doc: "log(exp(input) + exp(other)), where elements that a mask leaves out count for nothing.",
  namespace: "masked",
  variants: "function",
  out: false,
  decompose: (input: Tensor, other: Tensor, dtype: Kind, input_mask: Mask, other_mask: Mask) =>
    applyMask("amax", input, input_mask, "logsumexp")
      .logaddexp(applyMask("amax", other, other_mask, "logsumexp"))
      .to(dtype ?? input.dtype),
});
