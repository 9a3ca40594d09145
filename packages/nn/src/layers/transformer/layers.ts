import { RuntimeError, type Tensor } from "@tt/core";
import { gelu, relu } from "../../functional/index.ts";
import { bindConstructor, type ConstructorArgs } from "../../module/construct.ts";
import { Module } from "../../module/module.ts";
import { Dropout } from "../dropout.ts";
import { factory, type FactoryOptions, Linear } from "../linear.ts";
import { LayerNorm } from "../normalization.ts";
import { MultiheadAttention } from "./multihead_attention.ts";

/** "relu", "gelu", or any function of a tensor. */
export type Activation = "relu" | "gelu" | ((input: Tensor) => Tensor);

interface LayerArgs extends FactoryOptions {
  d_model: number;
  nhead: number;
  dim_feedforward?: number;
  dropout?: number;
  activation?: Activation;
  layer_norm_eps?: number;
  batch_first?: boolean;
  norm_first?: boolean;
}

type LayerParams = ConstructorArgs<
  LayerArgs,
  [
    "d_model",
    "nhead",
    "dim_feedforward",
    "dropout",
    "activation",
    "layer_norm_eps",
    "batch_first",
    "norm_first",
    "device",
    "dtype",
  ]
>;

interface Settings {
  readonly d_model: number;
  readonly nhead: number;
  readonly dim_feedforward: number;
  readonly dropout: number;
  readonly activation: (input: Tensor) => Tensor;
  readonly layer_norm_eps: number;
  readonly batch_first: boolean;
  readonly norm_first: boolean;
  readonly options: ReturnType<typeof factory>;
}

/** The function that `activation` names. */
export function activationOf(activation: Activation): (input: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (activation === "relu") return (input) => relu(input);
  if (activation === "gelu") return (input) => gelu(input);
  throw new RuntimeError(`activation should be relu/gelu, not ${String(activation)}`);
}

function settingsOf(name: string, args: readonly unknown[]): Settings {
  type Bound = [number, number, number, number, Activation, number, boolean, boolean, unknown, unknown];
  const [d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, device, dtype] =
    bindConstructor<Bound>(
      `${name}(int d_model, int nhead, int dim_feedforward=2048, float dropout=0.1, Any activation="relu", float layer_norm_eps=1e-05, bool batch_first=False, bool norm_first=False, Device? device=None, ScalarType? dtype=None)`,
      args,
    );
  return {
    d_model,
    nhead,
    dim_feedforward,
    dropout,
    activation: activationOf(activation),
    layer_norm_eps,
    batch_first,
    norm_first,
    options: factory(device, dtype),
  };
}

const attention = (s: Settings): MultiheadAttention =>
  new MultiheadAttention(s.d_model, s.nhead, { dropout: s.dropout, batch_first: s.batch_first, ...s.options });

const norm = (s: Settings): LayerNorm => new LayerNorm(s.d_model, { eps: s.layer_norm_eps, ...s.options });

/** Masks of an encoder layer. */
export interface EncoderMasks {
  src_mask?: Tensor | null;
  src_key_padding_mask?: Tensor | null;
}

