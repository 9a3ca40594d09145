import type { Tensor } from "@tt/core";
import { AdaptiveAvgPool2d, Conv2d, Flatten, GELU, init, LayerNorm, Linear, Module, Sequential } from "@tt/nn";
import { keywords, type Layer, type LayerMaker, make } from "../layer.ts";
import { MLP, Permute } from "../ops/misc.ts";
import { StochasticDepth } from "../ops/stochastic_depth.ts";
import { initialize } from "./initialize.ts";
import { mergePatches, ShiftedWindowAttention, ShiftedWindowAttentionV2 } from "./swin_attention.ts";
import { initializeMLP } from "./vision_transformer.ts";
import { type Builder, builder, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/swin_transformer.ts";

type Pair = readonly [number, number];

/** Halves height and width of [..., H, W, C], doubling the channels. */
class PatchMerging extends Module {
  reduction: Linear;
  norm: Layer;

  constructor(dim: number, norm_layer: LayerMaker) {
    super();
    this.reduction = new Linear(4 * dim, 2 * dim, { bias: false });
    this.norm = make(norm_layer, 4 * dim);
  }

  override forward(x: Tensor): Tensor {
    return this.reduction(this.norm(mergePatches(x)));
  }
}

/** Version 2: normalised afterwards. */
class PatchMergingV2 extends Module {
  reduction: Linear;
  norm: Layer;

  constructor(dim: number, norm_layer: LayerMaker) {
    super();
    this.reduction = new Linear(4 * dim, 2 * dim, { bias: false });
    this.norm = make(norm_layer, 2 * dim);
  }

  override forward(x: Tensor): Tensor {
    return this.norm(this.reduction(mergePatches(x)));
  }
}

interface BlockOptions {
  readonly window_size: Pair;
  readonly shift_size: Pair;
  readonly mlp_ratio: number;
  readonly dropout: number;
  readonly attention_dropout: number;
  readonly stochastic_depth_prob: number;
  readonly norm_layer: LayerMaker;
}

class SwinTransformerBlock extends Module {
  norm1: Layer;
  attn: ShiftedWindowAttention;
  stochastic_depth: StochasticDepth;
  norm2: Layer;
  mlp: MLP;

  constructor(
    dim: number,
    num_heads: number,
    options: BlockOptions,
    attention: typeof ShiftedWindowAttention = ShiftedWindowAttention,
  ) {
    super();
    const { window_size, shift_size, dropout, attention_dropout } = options;
    this.norm1 = make(options.norm_layer, dim);
    this.attn = new attention(dim, window_size, shift_size, num_heads, { attention_dropout, dropout });
    this.stochastic_depth = new StochasticDepth(options.stochastic_depth_prob, "row");
    this.norm2 = make(options.norm_layer, dim);
    const widths = [Math.trunc(dim * options.mlp_ratio), dim];
    this.mlp = new MLP(dim, widths, { activation_layer: GELU, inplace: null, dropout });
    initializeMLP(this.mlp);
  }

  override forward(input: Tensor): Tensor {
    const x = input.add(this.stochastic_depth(this.attn(this.norm1(input))));
    return x.add(this.stochastic_depth(this.mlp(this.norm2(x))));
  }
}

/** Version 2: normalised after attention and MLP. */
class SwinTransformerBlockV2 extends SwinTransformerBlock {
  constructor(dim: number, num_heads: number, options: BlockOptions) {
    super(dim, num_heads, options, ShiftedWindowAttentionV2);
  }

  override forward(input: Tensor): Tensor {
    const x = input.add(this.stochastic_depth(this.norm1(this.attn(input))));
    return x.add(this.stochastic_depth(this.norm2(this.mlp(x))));
  }
}

export interface SwinTransformerArchitecture {
  patch_size: Pair;
  embed_dim: number;
  /** Blocks of each stage. */
  depths: readonly number[];
  /** Heads of each stage. */
  num_heads: readonly number[];
  window_size: Pair;
  /** 2 has cosine attention and normalises afterwards. */
  version?: 1 | 2;
}

export interface SwinTransformerOptions {
  mlp_ratio?: number;
  dropout?: number;
  attention_dropout?: number;
  /** Probability of leaving out the last block; it grows from 0 at the first. */
  stochastic_depth_prob?: number;
  num_classes?: number;
  norm_layer?: LayerMaker;
}

/** Swin transformer (Liu et al. 2021) and version 2 (Liu et al. 2021). */
export class SwinTransformer extends Module {
  features: Sequential;
  norm: Layer;
  permute: Permute;
  avgpool: AdaptiveAvgPool2d;
  flatten: Flatten;
  head: Linear;

  constructor(architecture: SwinTransformerArchitecture, options: SwinTransformerOptions = {}) {
    super();
    const { patch_size, embed_dim, depths, num_heads, window_size, version = 1 } = architecture;
    const o = keywords<Required<SwinTransformerOptions>>("SwinTransformer.__init__()", options, {
      mlp_ratio: 4,
      dropout: 0,
      attention_dropout: 0,
      stochastic_depth_prob: 0.1,
      num_classes: 1000,
      norm_layer: (channels) => new LayerNorm(channels, { eps: 1e-5 }),
    });
    const { norm_layer, mlp_ratio, dropout, attention_dropout } = o;
    const block = version === 1 ? SwinTransformerBlock : SwinTransformerBlockV2;
    const merging = version === 1 ? PatchMerging : PatchMergingV2;
    const layers: Module[] = [
      new Sequential(
        new Conv2d(3, embed_dim, { kernel_size: patch_size, stride: patch_size }),
        new Permute([0, 2, 3, 1]),
        make(norm_layer, embed_dim),
      ),
    ];
    const total = depths.reduce((sum, depth) => sum + depth, 0);
    let count = 0;
    let dim = embed_dim;
    for (const [i, depth] of depths.entries()) {
      const blocks = Array.from({ length: depth }, (_, j) => {
        const shift = window_size.map((w) => (j % 2 === 0 ? 0 : Math.floor(w / 2))) as unknown as Pair;
        const drop = (o.stochastic_depth_prob * count++) / (total - 1);
        const shared = { window_size, mlp_ratio, dropout, attention_dropout, norm_layer };
        return new block(dim, num_heads[i]!, { ...shared, shift_size: shift, stochastic_depth_prob: drop });
      });
      layers.push(new Sequential(...blocks));
      if (i === depths.length - 1) break;
      layers.push(new merging(dim, norm_layer));
      dim *= 2;
    }
    this.features = new Sequential(...layers);
    this.norm = make(norm_layer, dim);
    this.permute = new Permute([0, 3, 1, 2]);
    this.avgpool = new AdaptiveAvgPool2d(1);
    this.flatten = new Flatten(1);
    this.head = new Linear(dim, o.num_classes);
    initialize(this, { linear: (m) => init.trunc_normal_(m.weight, { std: 0.02 }) });
  }

  override forward(x: Tensor): Tensor {
    const features = this.permute(this.norm(this.features(x)));
    return this.head(this.flatten(this.avgpool(features)));
  }
}

type Make = Builder<SwinTransformer, SwinTransformerOptions>;

function family(weights: WeightsEnum, embed_dim: number, middle: number, drop: number, version: 1 | 2): Make {
  const heads = embed_dim / 32;
  const window = version === 1 ? 7 : 8;
  const architecture: SwinTransformerArchitecture = {
    patch_size: [4, 4],
    embed_dim,
    depths: [2, 2, middle, 2],
    num_heads: [heads, 2 * heads, 4 * heads, 8 * heads],
    window_size: [window, window],
    version,
  };
  return builder(weights, (options) => new SwinTransformer(architecture, { stochastic_depth_prob: drop, ...options }));
}

/** Swin T. */
export const swin_t: Make = family(W.Swin_T_Weights, 96, 6, 0.2, 1);
/** Swin S. */
export const swin_s: Make = family(W.Swin_S_Weights, 96, 18, 0.3, 1);
/** Swin B. */
export const swin_b: Make = family(W.Swin_B_Weights, 128, 18, 0.5, 1);
/** Swin v2 T. */
export const swin_v2_t: Make = family(W.Swin_V2_T_Weights, 96, 6, 0.2, 2);
/** Swin v2 S. */
export const swin_v2_s: Make = family(W.Swin_V2_S_Weights, 96, 18, 0.3, 2);
/** Swin v2 B. */
export const swin_v2_b: Make = family(W.Swin_V2_B_Weights, 128, 18, 0.5, 2);
