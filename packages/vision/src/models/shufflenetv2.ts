import { cat, type Tensor, ValueError } from "@tt/core";
import { BatchNorm2d, Conv2d, Linear, MaxPool2d, Module, ReLU, Sequential } from "@tt/nn";
import { keywords, type Layer } from "../layer.ts";
import { type Builder, builder, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/shufflenetv2.ts";

const relu = (): ReLU => new ReLU({ inplace: true });

/** Interleaves the channels of `groups` groups. */
function shuffleChannels(x: Tensor, groups: number): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const grouped = x.view(batch, groups, Math.floor(channels / groups), height, width);
  return grouped.transpose(1, 2).contiguous().view(batch, -1, height, width);
}

class InvertedResidual extends Module {
  readonly stride: number;
  branch1: Sequential;
  branch2: Sequential;

  constructor(inputs: number, outputs: number, stride: number) {
    super();
    this.stride = stride;
    const half = Math.floor(outputs / 2);
    const pointwise = (from: number): Conv2d => new Conv2d(from, half, { kernel_size: 1, bias: false });
    const depthwise = (channels: number): Conv2d =>
      new Conv2d(channels, channels, 3, stride, 1, { bias: false, groups: channels });
    this.branch1 =
      stride > 1
        ? new Sequential(depthwise(inputs), new BatchNorm2d(inputs), pointwise(inputs), new BatchNorm2d(half), relu())
        : new Sequential();
    this.branch2 = new Sequential(
      pointwise(stride > 1 ? inputs : half),
      new BatchNorm2d(half),
      relu(),
      depthwise(half),
      new BatchNorm2d(half),
      pointwise(half),
      new BatchNorm2d(half),
      relu(),
    );
  }

  override forward(x: Tensor): Tensor {
    if (this.stride > 1) return shuffleChannels(cat([this.branch1(x), this.branch2(x)], 1), 2);
    const [kept, changed] = x.chunk(2, 1) as [Tensor, Tensor];
    return shuffleChannels(cat([kept, this.branch2(changed)], 1), 2);
  }
}

export interface ShuffleNetV2Options {
  num_classes?: number;
}

/** ShuffleNet v2 (Ma et al. 2018). */
export class ShuffleNetV2 extends Module {
  conv1: Sequential;
  maxpool: Layer;
  stage2: Sequential;
  stage3: Sequential;
  stage4: Sequential;
  conv5: Sequential;
  fc: Linear;

  /**
   * @param stages_repeats - blocks of the three stages
   * @param stages_out_channels - outputs of the first convolution, the stages and the last convolution
   */
  constructor(
    stages_repeats: readonly number[],
    stages_out_channels: readonly number[],
    options: ShuffleNetV2Options = {},
  ) {
    super();
    const { num_classes } = keywords("ShuffleNetV2.__init__()", options, { num_classes: 1000 });
    if (stages_repeats.length !== 3) throw new ValueError("expected stages_repeats as list of 3 positive ints");
    if (stages_out_channels.length !== 5) {
      throw new ValueError("expected stages_out_channels as list of 5 positive ints");
    }
    const [r2, r3, r4] = stages_repeats as [number, number, number];
    const [c1, c2, c3, c4, c5] = stages_out_channels as [number, number, number, number, number];
    const stage = (inputs: number, outputs: number, repeats: number): Sequential =>
      new Sequential(
        ...Array.from({ length: repeats }, (_, i) =>
          i === 0 ? new InvertedResidual(inputs, outputs, 2) : new InvertedResidual(outputs, outputs, 1),
        ),
      );
    this.conv1 = new Sequential(new Conv2d(3, c1, 3, 2, 1, { bias: false }), new BatchNorm2d(c1), relu());
    this.maxpool = new MaxPool2d({ kernel_size: 3, stride: 2, padding: 1 });
    this.stage2 = stage(c1, c2, r2);
    this.stage3 = stage(c2, c3, r3);
    this.stage4 = stage(c3, c4, r4);
    this.conv5 = new Sequential(new Conv2d(c4, c5, 1, 1, 0, { bias: false }), new BatchNorm2d(c5), relu());
    this.fc = new Linear(c5, num_classes);
  }

  override forward(x: Tensor): Tensor {
    const out: Tensor = this.maxpool(this.conv1(x));
    return this.fc(this.conv5(this.stage4(this.stage3(this.stage2(out)))).mean([2, 3]));
  }
}

function family(
  weights: WeightsEnum,
  channels: readonly [number, number, number, number, number],
): Builder<ShuffleNetV2, ShuffleNetV2Options> {
  return builder(weights, (options) => new ShuffleNetV2([4, 8, 4], channels, options));
}

/** ShuffleNet v2 of half the width. */
export const shufflenet_v2_x0_5: Builder<ShuffleNetV2, ShuffleNetV2Options> = family(
  W.ShuffleNet_V2_X0_5_Weights,
  [24, 48, 96, 192, 1024],
);
/** ShuffleNet v2. */
export const shufflenet_v2_x1_0: Builder<ShuffleNetV2, ShuffleNetV2Options> = family(
  W.ShuffleNet_V2_X1_0_Weights,
  [24, 116, 232, 464, 1024],
);
/** ShuffleNet v2 of one and a half the width. */
export const shufflenet_v2_x1_5: Builder<ShuffleNetV2, ShuffleNetV2Options> = family(
  W.ShuffleNet_V2_X1_5_Weights,
  [24, 176, 352, 704, 1024],
);
/** ShuffleNet v2 of twice the width. */
export const shufflenet_v2_x2_0: Builder<ShuffleNetV2, ShuffleNetV2Options> = family(
  W.ShuffleNet_V2_X2_0_Weights,
  [24, 244, 488, 976, 2048],
);
