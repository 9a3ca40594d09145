import { cat, type Tensor } from "@tt/core";
import {
  AdaptiveAvgPool2d,
  Conv2d,
  Dropout,
  functional as F,
  init,
  Linear,
  MaxPool2d,
  Module,
  Sequential,
} from "@tt/nn";
import { keywords, type Layer } from "../layer.ts";
import { BasicConv2d, fromImageNetNormalization } from "./basic_conv.ts";
import { type Builder, builder, expecting } from "./weights.ts";
import { GoogLeNet_Weights } from "./weights/googlenet.ts";

/** What training computes: the logits and those of the two auxiliary heads, the later one first. */
export type GoogLeNetOutputs = [logits: Tensor, aux_logits2: Tensor, aux_logits1: Tensor];

/** Convolutions of three sizes and a pooling side by side. */
class Inception extends Module {
  branch1: BasicConv2d;
  branch2: Sequential;
  branch3: Sequential;
  branch4: Sequential;

  constructor(inputs: number, c1: number, red3: number, c3: number, red5: number, c5: number, pool: number) {
    super();
    this.branch1 = new BasicConv2d(inputs, c1, { kernel_size: 1 });
    this.branch2 = new Sequential(
      new BasicConv2d(inputs, red3, { kernel_size: 1 }),
      new BasicConv2d(red3, c3, { kernel_size: 3, padding: 1 }),
    );
    // The paper's convolution is 5 x 5; the published weights are of 3 x 3 (pytorch/vision#906).
    this.branch3 = new Sequential(
      new BasicConv2d(inputs, red5, { kernel_size: 1 }),
      new BasicConv2d(red5, c5, { kernel_size: 3, padding: 1 }),
    );
    this.branch4 = new Sequential(
      new MaxPool2d({ kernel_size: 3, stride: 1, padding: 1, ceil_mode: true }),
      new BasicConv2d(inputs, pool, { kernel_size: 1 }),
    );
  }

  override forward(x: Tensor): Tensor {
    return cat([this.branch1(x), this.branch2(x), this.branch3(x), this.branch4(x)], 1);
  }
}

class InceptionAux extends Module {
  conv: BasicConv2d;
  fc1: Linear;
  fc2: Linear;
  dropout: Dropout;

  constructor(inputs: number, classes: number, dropout: number) {
    super();
    this.conv = new BasicConv2d(inputs, 128, { kernel_size: 1 });
    this.fc1 = new Linear(2048, 1024);
    this.fc2 = new Linear(1024, classes);
    this.dropout = new Dropout({ p: dropout });
  }

  override forward(x: Tensor): Tensor {
    const features = this.conv(F.adaptive_avg_pool2d(x, [4, 4])).flatten(1);
    return this.fc2(this.dropout(F.relu(this.fc1(features), { inplace: true })));
  }
}

export interface GoogLeNetOptions {
  num_classes?: number;
  /** Adds the two auxiliary heads, which training gives too. */
  aux_logits?: boolean;
  transform_input?: boolean;
  init_weights?: boolean;
  dropout?: number;
  dropout_aux?: number;
}

/** GoogLeNet, the first Inception network (Szegedy et al. 2014). */
export class GoogLeNet extends Module {
  aux_logits: boolean;
  readonly transform_input: boolean;
  conv1: BasicConv2d;
  maxpool1: Layer;
  conv2: BasicConv2d;
  conv3: BasicConv2d;
  maxpool2: Layer;
  inception3a: Inception;
  inception3b: Inception;
  maxpool3: Layer;
  inception4a: Inception;
  inception4b: Inception;
  inception4c: Inception;
  inception4d: Inception;
  inception4e: Inception;
  maxpool4: Layer;
  inception5a: Inception;
  inception5b: Inception;
  aux1: InceptionAux | null;
  aux2: InceptionAux | null;
  avgpool: AdaptiveAvgPool2d;
  dropout: Dropout;
  fc: Linear;

