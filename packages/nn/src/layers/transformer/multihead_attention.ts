import { empty, Parameter, RuntimeError, type Tensor, zeros } from "@tt/core";
import { multi_head_attention_forward } from "../../functional/index.ts";
import { constant_, xavier_normal_, xavier_uniform_ } from "../../init/index.ts";
import { bindConstructor, type ConstructorArgs } from "../../module/construct.ts";
import { Module } from "../../module/module.ts";
import { factory, type FactoryOptions, Linear } from "../linear.ts";

interface AttentionArgs extends FactoryOptions {
  embed_dim: number;
  num_heads: number;
  dropout?: number;
  bias?: boolean;
  add_bias_kv?: boolean;
  add_zero_attn?: boolean;
  kdim?: number | null;
  vdim?: number | null;
  batch_first?: boolean;
}

/** What a call of {@link MultiheadAttention} takes by name. */
export interface AttentionOptions {
  /** [B, S], true (or -inf) where a key is to be ignored. */
  key_padding_mask?: Tensor | null;
  need_weights?: boolean;
  /** [L, S] or [B * heads, L, S], true where attention is not allowed, or numbers to add to the scores. */
  attn_mask?: Tensor | null;
  /** Whether weights are averaged over the heads. */
  average_attn_weights?: boolean;
}

/** The output projection, a linear layer under the name PyTorch prints. */
export class NonDynamicallyQuantizableLinear extends Linear {}

/**
 * Multi-head attention (Vaswani et al. 2017): query [L, B, E], key [S, B, kdim], value [S, B, vdim], batch first if so
 * chosen, or without B. Gives the output and, unless `need_weights` is false, the attention weights.
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { MultiheadAttention } from "@tt/nn";
 * const x = rand(5, 2, 8);
 * const [output, weights] = new MultiheadAttention(8, 4)(x, x, x);
 * output.shape; // [5, 2, 8]
 * weights?.shape; // [2, 5, 5]
 * ```
 */
export class MultiheadAttention extends Module {
  readonly embed_dim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly _qkv_same_embed_dim: boolean;
  readonly num_heads: number;
  dropout: number;
  readonly batch_first: boolean;
  readonly head_dim: number;
  in_proj_weight: Parameter | null;
  q_proj_weight: Parameter | null;
  k_proj_weight: Parameter | null;
  v_proj_weight: Parameter | null;
  in_proj_bias: Parameter | null;
  out_proj: NonDynamicallyQuantizableLinear;
  bias_k: Parameter | null;
  bias_v: Parameter | null;
  readonly add_zero_attn: boolean;

  constructor(
    ...args: ConstructorArgs<
      AttentionArgs,
      [
        "embed_dim",
        "num_heads",
        "dropout",
        "bias",
        "add_bias_kv",
        "add_zero_attn",
        "kdim",
        "vdim",
        "batch_first",
        "device",
        "dtype",
      ]
    >
  ) {
    super();
    type Bound = [
      number,
      number,
      number,
      boolean,
      boolean,
      boolean,
      number | null,
      number | null,
      boolean,
      unknown,
      unknown,
    ];
    const [embed, heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first, device, dtype] =
      bindConstructor<Bound>(
        "MultiheadAttention(int embed_dim, int num_heads, float dropout=0.0, bool bias=True, bool add_bias_kv=False, bool add_zero_attn=False, int? kdim=None, int? vdim=None, bool batch_first=False, Device? device=None, ScalarType? dtype=None)",
        args,
      );
    const options = factory(device, dtype);
    const make = (...shape: number[]): Parameter => new Parameter(empty(shape, options));
    this.embed_dim = embed;
    this.kdim = kdim ?? embed;
    this.vdim = vdim ?? embed;
    const same = this.kdim === embed && this.vdim === embed;
    this._qkv_same_embed_dim = same;
    this.num_heads = heads;
    this.dropout = dropout;
    this.batch_first = batch_first;
    this.head_dim = Math.floor(embed / heads);
    if (this.head_dim * heads !== embed) throw new RuntimeError("embed_dim must be divisible by num_heads");
    this.q_proj_weight = same ? null : make(embed, embed);
    this.k_proj_weight = same ? null : make(embed, this.kdim);
    this.v_proj_weight = same ? null : make(embed, this.vdim);
    this.in_proj_weight = same ? make(3 * embed, embed) : null;
    this.in_proj_bias = bias ? make(3 * embed) : null;
    this.out_proj = new NonDynamicallyQuantizableLinear(embed, embed, { bias, ...options });
    this.bias_k = add_bias_kv ? make(1, 1, embed) : null;
    this.bias_v = add_bias_kv ? make(1, 1, embed) : null;
    this.add_zero_attn = add_zero_attn;
    this._reset_parameters();
  }

  /** Draws the projections anew. */
  _reset_parameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) {
      if (weight !== null) xavier_uniform_(weight);
    }
    if (this.in_proj_bias !== null) {
      constant_(this.in_proj_bias, 0);
      constant_(this.out_proj.bias!, 0);
    }
    if (this.bias_k !== null) xavier_normal_(this.bias_k);
    if (this.bias_v !== null) xavier_normal_(this.bias_v);
  }

  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    ...rest:
      | [options?: AttentionOptions]
      | [
          key_padding_mask: Tensor | null,
          need_weights?: boolean,
          attn_mask?: Tensor | null,
          average_attn_weights?: boolean,
        ]
  ): [output: Tensor, weights: Tensor | null] {
    const [padding, need, mask, average] = bindConstructor<[Tensor | null, boolean, Tensor | null, boolean]>(
      "forward(Tensor? key_padding_mask=None, bool need_weights=True, Tensor? attn_mask=None, bool average_attn_weights=True)",
      rest,
    );
    const turn = this.batch_first && query.ndim === 3;
    const q = turn ? query.transpose(1, 0) : query;
    const k = key === query ? q : turn ? key.transpose(1, 0) : key;
    const v = value === key ? k : turn ? value.transpose(1, 0) : value;
    const [output, weights] = multi_head_attention_forward(
      q,
      k,
      v,
      this.embed_dim,
      this.num_heads,
      this.in_proj_weight,
      this.in_proj_bias,
      this.bias_k,
      this.bias_v,
      this.add_zero_attn,
      this.dropout,
      this.out_proj.weight,
      this.out_proj.bias,
      {
        training: this.training,
        key_padding_mask: padding,
        need_weights: need,
        attn_mask: mask,
        average_attn_weights: average,
        use_separate_proj_weight: !this._qkv_same_embed_dim,
        q_proj_weight: this.q_proj_weight,
        k_proj_weight: this.k_proj_weight,
        v_proj_weight: this.v_proj_weight,
      },
    ) as [Tensor, Tensor | null];
    return [turn ? output.transpose(1, 0) : output, weights];
  }
}

/** An upper triangle of -inf: what keeps a position from seeing later ones. */
export function squareSubsequentMask(size: number): Tensor {
  return zeros(size, size).masked_fill(zeros(size, size).add(1).triu(1).ne(0), Number.NEGATIVE_INFINITY);
}
