import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Klambauer et al. 2017: the value that dropped units of a self-normalising network take. */
const ALPHA = 1.7580993408473766;

/** One draw an element, or one for every channel of every example. */
function noiseFor(input: Tensor, feature: boolean): Tensor {
  if (!feature) return input.new_empty(input.shape);
  if (input.ndim < 2) throw new RuntimeError("Feature dropout requires at least 2 dimensions in the input");
  return input.new_empty(input.shape.map((s, d) => (d < 2 ? s : 1)));
}

const dropoutBy: Op = defineOp({
  schema: "_dropout(Tensor input, float p, bool train, bool feature, bool alpha, bool inplace) -> Tensor",
  doc: "All kinds of dropout.",
  variants: "internal",
  decompose: (input: Tensor, p: number, train: boolean, feature: boolean, alpha: boolean, inplace: boolean) => {
    if (p < 0 || p > 1) throw new RuntimeError(`dropout probability has to be between 0 and 1, but got ${p}`);
    if (p === 0 || !train || input.numel() === 0) return input;
    const times = (factor: Tensor): Tensor => (inplace ? input.mul_(factor) : input.mul(factor));
    if (p === 1) return times(input.new_zeros([]));
    const noise = noiseFor(input, feature).bernoulli_(1 - p);
    if (!alpha) return times(noise.div_(1 - p));
    const a = 1 / Math.sqrt((ALPHA * ALPHA * p + 1) * (1 - p));
    const shift = noise
      .add(-1)
      .mul_(ALPHA * a)
      .add_(ALPHA * a * p);
    const scaled = times(noise.mul_(a));
    return inplace ? scaled.add_(shift) : scaled.add(shift);
  },
});

for (const [name, feature, alpha, doc] of [
  ["dropout", false, false, "Zeroes elements with probability `p` and scales the others by 1 / (1 - p)."],
  ["feature_dropout", true, false, "Zeroes whole channels with probability `p`."],
  ["alpha_dropout", false, true, "Dropout that keeps mean and variance of self-normalising networks."],
  ["feature_alpha_dropout", true, true, "`alpha_dropout` of whole channels."],
] as const) {
  for (const inplace of [false, true]) {
    defineOp({
      schema: `${name}${inplace ? "_" : ""}(Tensor input, float p, bool train) -> Tensor`,
      doc: inplace ? `In place: ${doc}` : doc,
      variants: "function",
      out: false,
      decompose: (input: Tensor, p: number, train: boolean) =>
        call(dropoutBy, [input, p, train, feature, alpha, inplace]),
    });
  }
}
