import { full, Parameter, type Tensor, ValueError } from "@tt/core";
import {
  AdaptiveAvgPool2d,
  Conv2d,
  Flatten,
  functional as F,
  GELU,
  init,
  LayerNorm,
  Linear,
  Module,
  Sequential,
} from "@tt/nn";
import { keywords, type LayerMaker, make } from "../layer.ts";
import { Conv2dNormActivation } from "../ops/conv_norm_activation.ts";
import { Permute } from "../ops/misc.ts";
import { StochasticDepth } from "../ops/stochastic_depth.ts";
import { initialize } from "./initialize.ts";
import { type Builder, builder, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/convnext.ts";

/** Normalises the channels of [N, C, H, W] at each place. */
class LayerNorm2d extends LayerNorm {
  override forward(x: Tensor): Tensor {
    const last = x.permute(0, 2, 3, 1);
    return F.layer_norm(last, this.normalized_shape, this.weight, this.bias, this.eps).permute(0, 3, 1, 2);
  }
}

class CNBlock extends Module {
  block: Sequential;
  layer_scale: Parameter;
  stochastic_depth: StochasticDepth;

  constructor(dim: number, scale: number, drop: number) {
    super();
    this.block = new Sequential(
      new Conv2d(dim, dim, { kernel_size: 7, padding: 3, groups: dim, bias: true }),
      new Permute([0, 2, 3, 1]),
      new LayerNorm(dim, { eps: 1e-6 }),
      new Linear(dim, 4 * dim),
      new GELU(),
      new Linear(4 * dim, dim),
      new Permute([0, 3, 1, 2]),
    );
    this.layer_scale = new Parameter(full([dim, 1, 1], scale));
    this.stochastic_depth = new StochasticDepth(drop, "row");
  }

  override forward(input: Tensor): Tensor {
    const result = this.layer_scale.mul(this.block(input));
    return this.stochastic_depth(result).add_(input);
  }
}

/** A stage: channels, those after it (null for the last), and blocks. */
export type CNBlockConfig = readonly [input_channels: number, out_channels: number | null, num_layers: number];

export interface ConvNeXtOptions {
  /** Probability of leaving out the last block; it grows from 0 at the first. */
  stochastic_depth_prob?: number;
  /** What the residual branches are scaled with at first. */
  layer_scale?: number;
  num_classes?: number;
  norm_layer?: LayerMaker;
}

/** ConvNeXt (Liu et al. 2022). */
export class ConvNeXt extends Module {
  features: Sequential;
  avgpool: AdaptiveAvgPool2d;
  classifier: Sequential;

  constructor(stages: readonly CNBlockConfig[], options: ConvNeXtOptions = {}) {
    super();
    const o = keywords<Required<ConvNeXtOptions>>("ConvNeXt.__init__()", options, {
      stochastic_depth_prob: 0,
      layer_scale: 1e-6,
      num_classes: 1000,
      norm_layer: (channels) => new LayerNorm2d(channels, { eps: 1e-6 }),
    });
    const [first] = stages;
    if (first === undefined) throw new ValueError("The block_setting should not be empty");
    const { norm_layer } = o;
    const stem = { kernel_size: 4, stride: 4, padding: 0, norm_layer, activation_layer: null, bias: true };
    const layers: Module[] = [new Conv2dNormActivation(3, first[0], stem)];
    const total = stages.reduce((sum, [, , blocks]) => sum + blocks, 0);
    let count = 0;
    for (const [channels, next, blocks] of stages) {
      const stage = Array.from(
        { length: blocks },
        () => new CNBlock(channels, o.layer_scale, (o.stochastic_depth_prob * count++) / (total - 1)),
      );
      layers.push(new Sequential(...stage));
      if (next === null) continue;
      const norm = make(norm_layer, channels);
      layers.push(new Sequential(norm, new Conv2d(channels, next, { kernel_size: 2, stride: 2 })));
    }
    this.features = new Sequential(...layers);
    this.avgpool = new AdaptiveAvgPool2d(1);
    const [inputs, outputs] = stages.at(-1)!;
    const last = outputs ?? inputs;
    this.classifier = new Sequential(make(norm_layer, last), new Flatten(1), new Linear(last, o.num_classes));
    const draw = (m: Conv2d | Linear): void => void init.trunc_normal_(m.weight, { std: 0.02 });
    initialize(this, { conv: draw, linear: draw });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)));
  }
}

type Make = Builder<ConvNeXt, ConvNeXtOptions>;

function family(weights: WeightsEnum, width: number, depth: number, stochastic_depth_prob: number): Make {
  const stages: CNBlockConfig[] = [
    [width, 2 * width, 3],
    [2 * width, 4 * width, 3],
    [4 * width, 8 * width, depth],
    [8 * width, null, 3],
  ];
  return builder(weights, (options) => new ConvNeXt(stages, { stochastic_depth_prob, ...options }));
}

/** ConvNeXt T. */
export const convnext_tiny: Make = family(W.ConvNeXt_Tiny_Weights, 96, 9, 0.1);
/** ConvNeXt S. */
export const convnext_small: Make = family(W.ConvNeXt_Small_Weights, 96, 27, 0.4);
/** ConvNeXt B. */
export const convnext_base: Make = family(W.ConvNeXt_Base_Weights, 128, 27, 0.5);
/** ConvNeXt L. */
export const convnext_large: Make = family(W.ConvNeXt_Large_Weights, 192, 27, 0.5);
