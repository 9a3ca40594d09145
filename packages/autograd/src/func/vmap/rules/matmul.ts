import { matmul, type Tensor } from "@tt/core";
import { batchedBy, type Batching } from "../batched.ts";
import type { Rule } from "../rules.ts";
import { forAll } from "./shared.ts";

/** The values, or the tensor itself, which broadcasts. */
const plain = (layer: Batching, t: Tensor): Tensor => (batchedBy(t, layer) ? t.value : t);

const product: Rule = (layer, _op, args) => {
  const [a, b] = args as [Tensor, Tensor];
  return matmul(plain(layer, a), plain(layer, b));
};

const matrixVector: Rule = (layer, _op, args) => {
  const [a, v] = args as [Tensor, Tensor];
  return matmul(plain(layer, a), plain(layer, v).unsqueeze(-1)).squeeze(-1);
};

const dot: Rule = (layer, _op, args) => {
  const [a, b] = args as [Tensor, Tensor];
  return matmul(plain(layer, a).unsqueeze(-2), plain(layer, b).unsqueeze(-1)).squeeze(-1).squeeze(-1);
};

/** `beta * input + alpha * (a @ b)` with everything of as many dimensions as the result. */
const added: Rule = (layer, _op, args) => {
  const [input, a, b, beta, alpha] = args as [Tensor, Tensor, Tensor, number, number];
  const out = matmul(plain(layer, a), plain(layer, b)).mul(alpha);
  if (beta === 0) return batchedBy(a, layer) || batchedBy(b, layer) ? out : null;
  let bias = plain(layer, input);
  if (batchedBy(input, layer)) {
    const missing = Math.max(a.ndim - input.ndim, 0);
    bias = bias.view([layer.size, ...new Array<number>(missing).fill(1), ...input.shape]);
  }
  return bias.mul(beta).add(out);
};

export const matmulRules: Record<string, Rule> = {
  ...forAll("mm bmm", product),
  ...forAll("addmm baddbmm", added),
  mv: matrixVector,
  dot,
};
