import { cat, type Tensor, ValueError } from "@tt/core";
import { AdaptiveAvgPool2d, Conv2d, Dropout, init, MaxPool2d, Module, ReLU, Sequential } from "@tt/nn";
import { keywords, type Layer } from "../layer.ts";
import { type Builder, builder } from "./weights.ts";
import { SqueezeNet1_0_Weights, SqueezeNet1_1_Weights } from "./weights/squeezenet.ts";

const relu = (): ReLU => new ReLU({ inplace: true });
const pool = (): Layer => new MaxPool2d({ kernel_size: 3, stride: 2, ceil_mode: true });

class Fire extends Module {
  squeeze: Conv2d;
  squeeze_activation: ReLU;
  expand1x1: Conv2d;
  expand1x1_activation: ReLU;
  expand3x3: Conv2d;
  expand3x3_activation: ReLU;

  constructor(inputs: number, squeezed: number, outputs1x1: number, outputs3x3: number) {
    super();
    this.squeeze = new Conv2d(inputs, squeezed, { kernel_size: 1 });
    this.squeeze_activation = relu();
    this.expand1x1 = new Conv2d(squeezed, outputs1x1, { kernel_size: 1 });
    this.expand1x1_activation = relu();
    this.expand3x3 = new Conv2d(squeezed, outputs3x3, { kernel_size: 3, padding: 1 });
    this.expand3x3_activation = relu();
  }

  override forward(input: Tensor): Tensor {
    const x = this.squeeze_activation(this.squeeze(input));
    return cat([this.expand1x1_activation(this.expand1x1(x)), this.expand3x3_activation(this.expand3x3(x))], 1);
  }
}

export interface SqueezeNetOptions {
  num_classes?: number;
  dropout?: number;
}

/** SqueezeNet (Iandola et al. 2016). */
export class SqueezeNet extends Module {
  readonly num_classes: number;
  features: Sequential;
  classifier: Sequential;

  /** @throws ValueError for a version that there is not */
  constructor(version: "1_0" | "1_1" = "1_0", options: SqueezeNetOptions = {}) {
    super();
    const o = keywords("SqueezeNet.__init__()", options, { num_classes: 1000, dropout: 0.5 });
    this.num_classes = o.num_classes;
    if (version === "1_0") {
      this.features = new Sequential(
        new Conv2d(3, 96, { kernel_size: 7, stride: 2 }),
        relu(),
        pool(),
        new Fire(96, 16, 64, 64),
        new Fire(128, 16, 64, 64),
        new Fire(128, 32, 128, 128),
        pool(),
        new Fire(256, 32, 128, 128),
        new Fire(256, 48, 192, 192),
        new Fire(384, 48, 192, 192),
        new Fire(384, 64, 256, 256),
        pool(),
        new Fire(512, 64, 256, 256),
      );
    } else if (version === "1_1") {
      this.features = new Sequential(
        new Conv2d(3, 64, { kernel_size: 3, stride: 2 }),
        relu(),
        pool(),
        new Fire(64, 16, 64, 64),
        new Fire(128, 16, 64, 64),
        pool(),
        new Fire(128, 32, 128, 128),
        new Fire(256, 32, 128, 128),
        pool(),
        new Fire(256, 48, 192, 192),
        new Fire(384, 48, 192, 192),
        new Fire(384, 64, 256, 256),
        new Fire(512, 64, 256, 256),
      );
    } else throw new ValueError(`Unsupported SqueezeNet version ${String(version)}: 1_0 or 1_1 expected`);
    const last = new Conv2d(512, o.num_classes, { kernel_size: 1 });
    this.classifier = new Sequential(new Dropout({ p: o.dropout }), last, relu(), new AdaptiveAvgPool2d([1, 1]));
    for (const m of this.modules()) {
      if (!(m instanceof Conv2d)) continue;
      if (m === last) init.normal_(m.weight, 0, 0.01);
      else init.kaiming_uniform_(m.weight);
      if (m.bias !== null) init.zeros_(m.bias);
    }
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.features(x)).flatten(1);
  }
}

/** SqueezeNet 1.0. */
export const squeezenet1_0: Builder<SqueezeNet, SqueezeNetOptions> = builder(
  SqueezeNet1_0_Weights,
  (options) => new SqueezeNet("1_0", options),
);
/** SqueezeNet 1.1: 2.4 times less computation, no less accurate. */
export const squeezenet1_1: Builder<SqueezeNet, SqueezeNetOptions> = builder(
  SqueezeNet1_1_Weights,
  (options) => new SqueezeNet("1_1", options),
);
