import { type Tensor, ValueError } from "@tt/core";
import { BatchNorm2d, Conv2d, Dropout, init, Linear, Module, ReLU, Sequential } from "@tt/nn";
import { keywords } from "../layer.ts";
import { makeDivisible } from "./divisible.ts";
import { initialize, kaimingFanOut } from "./initialize.ts";
import { type Builder, builder, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/mnasnet.ts";

/** The paper has 0.9997 in TensorFlow's terms. */
const MOMENTUM = 1 - 0.9997;

const norm = (channels: number): BatchNorm2d => new BatchNorm2d(channels, { momentum: MOMENTUM });
const relu = (): ReLU => new ReLU({ inplace: true });

class InvertedResidual extends Module {
  readonly apply_residual: boolean;
  layers: Sequential;

  constructor(inputs: number, outputs: number, kernel: number, stride: number, expansion: number) {
    super();
    const between = inputs * expansion;
    this.apply_residual = inputs === outputs && stride === 1;
    this.layers = new Sequential(
      new Conv2d(inputs, between, 1, { bias: false }),
      norm(between),
      relu(),
      new Conv2d(between, between, kernel, { padding: Math.floor(kernel / 2), stride, groups: between, bias: false }),
      norm(between),
      relu(),
      new Conv2d(between, outputs, 1, { bias: false }),
      norm(outputs),
    );
  }

  override _get_name(): string {
    return "_InvertedResidual";
  }

  override forward(input: Tensor): Tensor {
    return this.apply_residual ? this.layers(input).add(input) : this.layers(input);
  }
}

function stack(
  inputs: number,
  outputs: number,
  kernel: number,
  stride: number,
  expansion: number,
  repeats: number,
): Sequential {
  return new Sequential(
    ...Array.from({ length: repeats }, (_, i) =>
      i === 0
        ? new InvertedResidual(inputs, outputs, kernel, stride, expansion)
        : new InvertedResidual(outputs, outputs, kernel, 1, expansion),
    ),
  );
}

export interface MNASNetOptions {
  num_classes?: number;
  dropout?: number;
}

/** MNASNet, variant B1 (Tan et al. 2018). */
export class MNASNet extends Module {
  readonly alpha: number;
  readonly num_classes: number;
  layers: Sequential;
  classifier: Sequential;

  /** @param alpha - scales the number of channels */
  constructor(alpha: number, options: MNASNetOptions = {}) {
    super();
    // Since version 2 the first layers are scaled as well.
    Object.defineProperty(this, "_version", { value: 2 });
    if (alpha <= 0) throw new ValueError(`alpha should be greater than 0.0 instead of ${alpha}`);
    const o = keywords("MNASNet.__init__()", options, { num_classes: 1000, dropout: 0.2 });
    this.alpha = alpha;
    this.num_classes = o.num_classes;
    const [d0, d1, d2, d3, d4, d5, d6, d7] = [32, 16, 24, 40, 80, 96, 192, 320].map((depth) =>
      makeDivisible(depth * alpha, 8),
    ) as [number, number, number, number, number, number, number, number];
    this.layers = new Sequential(
      new Conv2d(3, d0, 3, { padding: 1, stride: 2, bias: false }),
      norm(d0),
      relu(),
      new Conv2d(d0, d0, 3, { padding: 1, stride: 1, groups: d0, bias: false }),
      norm(d0),
      relu(),
      new Conv2d(d0, d1, 1, { padding: 0, stride: 1, bias: false }),
      norm(d1),
      stack(d1, d2, 3, 2, 3, 3),
      stack(d2, d3, 5, 2, 3, 3),
      stack(d3, d4, 5, 2, 6, 3),
      stack(d4, d5, 3, 1, 6, 2),
      stack(d5, d6, 5, 2, 6, 4),
      stack(d6, d7, 3, 1, 6, 1),
      new Conv2d(d7, 1280, 1, { padding: 0, stride: 1, bias: false }),
      norm(1280),
      relu(),
    );
    this.classifier = new Sequential(new Dropout({ p: o.dropout, inplace: true }), new Linear(1280, o.num_classes));
    initialize(this, {
      conv: kaimingFanOut,
      linear: (m) => init.kaiming_uniform_(m.weight, { mode: "fan_out", nonlinearity: "sigmoid" }),
    });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.layers(x).mean([2, 3]));
  }
}

function family(weights: WeightsEnum, alpha: number): Builder<MNASNet, MNASNetOptions> {
  return builder(weights, (options) => new MNASNet(alpha, options));
}

/** MNASNet of half the width. */
export const mnasnet0_5: Builder<MNASNet, MNASNetOptions> = family(W.MNASNet0_5_Weights, 0.5);
/** MNASNet of three quarters of the width. */
export const mnasnet0_75: Builder<MNASNet, MNASNetOptions> = family(W.MNASNet0_75_Weights, 0.75);
/** MNASNet. */
export const mnasnet1_0: Builder<MNASNet, MNASNetOptions> = family(W.MNASNet1_0_Weights, 1);
/** MNASNet of 1.3 times the width. */
export const mnasnet1_3: Builder<MNASNet, MNASNetOptions> = family(W.MNASNet1_3_Weights, 1.3);
