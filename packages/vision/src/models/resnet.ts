import { NotImplementedError, type Tensor, ValueError } from "@tt/core";
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  GroupNorm,
  init,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "@tt/nn";
import { keywords, type Layer, type LayerMaker, make } from "../layer.ts";
import { type Builder, builder, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/resnet.ts";

const conv3x3 = (inputs: number, outputs: number, stride = 1, groups = 1, dilation = 1): Conv2d =>
  new Conv2d(inputs, outputs, { kernel_size: 3, stride, padding: dilation, groups, bias: false, dilation });

const conv1x1 = (inputs: number, outputs: number, stride = 1): Conv2d =>
  new Conv2d(inputs, outputs, { kernel_size: 1, stride, bias: false });

export interface ResNetBlockOptions {
  stride?: number;
  /** Brings the input to the shape of the output; null where it has it. */
  downsample?: Layer | null;
  groups?: number;
  base_width?: number;
  dilation?: number;
  norm_layer?: LayerMaker;
}

const BLOCK: Required<ResNetBlockOptions> = {
  stride: 1,
  downsample: null,
  groups: 1,
  base_width: 64,
  dilation: 1,
  norm_layer: BatchNorm2d,
};

/** Two 3 x 3 convolutions and a shortcut (He et al. 2015). */
export class BasicBlock extends Module {
  static readonly expansion: number = 1;
  conv1: Conv2d;
  bn1: Layer;
  relu: ReLU;
  conv2: Conv2d;
  bn2: Layer;
  downsample: Layer | null;
  readonly stride: number;

  constructor(inplanes: number, planes: number, options: ResNetBlockOptions = {}) {
    super();
    const o = keywords("BasicBlock.__init__()", options, BLOCK);
    if (o.groups !== 1 || o.base_width !== 64) {
      throw new ValueError("BasicBlock only supports groups=1 and base_width=64");
    }
    if (o.dilation > 1) throw new NotImplementedError("Dilation > 1 not supported in BasicBlock");
    this.conv1 = conv3x3(inplanes, planes, o.stride);
    this.bn1 = make(o.norm_layer, planes);
    this.relu = new ReLU({ inplace: true });
    this.conv2 = conv3x3(planes, planes);
    this.bn2 = make(o.norm_layer, planes);
    this.downsample = o.downsample;
    this.stride = o.stride;
  }

  override forward(x: Tensor): Tensor {
    let out = this.relu(this.bn1(this.conv1(x)));
    out = this.bn2(this.conv2(out));
    const identity = this.downsample === null ? x : this.downsample(x);
    return this.relu(out.add_(identity));
  }
}

/** Convolutions of 1 x 1, 3 x 3 (which strides, unlike the paper's) and 1 x 1, and a shortcut. */
export class Bottleneck extends Module {
  static readonly expansion: number = 4;
  conv1: Conv2d;
  bn1: Layer;
  conv2: Conv2d;
  bn2: Layer;
  conv3: Conv2d;
  bn3: Layer;
  relu: ReLU;
  downsample: Layer | null;
  readonly stride: number;

  constructor(inplanes: number, planes: number, options: ResNetBlockOptions = {}) {
    super();
    const o = keywords("Bottleneck.__init__()", options, BLOCK);
    const width = Math.trunc(planes * (o.base_width / 64)) * o.groups;
    this.conv1 = conv1x1(inplanes, width);
    this.bn1 = make(o.norm_layer, width);
    this.conv2 = conv3x3(width, width, o.stride, o.groups, o.dilation);
    this.bn2 = make(o.norm_layer, width);
    this.conv3 = conv1x1(width, planes * Bottleneck.expansion);
    this.bn3 = make(o.norm_layer, planes * Bottleneck.expansion);
    this.relu = new ReLU({ inplace: true });
    this.downsample = o.downsample;
    this.stride = o.stride;
  }

  override forward(x: Tensor): Tensor {
    let out = this.relu(this.bn1(this.conv1(x)));
    out = this.relu(this.bn2(this.conv2(out)));
    out = this.bn3(this.conv3(out));
    const identity = this.downsample === null ? x : this.downsample(x);
    return this.relu(out.add_(identity));
  }
}

export interface ResNetOptions {
  num_classes?: number;
  /** Starts every block as the identity (Goyal et al. 2017). */
  zero_init_residual?: boolean;
  groups?: number;
  width_per_group?: number;
  /** For the last three stages: dilates instead of striding. */
  replace_stride_with_dilation?: readonly [boolean, boolean, boolean] | null;
  norm_layer?: LayerMaker;
}

export type ResNetBlock = typeof BasicBlock | typeof Bottleneck;

/**
 * Residual networks (He et al., Deep Residual Learning for Image Recognition): input [N, 3, H, W], output
 * [N, num_classes].
 */
export class ResNet extends Module {
  conv1: Conv2d;
  bn1: Layer;
  relu: ReLU;
  maxpool: Layer;
  layer1: Sequential;
  layer2: Sequential;
  layer3: Sequential;
  layer4: Sequential;
  avgpool: AdaptiveAvgPool2d;
  fc: Linear;

  /** @param layers - how many blocks each of the four stages has */
  constructor(block: ResNetBlock, layers: readonly [number, number, number, number], options: ResNetOptions = {}) {
    super();
    const o = keywords<Required<ResNetOptions>>("ResNet.__init__()", options, {
      num_classes: 1000,
      zero_init_residual: false,
      groups: 1,
      width_per_group: 64,
      replace_stride_with_dilation: null,
      norm_layer: BatchNorm2d,
    });
    const dilate = o.replace_stride_with_dilation ?? [false, false, false];
    if (dilate.length !== 3) {
      throw new ValueError(`replace_stride_with_dilation should be None or a 3-element tuple, got ${String(dilate)}`);
    }
    const stages = new Stages(block, o);
    this.conv1 = new Conv2d(3, 64, { kernel_size: 7, stride: 2, padding: 3, bias: false });
    this.bn1 = make(o.norm_layer, 64);
    this.relu = new ReLU({ inplace: true });
    this.maxpool = new MaxPool2d({ kernel_size: 3, stride: 2, padding: 1 });
    this.layer1 = stages.next(64, layers[0], 1, false);
    this.layer2 = stages.next(128, layers[1], 2, dilate[0]);
    this.layer3 = stages.next(256, layers[2], 2, dilate[1]);
    this.layer4 = stages.next(512, layers[3], 2, dilate[2]);
    this.avgpool = new AdaptiveAvgPool2d([1, 1]);
    this.fc = new Linear(512 * block.expansion, o.num_classes);
    this.initialize(o.zero_init_residual);
  }

  private initialize(zeroResidual: boolean): void {
    for (const m of this.modules()) {
      if (m instanceof Conv2d) init.kaiming_normal_(m.weight, { mode: "fan_out", nonlinearity: "relu" });
      else if ((m instanceof BatchNorm2d || m instanceof GroupNorm) && m.weight !== null && m.bias !== null) {
        init.constant_(m.weight, 1);
        init.constant_(m.bias, 0);
      }
    }
    if (!zeroResidual) return;
    for (const m of this.modules()) {
      const last = m instanceof Bottleneck ? m.bn3 : m instanceof BasicBlock ? m.bn2 : null;
      const weight = (last as { weight?: Tensor | null } | null)?.weight ?? null;
      if (weight !== null) init.constant_(weight, 0);
    }
  }

  override forward(x: Tensor): Tensor {
    let out: Tensor = this.maxpool(this.relu(this.bn1(this.conv1(x))));
    out = this.layer4(this.layer3(this.layer2(this.layer1(out))));
    return this.fc(this.avgpool(out).flatten(1));
  }
}

/** Makes the stages one after another, keeping what the next one starts with. */
class Stages {
  private readonly block: ResNetBlock;
  private readonly options: Required<ResNetOptions>;
  private inplanes = 64;
  private dilation = 1;

  constructor(block: ResNetBlock, options: Required<ResNetOptions>) {
    this.block = block;
    this.options = options;
  }

  next(planes: number, blocks: number, stride: number, dilate: boolean): Sequential {
    const { block, options } = this;
    const { groups, width_per_group: base_width, norm_layer } = options;
    const before = this.dilation;
    if (dilate) this.dilation *= stride;
    const step = dilate ? 1 : stride;
    const outputs = planes * block.expansion;
    const downsample =
      step !== 1 || this.inplanes !== outputs
        ? new Sequential(conv1x1(this.inplanes, outputs, step), make(norm_layer, outputs))
        : null;
    const shared = { groups, base_width, norm_layer };
    const first = new block(this.inplanes, planes, { ...shared, stride: step, downsample, dilation: before });
    this.inplanes = outputs;
    const rest = Array.from(
      { length: blocks - 1 },
      () => new block(outputs, planes, { ...shared, dilation: this.dilation }),
    );
    return new Sequential(first, ...rest);
  }
}

function family(
  weights: WeightsEnum,
  block: ResNetBlock,
  layers: readonly [number, number, number, number],
  width: Pick<ResNetOptions, "groups" | "width_per_group"> = {},
): Builder<ResNet, ResNetOptions> {
  return builder(weights, (options) => new ResNet(block, layers, { ...options, ...width }));
}

/**
 * ResNet-18.
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { models } from "@tt/vision";
 * const net = models.resnet18({ num_classes: 10 });
 * net(rand(2, 3, 32, 32)).shape; // [2, 10]
 * ```
 */
export const resnet18: Builder<ResNet, ResNetOptions> = family(W.ResNet18_Weights, BasicBlock, [2, 2, 2, 2]);
/** ResNet-34. */
export const resnet34: Builder<ResNet, ResNetOptions> = family(W.ResNet34_Weights, BasicBlock, [3, 4, 6, 3]);
/** ResNet-50. */
export const resnet50: Builder<ResNet, ResNetOptions> = family(W.ResNet50_Weights, Bottleneck, [3, 4, 6, 3]);
/** ResNet-101. */
export const resnet101: Builder<ResNet, ResNetOptions> = family(W.ResNet101_Weights, Bottleneck, [3, 4, 23, 3]);
/** ResNet-152. */
export const resnet152: Builder<ResNet, ResNetOptions> = family(W.ResNet152_Weights, Bottleneck, [3, 8, 36, 3]);

/** ResNeXt-50 with 32 groups 4 wide (Xie et al. 2016). */
export const resnext50_32x4d: Builder<ResNet, ResNetOptions> = family(
  W.ResNeXt50_32X4D_Weights,
  Bottleneck,
  [3, 4, 6, 3],
  { groups: 32, width_per_group: 4 },
);
/** ResNeXt-101 with 32 groups 8 wide. */
export const resnext101_32x8d: Builder<ResNet, ResNetOptions> = family(
  W.ResNeXt101_32X8D_Weights,
  Bottleneck,
  [3, 4, 23, 3],
  { groups: 32, width_per_group: 8 },
);
/** ResNeXt-101 with 64 groups 4 wide. */
export const resnext101_64x4d: Builder<ResNet, ResNetOptions> = family(
  W.ResNeXt101_64X4D_Weights,
  Bottleneck,
  [3, 4, 23, 3],
  { groups: 64, width_per_group: 4 },
);

/** ResNet-50 with 3 x 3 convolutions twice as wide (Zagoruyko and Komodakis 2016). */
export const wide_resnet50_2: Builder<ResNet, ResNetOptions> = family(
  W.Wide_ResNet50_2_Weights,
  Bottleneck,
  [3, 4, 6, 3],
  { width_per_group: 128 },
);
/** ResNet-101 with 3 x 3 convolutions twice as wide. */
export const wide_resnet101_2: Builder<ResNet, ResNetOptions> = family(
  W.Wide_ResNet101_2_Weights,
  Bottleneck,
  [3, 4, 23, 3],
  { width_per_group: 128 },
);
