import { type Tensor, ValueError } from "@tt/core";
import { AdaptiveAvgPool2d, BatchNorm2d, Dropout, init, Linear, Module, Sequential, SiLU } from "@tt/nn";
import { keywords, type LayerMaker } from "../layer.ts";
import { Conv2dNormActivation } from "../ops/conv_norm_activation.ts";
import { SqueezeExcitation } from "../ops/misc.ts";
import { StochasticDepth } from "../ops/stochastic_depth.ts";
import { makeDivisible } from "./divisible.ts";
import { initialize, kaimingFanOut } from "./initialize.ts";
import { type Builder, builder, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/efficientnet.ts";

/** A stage of blocks. */
export interface MBConvConfig {
  /** MBConv, or FusedMBConv, where a 3 x 3 convolution takes the place of the expansion and the depthwise one. */
  readonly fused: boolean;
  readonly expand_ratio: number;
  readonly kernel: number;
  readonly stride: number;
  readonly input_channels: number;
  readonly out_channels: number;
  readonly num_layers: number;
}

class MBConv extends Module {
  readonly use_res_connect: boolean;
  readonly out_channels: number;
  block: Sequential;
  stochastic_depth: StochasticDepth;

  constructor(config: MBConvConfig, drop: number, norm_layer: LayerMaker) {
    super();
    const { kernel, stride, input_channels: inputs, out_channels: outputs } = config;
    if (stride < 1 || stride > 2) throw new ValueError("illegal stride value");
    this.use_res_connect = stride === 1 && inputs === outputs;
    this.out_channels = outputs;
    const shared = { norm_layer, activation_layer: SiLU };
    const expanded = makeDivisible(inputs * config.expand_ratio, 8);
    const layers: Module[] = [];
    if (expanded !== inputs) layers.push(new Conv2dNormActivation(inputs, expanded, { ...shared, kernel_size: 1 }));
    layers.push(
      new Conv2dNormActivation(expanded, expanded, { ...shared, kernel_size: kernel, stride, groups: expanded }),
      new SqueezeExcitation(expanded, Math.max(1, Math.floor(inputs / 4)), {
        activation: () => new SiLU({ inplace: true }),
      }),
      new Conv2dNormActivation(expanded, outputs, { kernel_size: 1, norm_layer, activation_layer: null }),
    );
    this.block = new Sequential(...layers);
    this.stochastic_depth = new StochasticDepth(drop, "row");
  }

  override forward(input: Tensor): Tensor {
    const result = this.block(input);
    return this.use_res_connect ? this.stochastic_depth(result).add_(input) : result;
  }
}

class FusedMBConv extends Module {
  readonly use_res_connect: boolean;
  readonly out_channels: number;
  block: Sequential;
  stochastic_depth: StochasticDepth;

  constructor(config: MBConvConfig, drop: number, norm_layer: LayerMaker) {
    super();
    const { kernel: kernel_size, stride, input_channels: inputs, out_channels: outputs } = config;
    if (stride < 1 || stride > 2) throw new ValueError("illegal stride value");
    this.use_res_connect = stride === 1 && inputs === outputs;
    this.out_channels = outputs;
    const shared = { norm_layer, activation_layer: SiLU };
    const expanded = makeDivisible(inputs * config.expand_ratio, 8);
    this.block =
      expanded === inputs
        ? new Sequential(new Conv2dNormActivation(inputs, outputs, { ...shared, kernel_size, stride }))
        : new Sequential(
            new Conv2dNormActivation(inputs, expanded, { ...shared, kernel_size, stride }),
            new Conv2dNormActivation(expanded, outputs, { kernel_size: 1, norm_layer, activation_layer: null }),
          );
    this.stochastic_depth = new StochasticDepth(drop, "row");
  }

  override forward(input: Tensor): Tensor {
    const result = this.block(input);
    return this.use_res_connect ? this.stochastic_depth(result).add_(input) : result;
  }
}

export interface EfficientNetOptions {
  /** Probability of leaving out the last block; it grows from 0 at the first. */
  stochastic_depth_prob?: number;
  num_classes?: number;
  norm_layer?: LayerMaker;
  /** Width of the last convolution; four times its inputs if null. */
  last_channel?: number | null;
}

/** EfficientNet (Tan and Le 2019) and EfficientNet v2 (Tan and Le 2021). */
export class EfficientNet extends Module {
  features: Sequential;
  avgpool: AdaptiveAvgPool2d;
  classifier: Sequential;

  constructor(stages: readonly MBConvConfig[], dropout: number, options: EfficientNetOptions = {}) {
    super();
    const o = keywords<Required<EfficientNetOptions>>("EfficientNet.__init__()", options, {
      stochastic_depth_prob: 0.2,
      num_classes: 1000,
      norm_layer: BatchNorm2d,
      last_channel: null,
    });
    const [first] = stages;
    if (first === undefined) throw new ValueError("The inverted_residual_setting should not be empty");
    const { norm_layer } = o;
    const shared = { norm_layer, activation_layer: SiLU };
    const total = stages.reduce((sum, stage) => sum + stage.num_layers, 0);
    let count = 0;
    const layers: Module[] = [
      new Conv2dNormActivation(3, first.input_channels, { ...shared, kernel_size: 3, stride: 2 }),
    ];
    for (const stage of stages) {
      const blocks = Array.from({ length: stage.num_layers }, (_, i) => {
        const config = i === 0 ? stage : { ...stage, input_channels: stage.out_channels, stride: 1 };
        const drop = (o.stochastic_depth_prob * count++) / total;
        return config.fused ? new FusedMBConv(config, drop, norm_layer) : new MBConv(config, drop, norm_layer);
      });
      layers.push(new Sequential(...blocks));
    }
    const last = stages.at(-1)!.out_channels;
    const wide = o.last_channel ?? 4 * last;
    layers.push(new Conv2dNormActivation(last, wide, { ...shared, kernel_size: 1 }));
    this.features = new Sequential(...layers);
    this.avgpool = new AdaptiveAvgPool2d(1);
    this.classifier = new Sequential(new Dropout({ p: dropout, inplace: true }), new Linear(wide, o.num_classes));
    initialize(this, {
      conv: kaimingFanOut,
      linear: (m) => init.uniform_(m.weight, -1 / Math.sqrt(m.out_features), 1 / Math.sqrt(m.out_features)),
    });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1));
  }
}