/** Self-attention and a feed-forward network, each with residual and normalisation (Vaswani et al. 2017). */
export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly norm_first: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  readonly activation: (input: Tensor) => Tensor;

  constructor(...args: LayerParams) {
    super();
    const s = settingsOf("TransformerEncoderLayer", args);
    this.self_attn = attention(s);
    this.linear1 = new Linear(s.d_model, s.dim_feedforward, s.options);
    this.dropout = new Dropout(s.dropout);
    this.linear2 = new Linear(s.dim_feedforward, s.d_model, s.options);
    this.norm_first = s.norm_first;
    this.norm1 = norm(s);
    this.norm2 = norm(s);
    this.dropout1 = new Dropout(s.dropout);
    this.dropout2 = new Dropout(s.dropout);
    this.activation = s.activation;
  }

  override forward(
    src: Tensor,
    ...rest: [options?: EncoderMasks] | [src_mask: Tensor | null, src_key_padding_mask?: Tensor | null]
  ): Tensor {
    const [mask, padding] = bindConstructor<[Tensor | null, Tensor | null]>(
      "forward(Tensor? src_mask=None, Tensor? src_key_padding_mask=None)",
      rest,
    );
    const attend = (x: Tensor): Tensor =>
      this.dropout1(this.self_attn(x, x, x, { attn_mask: mask, key_padding_mask: padding, need_weights: false })[0]);
    const feed = (x: Tensor): Tensor => this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.norm_first) {
      const x = src.add(attend(this.norm1(src)));
      return x.add(feed(this.norm2(x)));
    }
    const x = this.norm1(src.add(attend(src)));
    return this.norm2(x.add(feed(x)));
  }
}

/** Masks of a decoder layer. */
export interface DecoderMasks {
  tgt_mask?: Tensor | null;
  memory_mask?: Tensor | null;
  tgt_key_padding_mask?: Tensor | null;
  memory_key_padding_mask?: Tensor | null;
}

/** The same masks by position. */
export type DecoderPositions = [
  tgt_mask: Tensor | null,
  memory_mask?: Tensor | null,
  tgt_key_padding_mask?: Tensor | null,
  memory_key_padding_mask?: Tensor | null,
];

/** Masks in order, given either way. */
export function decoderMasks(rest: readonly unknown[]): [Tensor | null, Tensor | null, Tensor | null, Tensor | null] {
  return bindConstructor(
    "forward(Tensor? tgt_mask=None, Tensor? memory_mask=None, Tensor? tgt_key_padding_mask=None, Tensor? memory_key_padding_mask=None)",
    rest,
  );
}

/** Self-attention, attention to the encoder's output and a feed-forward network. */
export class TransformerDecoderLayer extends Module {
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly norm_first: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  readonly activation: (input: Tensor) => Tensor;

  constructor(...args: LayerParams) {
    super();
    const s = settingsOf("TransformerDecoderLayer", args);
    this.self_attn = attention(s);
    this.multihead_attn = attention(s);
    this.linear1 = new Linear(s.d_model, s.dim_feedforward, s.options);
    this.dropout = new Dropout(s.dropout);
    this.linear2 = new Linear(s.dim_feedforward, s.d_model, s.options);
    this.norm_first = s.norm_first;
    this.norm1 = norm(s);
    this.norm2 = norm(s);
    this.norm3 = norm(s);
    this.dropout1 = new Dropout(s.dropout);
    this.dropout2 = new Dropout(s.dropout);
    this.dropout3 = new Dropout(s.dropout);
    this.activation = s.activation;
  }

  override forward(tgt: Tensor, memory: Tensor, ...rest: [options?: DecoderMasks] | DecoderPositions): Tensor {
    const [tgtMask, memoryMask, tgtPadding, memoryPadding] = decoderMasks(rest);
    const attend = (x: Tensor): Tensor =>
      this.dropout1(
        this.self_attn(x, x, x, { attn_mask: tgtMask, key_padding_mask: tgtPadding, need_weights: false })[0],
      );
    const look = (x: Tensor): Tensor => {
      const options = { attn_mask: memoryMask, key_padding_mask: memoryPadding, need_weights: false };
      return this.dropout2(this.multihead_attn(x, memory, memory, options)[0]);
    };
    const feed = (x: Tensor): Tensor => this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.norm_first) {
      const a = tgt.add(attend(this.norm1(tgt)));
      const b = a.add(look(this.norm2(a)));
      return b.add(feed(this.norm3(b)));
    }
    const a = this.norm1(tgt.add(attend(tgt)));
    const b = this.norm2(a.add(look(a)));
    return this.norm3(b.add(feed(b)));
  }
}
