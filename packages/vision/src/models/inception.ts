import type { Tensor } from "@tt/core";
import { AdaptiveAvgPool2d, Conv2d, Dropout, init, Linear, MaxPool2d, Module } from "@tt/nn";
import { keywords, type Layer } from "../layer.ts";
import { BasicConv2d, fromImageNetNormalization } from "./basic_conv.ts";
import { InceptionA, InceptionAux, InceptionB, InceptionC, InceptionD, InceptionE } from "./inception_blocks.ts";
import { type Builder, builder, expecting } from "./weights.ts";
import { Inception_V3_Weights } from "./weights/inception.ts";

/** What training computes: the logits and those of the auxiliary head. */
export type InceptionOutputs = [logits: Tensor, aux_logits: Tensor];

export interface Inception3Options {
  num_classes?: number;
  /** Adds the auxiliary head, which training gives too. */
  aux_logits?: boolean;
  transform_input?: boolean;
  init_weights?: boolean;
  dropout?: number;
}

/** Inception v3 (Szegedy et al. 2015), for images of 299 x 299; the least are 75 x 75. */
export class Inception3 extends Module {
  aux_logits: boolean;
  readonly transform_input: boolean;
  Conv2d_1a_3x3: BasicConv2d;
  Conv2d_2a_3x3: BasicConv2d;
  Conv2d_2b_3x3: BasicConv2d;
  maxpool1: Layer;
  Conv2d_3b_1x1: BasicConv2d;
  Conv2d_4a_3x3: BasicConv2d;
  maxpool2: Layer;
  Mixed_5b: InceptionA;
  Mixed_5c: InceptionA;
  Mixed_5d: InceptionA;
  Mixed_6a: InceptionB;
  Mixed_6b: InceptionC;
  Mixed_6c: InceptionC;
  Mixed_6d: InceptionC;
  Mixed_6e: InceptionC;
  AuxLogits: InceptionAux | null;
  Mixed_7a: InceptionD;
  Mixed_7b: InceptionE;
  Mixed_7c: InceptionE;
  avgpool: AdaptiveAvgPool2d;
  dropout: Dropout;
  fc: Linear;

  constructor(options: Inception3Options = {}) {
    super();
    const o = keywords<Required<Inception3Options>>("Inception3.__init__()", options, {
      num_classes: 1000,
      aux_logits: true,
      transform_input: false,
      init_weights: true,
      dropout: 0.5,
    });
    this.aux_logits = o.aux_logits;
    this.transform_input = o.transform_input;
    this.Conv2d_1a_3x3 = new BasicConv2d(3, 32, { kernel_size: 3, stride: 2 });
    this.Conv2d_2a_3x3 = new BasicConv2d(32, 32, { kernel_size: 3 });
    this.Conv2d_2b_3x3 = new BasicConv2d(32, 64, { kernel_size: 3, padding: 1 });
    this.maxpool1 = new MaxPool2d({ kernel_size: 3, stride: 2 });
    this.Conv2d_3b_1x1 = new BasicConv2d(64, 80, { kernel_size: 1 });
    this.Conv2d_4a_3x3 = new BasicConv2d(80, 192, { kernel_size: 3 });
    this.maxpool2 = new MaxPool2d({ kernel_size: 3, stride: 2 });
    this.Mixed_5b = new InceptionA(192, 32);
    this.Mixed_5c = new InceptionA(256, 64);
    this.Mixed_5d = new InceptionA(288, 64);
    this.Mixed_6a = new InceptionB(288);
    this.Mixed_6b = new InceptionC(768, 128);
    this.Mixed_6c = new InceptionC(768, 160);
    this.Mixed_6d = new InceptionC(768, 160);
    this.Mixed_6e = new InceptionC(768, 192);
    this.AuxLogits = o.aux_logits ? new InceptionAux(768, o.num_classes) : null;
    this.Mixed_7a = new InceptionD(768);
    this.Mixed_7b = new InceptionE(1280);
    this.Mixed_7c = new InceptionE(2048);
    this.avgpool = new AdaptiveAvgPool2d([1, 1]);
    this.dropout = new Dropout({ p: o.dropout });
    this.fc = new Linear(2048, o.num_classes);
    if (!o.init_weights) return;
    for (const m of this.modules()) {
      if (m instanceof Conv2d || m instanceof Linear) {
        init.trunc_normal_(m.weight, 0, m === this.AuxLogits?.fc ? 0.001 : 0.1, -2, 2);
      }
    }
  }

  /** The logits; in training, with `aux_logits`, those of the auxiliary head too. */
  override forward(input: Tensor): Tensor | InceptionOutputs {
    let x: Tensor = this.transform_input ? fromImageNetNormalization(input) : input;
    x = this.maxpool1(this.Conv2d_2b_3x3(this.Conv2d_2a_3x3(this.Conv2d_1a_3x3(x))));
    x = this.maxpool2(this.Conv2d_4a_3x3(this.Conv2d_3b_1x1(x)));
    x = this.Mixed_6a(this.Mixed_5d(this.Mixed_5c(this.Mixed_5b(x))));
    x = this.Mixed_6e(this.Mixed_6d(this.Mixed_6c(this.Mixed_6b(x))));
    const aux = this.training ? (this.AuxLogits?.(x) ?? null) : null;
    x = this.Mixed_7c(this.Mixed_7b(this.Mixed_7a(x)));
    x = this.fc(this.dropout(this.avgpool(x)).flatten(1));
    return aux !== null && this.aux_logits ? [x, aux] : x;
  }
}

/** Inception v3. */
export const inception_v3: Builder<Inception3, Inception3Options> = builder(
  Inception_V3_Weights,
  (options) => new Inception3(options),
  {
    options: (options) =>
      expecting(expecting({ transform_input: true, ...options }, "aux_logits", true), "init_weights", false),
    finish: (model, { aux_logits = true }) => {
      if (aux_logits) return;
      model.aux_logits = false;
      model.AuxLogits = null;
    },
  },
);
