import { cat, empty, Parameter, RuntimeError, type Tensor, ValueError, zeros } from "@tt/core";
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  functional as F,
  GELU,
  init,
  LayerNorm,
  Linear,
  Module,
  MultiheadAttention,
  ReLU,
  Sequential,
  type StateDict,
  Tanh,
} from "@tt/nn";
import { keywords, type Layer, type LayerMaker, make } from "../layer.ts";
import { type ActivationMaker, Conv2dNormActivation } from "../ops/conv_norm_activation.ts";
import { MLP } from "../ops/misc.ts";
import { type Builder, builder, expecting, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/vision_transformer.ts";

/** A convolution of the stem (Xiao et al. 2021). */
export interface ConvStemConfig {
  out_channels: number;
  kernel_size: number;
  stride: number;
  norm_layer?: LayerMaker;
  activation_layer?: ActivationMaker;
}

/** Draws the linear layers of a transformer's MLP. */
export function initializeMLP(mlp: MLP): void {
  for (const m of mlp.modules()) {
    if (!(m instanceof Linear)) continue;
    init.xavier_uniform_(m.weight);
    if (m.bias !== null) init.normal_(m.bias, { std: 1e-6 });
  }
}

class MLPBlock extends MLP {
  constructor(dim: number, between: number, dropout: number) {
    super(dim, [between, dim], { activation_layer: GELU, inplace: null, dropout });
    Object.defineProperty(this, "_version", { value: 2 });
    initializeMLP(this);
    // Before version 2 the layers were called linear_1 and linear_2.
    this.register_load_state_dict_pre_hook((_module: Module, state: StateDict, prefix: string) => {
      for (const [old, now] of [
        ["linear_1", "0"],
        ["linear_2", "3"],
      ] as const) {
        for (const kind of ["weight", "bias"]) {
          const value = state[`${prefix}${old}.${kind}`];
          if (value === undefined) continue;
          state[`${prefix}${now}.${kind}`] = value;
          delete state[`${prefix}${old}.${kind}`];
        }
      }
    });
  }
}

interface EncoderOptions {
  readonly num_heads: number;
  readonly hidden_dim: number;
  readonly mlp_dim: number;
  readonly dropout: number;
  readonly attention_dropout: number;
  readonly norm_layer: LayerMaker;
}

class EncoderBlock extends Module {
  readonly num_heads: number;
  ln_1: Layer;
  self_attention: MultiheadAttention;
  dropout: Dropout;
  ln_2: Layer;
  mlp: MLPBlock;

  constructor({ num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer }: EncoderOptions) {
    super();
    this.num_heads = num_heads;
    this.ln_1 = make(norm_layer, hidden_dim);
    this.self_attention = new MultiheadAttention(hidden_dim, num_heads, {
      dropout: attention_dropout,
      batch_first: true,
    });
    this.dropout = new Dropout(dropout);
    this.ln_2 = make(norm_layer, hidden_dim);
    this.mlp = new MLPBlock(hidden_dim, mlp_dim, dropout);
  }

  override forward(input: Tensor): Tensor {
    const normal = this.ln_1(input);
    const [attended] = this.self_attention(normal, normal, normal, { need_weights: false });
    const x = this.dropout(attended).add(input);
    return x.add(this.mlp(this.ln_2(x)));
  }
}

class Encoder extends Module {
  pos_embedding: Parameter;
  dropout: Dropout;
  layers: Sequential;
  ln: Layer;

  constructor(length: number, depth: number, options: EncoderOptions) {
    super();
    this.pos_embedding = new Parameter(empty(1, length, options.hidden_dim).normal_(0, 0.02));
    this.dropout = new Dropout(options.dropout);
    const layers: Record<string, Module> = {};
    for (let i = 0; i < depth; i++) layers[`encoder_layer_${i}`] = new EncoderBlock(options);
    this.layers = new Sequential(layers);
    this.ln = make(options.norm_layer, options.hidden_dim);
  }

  override forward(input: Tensor): Tensor {
    return this.ln(this.layers(this.dropout(input.add(this.pos_embedding))));
  }
}

export interface VisionTransformerArchitecture {
  image_size: number;
  patch_size: number;
  num_layers: number;
  num_heads: number;
  hidden_dim: number;
  mlp_dim: number;
}

export interface VisionTransformerOptions {
  dropout?: number;
  attention_dropout?: number;
  num_classes?: number;
  /** Width of a layer before the last; none if null. */
  representation_size?: number | null;
  norm_layer?: LayerMaker;
  /** Convolutions in place of patches. */
  conv_stem_configs?: readonly ConvStemConfig[] | null;
}

/** The vision transformer (Dosovitskiy et al. 2020): images of one size, [N, 3, image_size, image_size]. */
export class VisionTransformer extends Module {
  readonly image_size: number;
  readonly patch_size: number;
  readonly hidden_dim: number;
  readonly seq_length: number;
  conv_proj: Layer;
  class_token: Parameter;
  encoder: Encoder;
  heads: Sequential;

  constructor(architecture: VisionTransformerArchitecture, options: VisionTransformerOptions = {}) {
    super();
    const { image_size, patch_size, num_layers, num_heads, hidden_dim, mlp_dim } = architecture;
    const o = keywords<Required<VisionTransformerOptions>>("VisionTransformer.__init__()", options, {
      dropout: 0,
      attention_dropout: 0,
      num_classes: 1000,
      representation_size: null,
      norm_layer: (channels) => new LayerNorm(channels, { eps: 1e-6 }),
      conv_stem_configs: null,
    });
    if (image_size % patch_size !== 0) throw new RuntimeError("Input shape indivisible by patch size!");
    this.image_size = image_size;
    this.patch_size = patch_size;
    this.hidden_dim = hidden_dim;
    this.seq_length = (image_size / patch_size) ** 2 + 1;
    this.conv_proj =
      o.conv_stem_configs === null
        ? new Conv2d(3, hidden_dim, { kernel_size: patch_size, stride: patch_size })
        : stem(o.conv_stem_configs, hidden_dim);
    this.class_token = new Parameter(zeros(1, 1, hidden_dim));
    const { dropout, attention_dropout, norm_layer } = o;
    const encoder = { num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer };
    this.encoder = new Encoder(this.seq_length, num_layers, encoder);
    this.heads =
      o.representation_size === null
        ? new Sequential({ head: new Linear(hidden_dim, o.num_classes) })
        : new Sequential({
            pre_logits: new Linear(hidden_dim, o.representation_size),
            act: new Tanh(),
            head: new Linear(o.representation_size, o.num_classes),
          });
    this.initialize();
  }

  private initialize(): void {
    const { conv_proj } = this;
    const last = conv_proj instanceof Conv2d ? conv_proj : conv_proj.get_submodule("conv_last");
    if (last instanceof Conv2d) {
      const fanIn = last.in_channels * last.kernel_size[0]! * last.kernel_size[1]!;
      if (last === conv_proj) init.trunc_normal_(last.weight, { std: Math.sqrt(1 / fanIn) });
      else init.normal_(last.weight, 0, Math.sqrt(2 / last.out_channels));
      if (last.bias !== null) init.zeros_(last.bias);
    }
    for (const [name, layer] of this.heads.named_children()) {
      if (!(layer instanceof Linear)) continue;
      if (name === "pre_logits") init.trunc_normal_(layer.weight, { std: Math.sqrt(1 / layer.in_features) });
      else init.zeros_(layer.weight);
      if (layer.bias !== null) init.zeros_(layer.bias);
    }
  }

  override forward(images: Tensor): Tensor {
    const [n, , height, width] = images.shape as [number, number, number, number];
    const { image_size: size, patch_size: patch, hidden_dim } = this;
    if (height !== size) throw new RuntimeError(`Wrong image height! Expected ${size} but got ${height}!`);
    if (width !== size) throw new RuntimeError(`Wrong image width! Expected ${size} but got ${width}!`);
    const patches = (size / patch) ** 2;
    const x = this.conv_proj(images).reshape(n, hidden_dim, patches).permute(0, 2, 1);
    const tokens = cat([this.class_token.expand(n, -1, -1), x], 1);
    return this.heads(this.encoder(tokens).select(1, 0));
  }
}

function stem(configs: readonly ConvStemConfig[], hidden: number): Sequential {
  const layers: Record<string, Module> = {};
  let inputs = 3;
  for (const [i, { out_channels, norm_layer = BatchNorm2d, activation_layer = ReLU, ...rest }] of configs.entries()) {
    layers[`conv_bn_relu_${i}`] = new Conv2dNormActivation(inputs, out_channels, {
      ...rest,
      norm_layer,
      activation_layer,
    });
    inputs = out_channels;
  }
  layers["conv_last"] = new Conv2d(inputs, hidden, { kernel_size: 1 });
  return new Sequential(layers);
}

export interface VisionTransformerBuilderOptions extends VisionTransformerOptions {
  /** Height and width of the images. */
  image_size?: number;
}

type Make = Builder<VisionTransformer, VisionTransformerBuilderOptions>;

function family(
  weights: WeightsEnum,
  patch_size: number,
  num_layers: number,
  num_heads: number,
  hidden_dim: number,
): Make {
  const fixed = { patch_size, num_layers, num_heads, hidden_dim, mlp_dim: 4 * hidden_dim };
  return builder<VisionTransformer, VisionTransformerBuilderOptions>(
    weights,
    ({ image_size = 224, ...options }) => new VisionTransformer({ ...fixed, image_size }, options),
    { options: (options, { meta }) => expecting(options, "image_size", meta.min_size[0]) },
  );
}

/** ViT-B/16. */
export const vit_b_16: Make = family(W.ViT_B_16_Weights, 16, 12, 12, 768);
/** ViT-B/32. */
export const vit_b_32: Make = family(W.ViT_B_32_Weights, 32, 12, 12, 768);
/** ViT-L/16. */
export const vit_l_16: Make = family(W.ViT_L_16_Weights, 16, 24, 16, 1024);
/** ViT-L/32. */
export const vit_l_32: Make = family(W.ViT_L_32_Weights, 32, 24, 16, 1024);
/** ViT-H/14. */
export const vit_h_14: Make = family(W.ViT_H_14_Weights, 14, 32, 16, 1280);

/**
 * A state dict for images of another size: the embeddings of positions are resampled.
 * @throws ValueError when the positions are not a square
 */
export function interpolate_embeddings(
  image_size: number,
  patch_size: number,
  model_state: StateDict,
  options: { interpolation_mode?: "bilinear" | "bicubic"; reset_heads?: boolean } = {},
): StateDict {
  const { interpolation_mode: mode = "bicubic", reset_heads = false } = options;
  const positions = model_state["encoder.pos_embedding"] as Tensor;
  const [n, length, hidden] = positions.shape as [number, number, number];
  if (n !== 1) {
    throw new ValueError(`Unexpected position embedding shape: torch.Size([${positions.shape.join(", ")}])`);
  }
  const side = Math.floor(image_size / patch_size);
  if (side ** 2 + 1 === length) return model_state;
  const before = Math.floor(Math.sqrt(length - 1));
  if (before ** 2 !== length - 1) {
    throw new ValueError(
      `seq_length is not a perfect square! Instead got seq_length_1d * seq_length_1d = ${before ** 2} and seq_length = ${length - 1}`,
    );
  }
  const grid = positions
    .narrow(1, 1, length - 1)
    .permute(0, 2, 1)
    .reshape(1, hidden, before, before);
  const resized = F.interpolate(grid, { size: side, mode, align_corners: true });
  const flat = resized.reshape(1, hidden, side ** 2).permute(0, 2, 1);
  const state: StateDict = { ...model_state, "encoder.pos_embedding": cat([positions.narrow(1, 0, 1), flat], 1) };
  if (!reset_heads) return state;
  return Object.fromEntries(Object.entries(state).filter(([name]) => !name.startsWith("heads")));
}