  constructor(options: GoogLeNetOptions = {}) {
    super();
    const o = keywords<Required<GoogLeNetOptions>>("GoogLeNet.__init__()", options, {
      num_classes: 1000,
      aux_logits: true,
      transform_input: false,
      init_weights: true,
      dropout: 0.2,
      dropout_aux: 0.7,
    });
    this.aux_logits = o.aux_logits;
    this.transform_input = o.transform_input;
    this.conv1 = new BasicConv2d(3, 64, { kernel_size: 7, stride: 2, padding: 3 });
    this.maxpool1 = new MaxPool2d(3, { stride: 2, ceil_mode: true });
    this.conv2 = new BasicConv2d(64, 64, { kernel_size: 1 });
    this.conv3 = new BasicConv2d(64, 192, { kernel_size: 3, padding: 1 });
    this.maxpool2 = new MaxPool2d(3, { stride: 2, ceil_mode: true });
    this.inception3a = new Inception(192, 64, 96, 128, 16, 32, 32);
    this.inception3b = new Inception(256, 128, 128, 192, 32, 96, 64);
    this.maxpool3 = new MaxPool2d(3, { stride: 2, ceil_mode: true });
    this.inception4a = new Inception(480, 192, 96, 208, 16, 48, 64);
    this.inception4b = new Inception(512, 160, 112, 224, 24, 64, 64);
    this.inception4c = new Inception(512, 128, 128, 256, 24, 64, 64);
    this.inception4d = new Inception(512, 112, 144, 288, 32, 64, 64);
    this.inception4e = new Inception(528, 256, 160, 320, 32, 128, 128);
    this.maxpool4 = new MaxPool2d(2, { stride: 2, ceil_mode: true });
    this.inception5a = new Inception(832, 256, 160, 320, 32, 128, 128);
    this.inception5b = new Inception(832, 384, 192, 384, 48, 128, 128);
    this.aux1 = o.aux_logits ? new InceptionAux(512, o.num_classes, o.dropout_aux) : null;
    this.aux2 = o.aux_logits ? new InceptionAux(528, o.num_classes, o.dropout_aux) : null;
    this.avgpool = new AdaptiveAvgPool2d([1, 1]);
    this.dropout = new Dropout({ p: o.dropout });
    this.fc = new Linear(1024, o.num_classes);
    if (!o.init_weights) return;
    for (const m of this.modules()) {
      if (m instanceof Conv2d || m instanceof Linear) init.trunc_normal_(m.weight, 0, 0.01, -2, 2);
    }
  }

  /** The logits; in training, with `aux_logits`, those of the auxiliary heads too. */
  override forward(input: Tensor): Tensor | GoogLeNetOutputs {
    let x = this.transform_input ? fromImageNetNormalization(input) : input;
    x = this.maxpool1(this.conv1(x));
    x = this.maxpool2(this.conv3(this.conv2(x)));
    x = this.maxpool3(this.inception3b(this.inception3a(x)));
    x = this.inception4a(x);
    const aux1 = this.training ? (this.aux1?.(x) ?? null) : null;
    x = this.inception4d(this.inception4c(this.inception4b(x)));
    const aux2 = this.training ? (this.aux2?.(x) ?? null) : null;
    x = this.maxpool4(this.inception4e(x));
    x = this.avgpool(this.inception5b(this.inception5a(x)));
    x = this.fc(this.dropout(x.flatten(1)));
    return aux1 !== null && aux2 !== null && this.aux_logits ? [x, aux2, aux1] : x;
  }
}

/** GoogLeNet. */
export const googlenet: Builder<GoogLeNet, GoogLeNetOptions> = builder(
  GoogLeNet_Weights,
  (options) => new GoogLeNet(options),
  {
    options: (options) =>
      expecting(expecting({ transform_input: true, ...options }, "aux_logits", true), "init_weights", false),
    finish: (model, { aux_logits = false }) => {
      if (aux_logits) return;
      model.aux_logits = false;
      model.aux1 = null;
      model.aux2 = null;
    },
  },
);
