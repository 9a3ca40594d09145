import { bool, RuntimeError, type Tensor, uint8 } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import { defineFunction } from "./define.ts";
import { additive, attend } from "./fused_attention.ts";

type Maybe = Tensor | null;

const softmax = (input: Tensor): Tensor => callOp("softmax", input, -1, null);

const assertThat = (condition: boolean, message: () => string): void => {
  if (!condition) throw new RuntimeError(message());
};

defineFunction(
  "scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0.0, bool is_causal=False, *, float? scale=None) -> Tensor",
  "softmax(query @ key^T * scale + mask) @ value (Vaswani et al. 2017); a boolean mask is true where attention is allowed.",
  (
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Maybe,
    dropout_p: number,
    is_causal: boolean,
    scale: number | null,
  ) => {
    assertThat(
      mask === null || !is_causal,
      () => "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True",
    );
    return attend(query, key, value, mask, is_causal, scale ?? 1 / Math.sqrt(query.shape.at(-1)!), dropout_p);
  },
);

const linear = (input: Tensor, weight: Tensor, bias: Maybe): Tensor => callOp("linear", input, weight, bias);

/** Query, key and value projections out of one stacked weight, with as few products as the inputs allow. */
function packedProjections(query: Tensor, key: Tensor, value: Tensor, weight: Tensor, bias: Maybe): Tensor[] {
  const width = query.shape.at(-1)!;
  if (key === value) {
    if (query === key) return callOp("chunk", linear(query, weight, bias), 3, -1) as unknown as Tensor[];
    const [wq, wkv] = [weight.narrow(0, 0, width), weight.narrow(0, width, 2 * width)];
    const [bq, bkv] = bias === null ? [null, null] : [bias.narrow(0, 0, width), bias.narrow(0, width, 2 * width)];
    return [linear(query, wq, bq), ...(callOp("chunk", linear(key, wkv, bkv), 2, -1) as unknown as Tensor[])];
  }
  return [query, key, value].map((input, i) =>
    linear(input, weight.narrow(0, i * width, width), bias?.narrow(0, i * width, width) ?? null),
  );
}

const thirds = (bias: Maybe, width: number): Maybe[] =>
  [0, 1, 2].map((i) => (bias === null ? null : bias.narrow(0, i * width, width)));

