import type { Tensor } from "@tt/core";
import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Dropout, Linear, MaxPool2d, Module, ReLU, Sequential } from "@tt/nn";
import { keywords, type Layer } from "../layer.ts";
import { initialize, kaimingFanOut, normal001 } from "./initialize.ts";
import { type Builder, builder, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/vgg.ts";

export interface VGGOptions {
  num_classes?: number;
  init_weights?: boolean;
  dropout?: number;
}

/** Networks of 3 x 3 convolutions (Simonyan and Zisserman 2014). */
export class VGG extends Module {
  features: Layer;
  avgpool: AdaptiveAvgPool2d;
  classifier: Sequential;

  constructor(features: Layer, options: VGGOptions = {}) {
    super();
    const o = keywords("VGG.__init__()", options, { num_classes: 1000, init_weights: true, dropout: 0.5 });
    this.features = features;
    this.avgpool = new AdaptiveAvgPool2d([7, 7]);
    this.classifier = new Sequential(
      new Linear(512 * 7 * 7, 4096),
      new ReLU(true),
      new Dropout({ p: o.dropout }),
      new Linear(4096, 4096),
      new ReLU(true),
      new Dropout({ p: o.dropout }),
      new Linear(4096, o.num_classes),
    );
    if (o.init_weights) initialize(this, { conv: kaimingFanOut, linear: normal001 });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1));
  }
}

const M = 0;

/** The paper's configurations: outputs of convolutions, and 0 for pooling. */
const CONFIGURATIONS = {
  A: [64, M, 128, M, 256, 256, M, 512, 512, M, 512, 512, M],
  B: [64, 64, M, 128, 128, M, 256, 256, M, 512, 512, M, 512, 512, M],
  D: [64, 64, M, 128, 128, M, 256, 256, 256, M, 512, 512, 512, M, 512, 512, 512, M],
  E: [64, 64, M, 128, 128, M, 256, 256, 256, 256, M, 512, 512, 512, 512, M, 512, 512, 512, 512, M],
} as const;

function features(configuration: readonly number[], batchNorm: boolean): Sequential {
  const layers: Module[] = [];
  let inputs = 3;
  for (const outputs of configuration) {
    if (outputs === M) {
      layers.push(new MaxPool2d({ kernel_size: 2, stride: 2 }));
      continue;
    }
    layers.push(new Conv2d(inputs, outputs, { kernel_size: 3, padding: 1 }));
    if (batchNorm) layers.push(new BatchNorm2d(outputs));
    layers.push(new ReLU({ inplace: true }));
    inputs = outputs;
  }
  return new Sequential(...layers);
}

function family(
  weights: WeightsEnum,
  configuration: keyof typeof CONFIGURATIONS,
  batchNorm: boolean,
): Builder<VGG, VGGOptions> {
  return builder(weights, (options) => new VGG(features(CONFIGURATIONS[configuration], batchNorm), options), {
    options: (options) => ({ ...options, init_weights: false }),
  });
}

/** VGG-11. */
export const vgg11: Builder<VGG, VGGOptions> = family(W.VGG11_Weights, "A", false);
/** VGG-11 with batch normalisation. */
export const vgg11_bn: Builder<VGG, VGGOptions> = family(W.VGG11_BN_Weights, "A", true);
/** VGG-13. */
export const vgg13: Builder<VGG, VGGOptions> = family(W.VGG13_Weights, "B", false);
/** VGG-13 with batch normalisation. */
export const vgg13_bn: Builder<VGG, VGGOptions> = family(W.VGG13_BN_Weights, "B", true);
/** VGG-16. */
export const vgg16: Builder<VGG, VGGOptions> = family(W.VGG16_Weights, "D", false);
/** VGG-16 with batch normalisation. */
export const vgg16_bn: Builder<VGG, VGGOptions> = family(W.VGG16_BN_Weights, "D", true);
/** VGG-19. */
export const vgg19: Builder<VGG, VGGOptions> = family(W.VGG19_Weights, "E", false);
/** VGG-19 with batch normalisation. */
export const vgg19_bn: Builder<VGG, VGGOptions> = family(W.VGG19_BN_Weights, "E", true);
