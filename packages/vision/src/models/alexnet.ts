import type { Tensor } from "@tt/core";
import { AdaptiveAvgPool2d, Conv2d, Dropout, Linear, MaxPool2d, Module, ReLU, Sequential } from "@tt/nn";
import { keywords, type Layer } from "../layer.ts";
import { type Builder, builder } from "./weights.ts";
import { AlexNet_Weights } from "./weights/alexnet.ts";

export interface AlexNetOptions {
  num_classes?: number;
  dropout?: number;
}

const relu = (): ReLU => new ReLU({ inplace: true });
const pool = (): Layer => new MaxPool2d({ kernel_size: 3, stride: 2 });

/** AlexNet as in One weird trick for parallelizing convolutional neural networks (Krizhevsky 2014). */
export class AlexNet extends Module {
  features: Sequential;
  avgpool: AdaptiveAvgPool2d;
  classifier: Sequential;

  constructor(options: AlexNetOptions = {}) {
    super();
    const o = keywords("AlexNet.__init__()", options, { num_classes: 1000, dropout: 0.5 });
    this.features = new Sequential(
      new Conv2d(3, 64, { kernel_size: 11, stride: 4, padding: 2 }),
      relu(),
      pool(),
      new Conv2d(64, 192, { kernel_size: 5, padding: 2 }),
      relu(),
      pool(),
      new Conv2d(192, 384, { kernel_size: 3, padding: 1 }),
      relu(),
      new Conv2d(384, 256, { kernel_size: 3, padding: 1 }),
      relu(),
      new Conv2d(256, 256, { kernel_size: 3, padding: 1 }),
      relu(),
      pool(),
    );
    this.avgpool = new AdaptiveAvgPool2d([6, 6]);
    this.classifier = new Sequential(
      new Dropout({ p: o.dropout }),
      new Linear(256 * 6 * 6, 4096),
      relu(),
      new Dropout({ p: o.dropout }),
      new Linear(4096, 4096),
      relu(),
      new Linear(4096, o.num_classes),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1));
  }
}

/** AlexNet. */
export const alexnet: Builder<AlexNet, AlexNetOptions> = builder(AlexNet_Weights, (options) => new AlexNet(options));