/** Expansion, kernel, stride, channels in and out, blocks. */
type Row = readonly [number, number, number, number, number, number];

const config = (
  [expand_ratio, kernel, stride, input_channels, out_channels, num_layers]: Row,
  fused: boolean,
): MBConvConfig => ({
  fused,
  expand_ratio,
  kernel,
  stride,
  input_channels,
  out_channels,
  num_layers,
});

const V1: readonly Row[] = [
  [1, 3, 1, 32, 16, 1],
  [6, 3, 2, 16, 24, 2],
  [6, 5, 2, 24, 40, 2],
  [6, 3, 2, 40, 80, 3],
  [6, 5, 1, 80, 112, 3],
  [6, 5, 2, 112, 192, 4],
  [6, 3, 1, 192, 320, 1],
];

function v1(
  weights: WeightsEnum,
  width: number,
  depth: number,
  dropout: number,
  norm_layer: LayerMaker = BatchNorm2d,
): Builder<EfficientNet, EfficientNetOptions> {
  const stages = V1.map(([expand, kernel, stride, inputs, outputs, layers]) =>
    config(
      [
        expand,
        kernel,
        stride,
        makeDivisible(inputs * width, 8),
        makeDivisible(outputs * width, 8),
        Math.ceil(layers * depth),
      ],
      false,
    ),
  );
  return builder(weights, (options) => new EfficientNet(stages, dropout, { norm_layer, ...options }));
}

/** The first three stages are fused. */
function v2(weights: WeightsEnum, rows: readonly Row[], dropout: number): Builder<EfficientNet, EfficientNetOptions> {
  const stages = rows.map((row, i) => config(row, i < 3));
  const norm_layer = (channels: number): BatchNorm2d => new BatchNorm2d(channels, { eps: 0.001 });
  return builder(
    weights,
    (options) => new EfficientNet(stages, dropout, { norm_layer, last_channel: 1280, ...options }),
  );
}

const slow = (channels: number): BatchNorm2d => new BatchNorm2d(channels, { eps: 0.001, momentum: 0.01 });

type Make = Builder<EfficientNet, EfficientNetOptions>;

/** EfficientNet B0, for images of 224 x 224. */
export const efficientnet_b0: Make = v1(W.EfficientNet_B0_Weights, 1, 1, 0.2);
/** EfficientNet B1, for 240 x 240. */
export const efficientnet_b1: Make = v1(W.EfficientNet_B1_Weights, 1, 1.1, 0.2);
/** EfficientNet B2, for 288 x 288. */
export const efficientnet_b2: Make = v1(W.EfficientNet_B2_Weights, 1.1, 1.2, 0.3);
/** EfficientNet B3, for 300 x 300. */
export const efficientnet_b3: Make = v1(W.EfficientNet_B3_Weights, 1.2, 1.4, 0.3);
/** EfficientNet B4, for 380 x 380. */
export const efficientnet_b4: Make = v1(W.EfficientNet_B4_Weights, 1.4, 1.8, 0.4);
/** EfficientNet B5, for 456 x 456. */
export const efficientnet_b5: Make = v1(W.EfficientNet_B5_Weights, 1.6, 2.2, 0.4, slow);
/** EfficientNet B6, for 528 x 528. */
export const efficientnet_b6: Make = v1(W.EfficientNet_B6_Weights, 1.8, 2.6, 0.5, slow);
/** EfficientNet B7, for 600 x 600. */
export const efficientnet_b7: Make = v1(W.EfficientNet_B7_Weights, 2, 3.1, 0.5, slow);

/** EfficientNet v2 S. */
export const efficientnet_v2_s: Make = v2(
  W.EfficientNet_V2_S_Weights,
  [
    [1, 3, 1, 24, 24, 2],
    [4, 3, 2, 24, 48, 4],
    [4, 3, 2, 48, 64, 4],
    [4, 3, 2, 64, 128, 6],
    [6, 3, 1, 128, 160, 9],
    [6, 3, 2, 160, 256, 15],
  ],
  0.2,
);
/** EfficientNet v2 M. */
export const efficientnet_v2_m: Make = v2(
  W.EfficientNet_V2_M_Weights,
  [
    [1, 3, 1, 24, 24, 3],
    [4, 3, 2, 24, 48, 5],
    [4, 3, 2, 48, 80, 5],
    [4, 3, 2, 80, 160, 7],
    [6, 3, 1, 160, 176, 14],
    [6, 3, 2, 176, 304, 18],
    [6, 3, 1, 304, 512, 5],
  ],
  0.3,
);
/** EfficientNet v2 L. */
export const efficientnet_v2_l: Make = v2(
  W.EfficientNet_V2_L_Weights,
  [
    [1, 3, 1, 32, 32, 4],
    [4, 3, 2, 32, 64, 7],
    [4, 3, 2, 64, 96, 7],
    [4, 3, 2, 96, 192, 10],
    [6, 3, 1, 192, 224, 19],
    [6, 3, 2, 224, 384, 25],
    [6, 3, 1, 384, 640, 7],
  ],
  0.4,
);
