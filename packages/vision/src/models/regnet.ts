import { type Tensor, ValueError } from "@tt/core";
import { AdaptiveAvgPool2d, BatchNorm2d, init, Linear, Module, ReLU, Sequential } from "@tt/nn";
import { keywords, type Layer, type LayerMaker } from "../layer.ts";
import { roundEven } from "../python.ts";
import { type ActivationMaker, activation, Conv2dNormActivation } from "../ops/conv_norm_activation.ts";
import { SqueezeExcitation } from "../ops/misc.ts";
import { makeDivisible } from "./divisible.ts";
import { initialize, normal001 } from "./initialize.ts";
import { type Builder, builder, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/regnet.ts";

/** What a RegNet's stages follow from. */
export interface RegNetParameters {
  depth: number;
  /** Width of the first block. */
  w_0: number;
  /** Growth of the width by block, before it is rounded. */
  w_a: number;
  /** Factor between the widths of stages. */
  w_m: number;
  group_width: number;
  bottleneck_multiplier?: number;
  /** Width of the squeeze-excitation by the block's input; none if null. */
  se_ratio?: number | null;
}

interface Stage {
  readonly width: number;
  readonly depth: number;
  readonly group_width: number;
}

/** Blocks of equal width make a stage; widths are those of a line, rounded to powers of `w_m` and multiples of 8. */
function stagesOf({ depth, w_0, w_a, w_m, group_width, bottleneck_multiplier = 1 }: RegNetParameters): Stage[] {
  if (w_a < 0 || w_0 <= 0 || w_m <= 1 || w_0 % 8 !== 0) throw new ValueError("Invalid RegNet settings");
  const counts = new Map<number, number>();
  for (let i = 0; i < depth; i++) {
    const capacity = roundEven(Math.log((i * w_a + w_0) / w_0) / Math.log(w_m));
    const width = roundEven((w_0 * w_m ** capacity) / 8) * 8;
    counts.set(width, (counts.get(width) ?? 0) + 1);
  }
  return Array.from(counts, ([width, blocks]) => {
    const between = Math.trunc(width * bottleneck_multiplier);
    const group = Math.min(group_width, between);
    const fitted = Math.trunc(makeDivisible(between, group) / bottleneck_multiplier);
    return { width: fitted, depth: blocks, group_width: group };
  });
}

interface BlockOptions {
  readonly stride: number;
  readonly norm_layer: LayerMaker;
  readonly activation_layer: ActivationMaker;
  readonly group_width: number;
  readonly bottleneck_multiplier: number;
  readonly se_ratio: number | null;
}

class BottleneckTransform extends Sequential {
  constructor(inputs: number, outputs: number, options: BlockOptions) {
    const { stride, norm_layer, activation_layer, group_width, bottleneck_multiplier, se_ratio } = options;
    const between = roundEven(outputs * bottleneck_multiplier);
    const groups = Math.floor(between / group_width);
    const shared = { norm_layer, activation_layer };
    super({
      a: new Conv2dNormActivation(inputs, between, { ...shared, kernel_size: 1, stride: 1 }),
      b: new Conv2dNormActivation(between, between, { ...shared, kernel_size: 3, stride, groups }),
      ...(se_ratio !== null && {
        se: new SqueezeExcitation(between, roundEven(se_ratio * inputs), { activation: activation_layer }),
      }),
      c: new Conv2dNormActivation(between, outputs, { kernel_size: 1, norm_layer, activation_layer: null }),
    });
  }
}

class ResBottleneckBlock extends Module {
  proj: Conv2dNormActivation | null;
  f: BottleneckTransform;
  activation: Layer;

  constructor(inputs: number, outputs: number, options: BlockOptions) {
    super();
    const { stride, norm_layer } = options;
    this.proj =
      inputs !== outputs || stride !== 1
        ? new Conv2dNormActivation(inputs, outputs, { kernel_size: 1, stride, norm_layer, activation_layer: null })
        : null;
    this.f = new BottleneckTransform(inputs, outputs, options);
    this.activation = activation(options.activation_layer, true);
  }

  override forward(x: Tensor): Tensor {
    const shortcut = this.proj === null ? x : this.proj(x);
    return this.activation(shortcut.add(this.f(x)));
  }
}

class AnyStage extends Sequential {}

export interface RegNetOptions {
  num_classes?: number;
  stem_width?: number;
  norm_layer?: LayerMaker;
  activation?: ActivationMaker;
}

/** RegNet (Radosavovic et al. 2020). */
export class RegNet extends Module {
  stem: Conv2dNormActivation;
  trunk_output: Sequential;
  avgpool: AdaptiveAvgPool2d;
  fc: Linear;

  constructor(parameters: RegNetParameters, options: RegNetOptions = {}) {
    super();
    const o = keywords<Required<RegNetOptions>>("RegNet.__init__()", options, {
      num_classes: 1000,
      stem_width: 32,
      norm_layer: BatchNorm2d,
      activation: ReLU,
    });
    const shared = { norm_layer: o.norm_layer, activation_layer: o.activation };
    this.stem = new SimpleStemIN(3, o.stem_width, { ...shared, kernel_size: 3, stride: 2 });
    const { bottleneck_multiplier = 1, se_ratio = null } = parameters;
    let inputs = o.stem_width;
    const trunk: Record<string, Module> = {};
    for (const [i, { width, depth, group_width }] of stagesOf(parameters).entries()) {
      const stage = new AnyStage();
      for (let j = 0; j < depth; j++) {
        const block = { ...shared, stride: j === 0 ? 2 : 1, group_width, bottleneck_multiplier, se_ratio };
        stage.add_module(`block${i + 1}-${j}`, new ResBottleneckBlock(j === 0 ? inputs : width, width, block));
      }
      trunk[`block${i + 1}`] = stage;
      inputs = width;
    }
    this.trunk_output = new Sequential(trunk);
    this.avgpool = new AdaptiveAvgPool2d([1, 1]);
    this.fc = new Linear({ in_features: inputs, out_features: o.num_classes });
    initialize(this, {
      conv: (m) => {
        const [height, width] = m.kernel_size as [number, number];
        init.normal_(m.weight, 0, Math.sqrt(2 / (height * width * m.out_channels)));
      },
      linear: normal001,
      keepConvBias: true,
    });
  }

  override forward(x: Tensor): Tensor {
    return this.fc(this.avgpool(this.trunk_output(this.stem(x))).flatten(1));
  }
}

class SimpleStemIN extends Conv2dNormActivation {}

type Make = Builder<RegNet, RegNetOptions>;

function family(
  weights: WeightsEnum,
  se_ratio: number | null,
  depth: number,
  w_0: number,
  w_a: number,
  w_m: number,
  group_width: number,
): Make {
  const parameters = { depth, w_0, w_a, w_m, group_width, se_ratio };
  return builder(weights, (options) => new RegNet(parameters, options));
}

/** RegNetY of 0.4 GFLOPs; the Y have squeeze-excitation. */
export const regnet_y_400mf: Make = family(W.RegNet_Y_400MF_Weights, 0.25, 16, 48, 27.89, 2.09, 8);
/** RegNetY of 0.8 GFLOPs. */
export const regnet_y_800mf: Make = family(W.RegNet_Y_800MF_Weights, 0.25, 14, 56, 38.84, 2.4, 16);
/** RegNetY of 1.6 GFLOPs. */
export const regnet_y_1_6gf: Make = family(W.RegNet_Y_1_6GF_Weights, 0.25, 27, 48, 20.71, 2.65, 24);
/** RegNetY of 3.2 GFLOPs. */
export const regnet_y_3_2gf: Make = family(W.RegNet_Y_3_2GF_Weights, 0.25, 21, 80, 42.63, 2.66, 24);
/** RegNetY of 8 GFLOPs. */
export const regnet_y_8gf: Make = family(W.RegNet_Y_8GF_Weights, 0.25, 17, 192, 76.82, 2.19, 56);
/** RegNetY of 16 GFLOPs. */
export const regnet_y_16gf: Make = family(W.RegNet_Y_16GF_Weights, 0.25, 18, 200, 106.23, 2.48, 112);
/** RegNetY of 32 GFLOPs. */
export const regnet_y_32gf: Make = family(W.RegNet_Y_32GF_Weights, 0.25, 20, 232, 115.89, 2.53, 232);
/** RegNetY of 128 GFLOPs. */
export const regnet_y_128gf: Make = family(W.RegNet_Y_128GF_Weights, 0.25, 27, 456, 160.83, 2.52, 264);
/** RegNetX of 0.4 GFLOPs. */
export const regnet_x_400mf: Make = family(W.RegNet_X_400MF_Weights, null, 22, 24, 24.48, 2.54, 16);
/** RegNetX of 0.8 GFLOPs. */
export const regnet_x_800mf: Make = family(W.RegNet_X_800MF_Weights, null, 16, 56, 35.73, 2.28, 16);
/** RegNetX of 1.6 GFLOPs. */
export const regnet_x_1_6gf: Make = family(W.RegNet_X_1_6GF_Weights, null, 18, 80, 34.01, 2.25, 24);
/** RegNetX of 3.2 GFLOPs. */
export const regnet_x_3_2gf: Make = family(W.RegNet_X_3_2GF_Weights, null, 25, 88, 26.31, 2.25, 48);
/** RegNetX of 8 GFLOPs. */
export const regnet_x_8gf: Make = family(W.RegNet_X_8GF_Weights, null, 23, 80, 49.56, 2.88, 120);
/** RegNetX of 16 GFLOPs. */
export const regnet_x_16gf: Make = family(W.RegNet_X_16GF_Weights, null, 22, 216, 55.59, 2.1, 128);
/** RegNetX of 32 GFLOPs. */
export const regnet_x_32gf: Make = family(W.RegNet_X_32GF_Weights, null, 23, 320, 69.86, 2, 168);
