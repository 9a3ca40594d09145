import { type Tensor, ValueError } from "@tt/core";
import { BatchNorm2d, Conv2d, Dropout, functional as F, Linear, Module, ReLU6, Sequential } from "@tt/nn";
import { keywords, type LayerMaker, make } from "../layer.ts";
import { Conv2dNormActivation } from "../ops/conv_norm_activation.ts";
import { makeDivisible } from "./divisible.ts";
import { initialize, kaimingFanOut, normal001 } from "./initialize.ts";
import { type Builder, builder } from "./weights.ts";
import { MobileNet_V2_Weights } from "./weights/mobilenetv2.ts";

class InvertedResidual extends Module {
  readonly stride: number;
  readonly use_res_connect: boolean;
  readonly out_channels: number;
  conv: Sequential;

  constructor(inputs: number, outputs: number, stride: number, expand: number, norm_layer: LayerMaker) {
    super();
    if (stride !== 1 && stride !== 2) throw new ValueError(`stride should be 1 or 2 insted of ${stride}`);
    this.stride = stride;
    this.out_channels = outputs;
    this.use_res_connect = stride === 1 && inputs === outputs;
    const hidden = Math.round(inputs * expand);
    const shared = { norm_layer, activation_layer: ReLU6 };
    const layers: Module[] = [];
    if (expand !== 1) layers.push(new Conv2dNormActivation(inputs, hidden, { ...shared, kernel_size: 1 }));
    layers.push(new Conv2dNormActivation(hidden, hidden, { ...shared, stride, groups: hidden }));
    layers.push(new Conv2d(hidden, outputs, 1, 1, 0, { bias: false }), make(norm_layer, outputs));
    this.conv = new Sequential(...layers);
  }

  override forward(x: Tensor): Tensor {
    return this.use_res_connect ? x.add(this.conv(x)) : this.conv(x);
  }
}

export interface MobileNetV2Options {
  num_classes?: number;
  /** Scales the number of channels of every layer. */
  width_mult?: number;
  /** Stages: expansion, channels, blocks, stride. */
  inverted_residual_setting?: readonly (readonly [number, number, number, number])[] | null;
  /** Numbers of channels are multiples of this. */
  round_nearest?: number;
  norm_layer?: LayerMaker;
  dropout?: number;
}

const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNet v2 (Sandler et al. 2018). */
export class MobileNetV2 extends Module {
  readonly last_channel: number;
  features: Sequential;
  classifier: Sequential;

  constructor(options: MobileNetV2Options = {}) {
    super();
    const o = keywords<Required<MobileNetV2Options>>("MobileNetV2.__init__()", options, {
      num_classes: 1000,
      width_mult: 1,
      inverted_residual_setting: null,
      round_nearest: 8,
      norm_layer: BatchNorm2d,
      dropout: 0.2,
    });
    const stages = o.inverted_residual_setting ?? STAGES;
    if (stages[0]?.length !== 4) {
      throw new ValueError(
        `inverted_residual_setting should be non-empty or a 4-element list, got ${JSON.stringify(stages)}`,
      );
    }
    const shared = { norm_layer: o.norm_layer, activation_layer: ReLU6 };
    let inputs = makeDivisible(32 * o.width_mult, o.round_nearest);
    this.last_channel = makeDivisible(1280 * Math.max(1, o.width_mult), o.round_nearest);
    const features: Module[] = [new Conv2dNormActivation(3, inputs, { ...shared, stride: 2 })];
    for (const [expand, channels, blocks, stride] of stages) {
      const outputs = makeDivisible(channels * o.width_mult, o.round_nearest);
      for (let i = 0; i < blocks; i++) {
        features.push(new InvertedResidual(inputs, outputs, i === 0 ? stride : 1, expand, o.norm_layer));
        inputs = outputs;
      }
    }
    features.push(new Conv2dNormActivation(inputs, this.last_channel, { ...shared, kernel_size: 1 }));
    this.features = new Sequential(...features);
    this.classifier = new Sequential(new Dropout({ p: o.dropout }), new Linear(this.last_channel, o.num_classes));
    initialize(this, { conv: kaimingFanOut, linear: normal001 });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(F.adaptive_avg_pool2d(this.features(x), [1, 1]).flatten(1));
  }
}

/** MobileNet v2. */
export const mobilenet_v2: Builder<MobileNetV2, MobileNetV2Options> = builder(
  MobileNet_V2_Weights,
  (options) => new MobileNetV2(options),
);
