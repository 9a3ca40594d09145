import { defineOp } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** The distance from 1 to the next number, which PyTorch adds when no `eps` is given. */
const smallest = (input: Tensor): number => (input.dtype.name === "float64" ? 2 ** -52 : 2 ** -23);

defineOp({
  schema: "rms_norm(Tensor input, int[1] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor",
  doc: "The last dimensions divided by their root mean square (Zhang and Sennrich 2019).",
  variants: "function",
  out: false,
  decompose: (input: Tensor, normalized_shape: readonly number[], weight: Tensor | null, eps: number | null) => {
    const dims = normalized_shape.map((_, i) => i - normalized_shape.length);
    const out = input.mul(input.pow(2).mean(dims, true).add(eps ?? smallest(input)).rsqrt());
    return weight === null ? out : out.mul(weight);
  },
});