defineFunction(
  "multi_head_attention_forward(Tensor query, Tensor key, Tensor value, int embed_dim_to_check, int num_heads, Tensor? in_proj_weight, Tensor? in_proj_bias, Tensor? bias_k, Tensor? bias_v, bool add_zero_attn, float dropout_p, Tensor out_proj_weight, Tensor? out_proj_bias, bool training=True, Tensor? key_padding_mask=None, bool need_weights=True, Tensor? attn_mask=None, bool use_separate_proj_weight=False, Tensor? q_proj_weight=None, Tensor? k_proj_weight=None, Tensor? v_proj_weight=None, Tensor? static_k=None, Tensor? static_v=None, bool average_attn_weights=True) -> (Tensor output, Tensor weights)",
  "Multi-head attention of query [L, N, E], key and value [S, N, E] (or without N); weights are null unless needed.",
  (
    query0: Tensor,
    key0: Tensor,
    value0: Tensor,
    embed_dim: number,
    heads: number,
    in_weight: Maybe,
    in_bias: Maybe,
    bias_k: Maybe,
    bias_v: Maybe,
    add_zero: boolean,
    dropout_p: number,
    out_weight: Tensor,
    out_bias: Maybe,
    training: boolean,
    padding0: Maybe,
    need_weights: boolean,
    mask0: Maybe,
    separate: boolean,
    q_weight: Maybe,
    k_weight: Maybe,
    v_weight: Maybe,
    static_k: Maybe,
    static_v: Maybe,
    average: boolean,
  ) => {
    checkShapes(query0, key0, value0, padding0, mask0, heads);
    const batched = query0.ndim === 3;
    const wide = (t: Tensor): Tensor => (batched ? t : t.unsqueeze(1));
    const query = wide(query0);
    const key = key0 === query0 ? query : wide(key0);
    const value = value0 === key0 ? key : wide(value0);
    let padding = padding0 === null || batched ? padding0 : padding0.unsqueeze(0);
    let mask = mask0?.dtype === uint8 ? mask0.to(bool) : mask0;
    const [length, batch, width] = query.shape as readonly [number, number, number];
    assertThat(width === embed_dim, () => `was expecting embedding dimension of ${embed_dim}, but got ${width}`);
    const head = Math.floor(width / heads);
    assertThat(head * heads === width, () => `embed_dim ${width} not divisible by num_heads ${heads}`);
    const [bq, bk, bv] = thirds(in_bias, width);
    let [q, k, v] = separate
      ? [linear(query, q_weight!, bq!), linear(key, k_weight!, bk!), linear(value, v_weight!, bv!)]
      : (packedProjections(query, key, value, in_weight!, in_bias) as [Tensor, Tensor, Tensor]);
    if (mask !== null && mask.ndim === 2) mask = mask.unsqueeze(0);
    const grow = (m: Maybe): Maybe => (m === null ? null : callOp("constant_pad_nd", m, [0, 1], 0));
    if (bias_k !== null && bias_v !== null) {
      k = callOp("cat", [k, bias_k.repeat([1, batch, 1])], 0);
      v = callOp("cat", [v, bias_v.repeat([1, batch, 1])], 0);
      [mask, padding] = [grow(mask), grow(padding)];
    }
    const split = (t: Tensor): Tensor =>
      t
        .contiguous()
        .view([t.shape[0]!, batch * heads, head])
        .transpose(0, 1);
    q = split(q);
    k = static_k ?? split(k);
    v = static_v ?? split(v);
    if (add_zero) {
      const zeros = k.new_zeros([batch * heads, 1, head]);
      k = callOp("cat", [k, zeros], 1);
      v = callOp("cat", [v, zeros], 1);
      [mask, padding] = [grow(mask), grow(padding)];
    }
    const source = k.shape[1]!;
    if (padding !== null) {
      const spread = padding
        .view([batch, 1, 1, source])
        .expand([-1, heads, -1, -1])
        .reshape([batch * heads, 1, source]);
      if (mask === null) mask = spread;
      else if (mask.dtype === bool) mask = mask.logical_or(spread.dtype === bool ? spread : spread.ne(0));
      else mask = mask.masked_fill(spread.to(bool), Number.NEGATIVE_INFINITY);
    }
    if (mask !== null && mask.dtype === bool) mask = additive(mask, q, true);
    const drops = training && dropout_p > 0;
    const joined = (x: Tensor): Tensor => {
      const rows = x
        .transpose(0, 1)
        .contiguous()
        .view([length * batch, width]);
      const output = linear(rows, out_weight, out_bias).view([length, batch, out_weight.shape[0]!]);
      return batched ? output : output.squeeze(1);
    };
    if (!need_weights && !drops) return [joined(attend(q, k, v, mask, false, 1 / Math.sqrt(head))), null];
    const scaled = q.div(Math.sqrt(head));
    const scores =
      mask === null ? scaled.bmm(k.transpose(-2, -1)) : callOp("baddbmm", mask, scaled, k.transpose(-2, -1), 1, 1);
    let weights = softmax(scores);
    if (drops) weights = callOp("_dropout", weights, dropout_p, true, false, false, false);
    const result = joined(weights.bmm(v));
    if (!need_weights) return [result, null];
    let shown = weights.view([batch, heads, length, source]);
    if (average) shown = shown.sum(1).div(heads);
    return [result, batched ? shown : shown.squeeze(0)];
  },
);

function checkShapes(query: Tensor, key: Tensor, value: Tensor, padding: Maybe, mask: Maybe, heads: number): void {
  const rank = query.ndim;
  assertThat(
    rank === 2 || rank === 3,
    () => `query should be unbatched 2D or batched 3D tensor but received ${rank}-D query tensor`,
  );
  assertThat(
    key.ndim === rank && value.ndim === rank,
    () =>
      `For ${rank === 3 ? "batched (3-D)" : "unbatched (2-D)"} \`query\`, expected \`key\` and \`value\` to be ${rank}-D but found ${key.ndim}-D and ${value.ndim}-D tensors respectively`,
  );
  assertThat(
    padding === null || padding.ndim === rank - 1,
    () =>
      `For ${rank === 3 ? "batched (3-D)" : "unbatched (2-D)"} \`query\`, expected \`key_padding_mask\` to be \`None\` or ${rank - 1}-D but found ${padding!.ndim}-D tensor instead`,
  );
  if (mask === null) return;
  assertThat(mask.ndim === 2 || mask.ndim === 3, () => `attn_mask's dimension ${mask.ndim} is not supported`);
  assertThat(
    mask.is_floating_point() || mask.dtype === bool || mask.dtype === uint8,
    () => `Only float, byte, and bool types are supported for attn_mask, not ${String(mask.dtype)}`,
  );
  if (mask.ndim === 2) {
    const [l, s] = [query.shape[0]!, key.shape[0]!];
    assertThat(
      mask.shape[0] === l && mask.shape[1] === s,
      () => `The shape of the 2D attn_mask is torch.Size([${mask.shape.join(", ")}]), but should be (${l}, ${s}).`,
    );
  } else {
    const batch = query.ndim === 3 ? query.shape[1]! : 1;
    const wanted = [batch * heads, query.shape[0]!, key.shape[0]!];
    assertThat(
      wanted.every((s, d) => s === mask.shape[d]),
      () =>
        `The shape of the 3D attn_mask is torch.Size([${mask.shape.join(", ")}]), but should be (${wanted.join(", ")}).`,
    );
  }
}
