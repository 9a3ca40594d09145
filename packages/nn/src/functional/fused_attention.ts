import { grad } from "@tt/autograd";
import { bool, type DType, float32, float64, type Tensor } from "@tt/core";
import { call, callOp, defineOp, modes, type Op } from "@tt/core/dispatch";

type Maybe = Tensor | null;

const like = (tensor: Tensor, shape: readonly number[]): { shape: readonly number[]; dtype: DType } => ({
  shape,
  dtype: tensor.dtype,
});

const HEADS = "Tensor query, Tensor key, Tensor value, Tensor? mask";

const backward: Op = defineOp({
  schema: `_attention_backward(Tensor grad, ${HEADS}, Tensor output, Tensor shifts, bool is_causal, float scale) -> (Tensor query, Tensor key, Tensor value)`,
  doc: "Gradients of attention.",
  variants: "internal",
  nondifferentiable: true,
  kernel: "attention_backward",
  meta: (_grad: Tensor, query: Tensor, key: Tensor, value: Tensor) => [query, key, value].map((t) => like(t, t.shape)),
});

const forward: Op = defineOp({
  schema: `_attention(${HEADS}, bool is_causal, float scale) -> (Tensor output, Tensor shifts)`,
  doc: "Attention over heads [..., length, size] of one batch shape, without an intermediate tensor.",
  variants: "internal",
  gradName: "ScaledDotProductAttentionBackward0",
  kernel: "attention_forward",
  meta: (query: Tensor, _key: Tensor, value: Tensor) => [
    like(query, [...query.shape.slice(0, -1), value.shape.at(-1)!]),
    like(query, [...query.shape.slice(0, -1), 2]),
  ],
  derivative: {
    "query, key, value": [
      (
        [g]: readonly Maybe[],
        needs: readonly boolean[],
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Maybe,
        is_causal: boolean,
        scale: number,
        output: Tensor,
        shifts: Tensor,
      ) => {
        if (g === null || g === undefined) return [null, null, null];
        if (!modes().gradEnabled) {
          const kept = [query, key, value, mask, output, shifts, is_causal, scale];
          return call(backward, [g.contiguous(), ...kept]) as Tensor[];
        }
        const inputs = [query, key, value];
        const wanted = inputs.filter((_, i) => needs[i]);
        const again = plainAttention(query, key, value, mask, is_causal, scale, 0);
        const found = grad(again, wanted, { grad_outputs: g, create_graph: true });
        return inputs.map((_, i) => (needs[i] === true ? found[wanted.indexOf(inputs[i]!)]! : null));
      },
      "query",
      "key",
      "value",
      "mask",
      "is_causal",
      "scale",
      "output",
      "shifts",
    ],
  },
});

/** softmax(query key^T scale + mask) value in ordinary ops. */
export function plainAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  mask: Maybe,
  is_causal: boolean,
  scale: number,
  dropout_p: number,
): Tensor {
  const factor = Math.sqrt(scale);
  let scores = query.mul(factor).matmul(key.transpose(-2, -1).mul(factor));
  if (is_causal) {
    const allowed = query.new_ones([query.shape.at(-2)!, key.shape.at(-2)!], { dtype: bool }).tril();
    scores = scores.add(additive(allowed, scores, false));
  } else if (mask !== null) scores = scores.add(mask.dtype === bool ? additive(mask, scores, false) : mask);
  const weights = callOp("softmax", scores, -1, null);
  return (dropout_p > 0 ? callOp("_dropout", weights, dropout_p, true, false, false, false) : weights).matmul(value);
}

/** A boolean mask as the numbers to add to attention scores. */
export function additive(mask: Tensor, like: Tensor, hidden: boolean): Tensor {
  const blocked = hidden ? mask : mask.logical_not();
  return like.new_zeros(mask.shape).masked_fill(blocked, Number.NEGATIVE_INFINITY);
}

function isFusable(query: Tensor, key: Tensor, value: Tensor, mask: Maybe): boolean {
  const { dtype, device, ndim } = query;
  if ((dtype !== float32 && dtype !== float64) || modes().layers.length > 0 || ndim < 3) return false;
  for (const t of [key, value]) {
    if (t.dtype !== dtype || t.device !== device || t.ndim !== ndim) return false;
    for (let d = 0; d < ndim - 2; d++) if (t.shape[d] !== query.shape[d]) return false;
  }
  if (key.shape.at(-1) !== query.shape.at(-1) || key.shape.at(-2) !== value.shape.at(-2)) return false;
  if (query.numel() === 0 || key.numel() === 0 || value.numel() === 0) return false;
  if (mask === null) return true;
  if ((mask.dtype !== bool && mask.dtype !== dtype) || mask.requires_grad || mask.device !== device) return false;
  const scores = [...query.shape.slice(0, -1), key.shape.at(-2)!];
  const lead = ndim - mask.ndim;
  return lead >= 0 && mask.shape.every((s, d) => s === 1 || s === scores[lead + d]);
}

/** {@link plainAttention}, by one kernel where that is possible. */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  mask: Maybe,
  is_causal: boolean,
  scale: number,
  dropout_p = 0,
): Tensor {
  if (dropout_p > 0 || !isFusable(query, key, value, mask))
    return plainAttention(query, key, value, mask, is_causal, scale, dropout_p);
  return (call(forward, [query, key, value, mask, is_causal, scale]) as Tensor[])[0]!;
}
