import { type Tensor, ValueError } from "@tt/core";
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Dropout,
  Hardsigmoid,
  Hardswish,
  Linear,
  Module,
  ReLU,
  Sequential,
} from "@tt/nn";
import { keywords, type LayerMaker } from "../layer.ts";
import { Conv2dNormActivation } from "../ops/conv_norm_activation.ts";
import { SqueezeExcitation } from "../ops/misc.ts";
import { makeDivisible } from "./divisible.ts";
import { initialize, kaimingFanOut, normal001 } from "./initialize.ts";
import { type Builder, builder } from "./weights.ts";
import { MobileNet_V3_Large_Weights, MobileNet_V3_Small_Weights } from "./weights/mobilenetv3.ts";

/** A block: channels in, kernel, channels between, channels out, squeeze-excitation, activation, stride, dilation. */
type Row = readonly [number, number, number, number, boolean, "RE" | "HS", number, number];

class InvertedResidual extends Module {
  readonly use_res_connect: boolean;
  readonly out_channels: number;
  block: Sequential;

  constructor([inputs, kernel_size, expanded, outputs, squeeze, kind, stride, dilation]: Row, norm_layer: LayerMaker) {
    super();
    this.use_res_connect = stride === 1 && inputs === outputs;
    this.out_channels = outputs;
    const shared = { norm_layer, activation_layer: kind === "HS" ? Hardswish : ReLU };
    const layers: Module[] = [];
    if (expanded !== inputs) layers.push(new Conv2dNormActivation(inputs, expanded, { ...shared, kernel_size: 1 }));
    const step = dilation > 1 ? 1 : stride;
    layers.push(
      new Conv2dNormActivation(expanded, expanded, {
        ...shared,
        kernel_size,
        stride: step,
        dilation,
        groups: expanded,
      }),
    );
    if (squeeze) {
      const squeezed = makeDivisible(Math.floor(expanded / 4), 8);
      layers.push(new SqueezeExcitation(expanded, squeezed, { scale_activation: Hardsigmoid }));
    }
    layers.push(new Conv2dNormActivation(expanded, outputs, { kernel_size: 1, norm_layer, activation_layer: null }));
    this.block = new Sequential(...layers);
  }

  override forward(input: Tensor): Tensor {
    const result = this.block(input);
    return this.use_res_connect ? result.add_(input) : result;
  }
}

export interface MobileNetV3Options {
  num_classes?: number;
  norm_layer?: LayerMaker;
  dropout?: number;
}

export interface MobileNetV3BuilderOptions extends MobileNetV3Options {
  /** Scales the number of channels of every layer. */
  width_mult?: number;
  /** Halves the channels of the last layers. */
  reduced_tail?: boolean;
  /** Dilates the last stage instead of striding. */
  dilated?: boolean;
}

/** MobileNet v3 (Howard et al. 2019). */
export class MobileNetV3 extends Module {
  features: Sequential;
  avgpool: AdaptiveAvgPool2d;
  classifier: Sequential;

  /**
   * @param rows - the blocks
   * @param last_channel - width of the layer before the last
   */
  constructor(rows: readonly Row[], last_channel: number, options: MobileNetV3Options = {}) {
    super();
    const [first] = rows;
    const last = rows.at(-1);
    if (first === undefined || last === undefined) {
      throw new ValueError("The inverted_residual_setting should not be empty");
    }
    const o = keywords<Required<MobileNetV3Options>>("MobileNetV3.__init__()", options, {
      num_classes: 1000,
      norm_layer: (channels) => new BatchNorm2d(channels, { eps: 0.001, momentum: 0.01 }),
      dropout: 0.2,
    });
    const shared = { norm_layer: o.norm_layer, activation_layer: Hardswish };
    const wide = 6 * last[3];
    this.features = new Sequential(
      new Conv2dNormActivation(3, first[0], { ...shared, kernel_size: 3, stride: 2 }),
      ...rows.map((row) => new InvertedResidual(row, o.norm_layer)),
      new Conv2dNormActivation(last[3], wide, { ...shared, kernel_size: 1 }),
    );
    this.avgpool = new AdaptiveAvgPool2d(1);
    this.classifier = new Sequential(
      new Linear(wide, last_channel),
      new Hardswish({ inplace: true }),
      new Dropout({ p: o.dropout, inplace: true }),
      new Linear(last_channel, o.num_classes),
    );
    initialize(this, { conv: kaimingFanOut, linear: normal001 });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1));
  }
}

function large(tail: number, dilation: number): Row[] {
  return [
    [16, 3, 16, 16, false, "RE", 1, 1],
    [16, 3, 64, 24, false, "RE", 2, 1],
    [24, 3, 72, 24, false, "RE", 1, 1],
    [24, 5, 72, 40, true, "RE", 2, 1],
    [40, 5, 120, 40, true, "RE", 1, 1],
    [40, 5, 120, 40, true, "RE", 1, 1],
    [40, 3, 240, 80, false, "HS", 2, 1],
    [80, 3, 200, 80, false, "HS", 1, 1],
    [80, 3, 184, 80, false, "HS", 1, 1],
    [80, 3, 184, 80, false, "HS", 1, 1],
    [80, 3, 480, 112, true, "HS", 1, 1],
    [112, 3, 672, 112, true, "HS", 1, 1],
    [112, 5, 672, 160 / tail, true, "HS", 2, dilation],
    [160 / tail, 5, 960 / tail, 160 / tail, true, "HS", 1, dilation],
    [160 / tail, 5, 960 / tail, 160 / tail, true, "HS", 1, dilation],
  ];
}

function small(tail: number, dilation: number): Row[] {
  return [
    [16, 3, 16, 16, true, "RE", 2, 1],
    [16, 3, 72, 24, false, "RE", 2, 1],
    [24, 3, 88, 24, false, "RE", 1, 1],
    [24, 5, 96, 40, true, "HS", 2, 1],
    [40, 5, 240, 40, true, "HS", 1, 1],
    [40, 5, 240, 40, true, "HS", 1, 1],
    [40, 5, 120, 48, true, "HS", 1, 1],
    [48, 5, 144, 48, true, "HS", 1, 1],
    [48, 5, 288, 96 / tail, true, "HS", 2, dilation],
    [96 / tail, 5, 576 / tail, 96 / tail, true, "HS", 1, dilation],
    [96 / tail, 5, 576 / tail, 96 / tail, true, "HS", 1, dilation],
  ];
}

function construct(
  table: (tail: number, dilation: number) => Row[],
  lastChannel: number,
  options: MobileNetV3BuilderOptions,
): MobileNetV3 {
  const { width_mult = 1, reduced_tail = false, dilated = false, ...rest } = options;
  const tail = reduced_tail ? 2 : 1;
  const scale = (channels: number): number => makeDivisible(channels * width_mult, 8);
  const rows = table(tail, dilated ? 2 : 1).map(([inputs, kernel, expanded, outputs, ...others]): Row => [
    scale(inputs),
    kernel,
    scale(expanded),
    scale(outputs),
    ...others,
  ]);
  return new MobileNetV3(rows, scale(lastChannel / tail), rest);
}

/** The large MobileNet v3. */
export const mobilenet_v3_large: Builder<MobileNetV3, MobileNetV3BuilderOptions> = builder(
  MobileNet_V3_Large_Weights,
  (options) => construct(large, 1280, options),
);
/** The small MobileNet v3. */
export const mobilenet_v3_small: Builder<MobileNetV3, MobileNetV3BuilderOptions> = builder(
  MobileNet_V3_Small_Weights,
  (options) => construct(small, 1024, options),
);
