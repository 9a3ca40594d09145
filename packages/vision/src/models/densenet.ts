import { cat, type Tensor } from "@tt/core";
import {
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  functional as F,
  init,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  type StateDict,
} from "@tt/nn";
import { keywords } from "../layer.ts";
import { type Builder, builder, type WeightsEnum } from "./weights.ts";
import * as W from "./weights/densenet.ts";

const relu = (): ReLU => new ReLU({ inplace: true });

export interface DenseNetOptions {
  growth_rate?: number;
  block_config?: readonly number[];
  num_init_features?: number;
  /** Width of the bottlenecks in growth rates. */
  bn_size?: number;
  drop_rate?: number;
  num_classes?: number;
}

class DenseLayer extends Module {
  norm1: BatchNorm2d;
  relu1: ReLU;
  conv1: Conv2d;
  norm2: BatchNorm2d;
  relu2: ReLU;
  conv2: Conv2d;
  readonly drop_rate: number;

  constructor(inputs: number, { growth_rate, bn_size, drop_rate }: Required<DenseNetOptions>) {
    super();
    this.norm1 = new BatchNorm2d(inputs);
    this.relu1 = relu();
    this.conv1 = new Conv2d(inputs, bn_size * growth_rate, { kernel_size: 1, stride: 1, bias: false });
    this.norm2 = new BatchNorm2d(bn_size * growth_rate);
    this.relu2 = relu();
    this.conv2 = new Conv2d(bn_size * growth_rate, growth_rate, { kernel_size: 3, padding: 1, bias: false });
    this.drop_rate = drop_rate;
  }

  override _get_name(): string {
    return "_DenseLayer";
  }

  override forward(inputs: readonly Tensor[]): Tensor {
    const bottleneck = this.conv1(this.relu1(this.norm1(cat([...inputs], 1))));
    const features = this.conv2(this.relu2(this.norm2(bottleneck)));
    return this.drop_rate > 0 ? F.dropout(features, this.drop_rate, this.training) : features;
  }
}

/** Each layer sees the outputs of all before it. */
class DenseBlock extends Module {
  constructor(layers: number, inputs: number, options: Required<DenseNetOptions>) {
    super();
    for (let i = 0; i < layers; i++) {
      this.add_module(`denselayer${i + 1}`, new DenseLayer(inputs + i * options.growth_rate, options));
    }
  }

  override _get_name(): string {
    return "_DenseBlock";
  }

  override forward(input: Tensor): Tensor {
    const features = [input];
    for (const layer of this.children()) features.push((layer as DenseLayer)(features));
    return cat(features, 1);
  }
}

class Transition extends Sequential {
  constructor(inputs: number, outputs: number) {
    super({
      norm: new BatchNorm2d(inputs),
      relu: relu(),
      conv: new Conv2d(inputs, outputs, { kernel_size: 1, stride: 1, bias: false }),
      pool: new AvgPool2d({ kernel_size: 2, stride: 2 }),
    });
  }

  override _get_name(): string {
    return "_Transition";
  }
}

/** Densely connected networks (Huang et al. 2016). */
export class DenseNet extends Module {
  features: Sequential;
  classifier: Linear;

  constructor(options: DenseNetOptions = {}) {
    super();
    const o = keywords<Required<DenseNetOptions>>("DenseNet.__init__()", options, {
      growth_rate: 32,
      block_config: [6, 12, 24, 16],
      num_init_features: 64,
      bn_size: 4,
      drop_rate: 0,
      num_classes: 1000,
    });
    this.features = new Sequential({
      conv0: new Conv2d(3, o.num_init_features, { kernel_size: 7, stride: 2, padding: 3, bias: false }),
      norm0: new BatchNorm2d(o.num_init_features),
      relu0: relu(),
      pool0: new MaxPool2d({ kernel_size: 3, stride: 2, padding: 1 }),
    });
    let channels = o.num_init_features;
    for (const [i, layers] of o.block_config.entries()) {
      this.features.add_module(`denseblock${i + 1}`, new DenseBlock(layers, channels, o));
      channels += layers * o.growth_rate;
      if (i === o.block_config.length - 1) break;
      const halved = Math.floor(channels / 2);
      this.features.add_module(`transition${i + 1}`, new Transition(channels, halved));
      channels = halved;
    }
    this.features.add_module("norm5", new BatchNorm2d(channels));
    this.classifier = new Linear(channels, o.num_classes);
    for (const m of this.modules()) {
      if (m instanceof Conv2d) init.kaiming_normal_(m.weight);
      else if (m instanceof Linear && m.bias !== null) init.zeros_(m.bias);
    }
  }

  override forward(x: Tensor): Tensor {
    const features = F.relu(this.features(x), { inplace: true });
    return this.classifier(F.adaptive_avg_pool2d(features, [1, 1]).flatten(1));
  }
}

/** The published files are from a time when names could hold dots: `norm.1` for `norm1`. */
function withoutDots(state: StateDict): StateDict {
  const old = /^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$/;
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [name.replace(old, "$1$2"), value]));
}

function family(
  weights: WeightsEnum,
  growth_rate: number,
  block_config: readonly number[],
  num_init_features: number,
): Builder<DenseNet, DenseNetOptions> {
  const fixed = { growth_rate, block_config, num_init_features };
  return builder(weights, (options) => new DenseNet({ ...options, ...fixed }), { rename: withoutDots });
}

/** DenseNet-121. */
export const densenet121: Builder<DenseNet, DenseNetOptions> = family(W.DenseNet121_Weights, 32, [6, 12, 24, 16], 64);
/** DenseNet-161. */
export const densenet161: Builder<DenseNet, DenseNetOptions> = family(W.DenseNet161_Weights, 48, [6, 12, 36, 24], 96);
/** DenseNet-169. */
export const densenet169: Builder<DenseNet, DenseNetOptions> = family(W.DenseNet169_Weights, 32, [6, 12, 32, 32], 64);
/** DenseNet-201. */
export const densenet201: Builder<DenseNet, DenseNetOptions> = family(W.DenseNet201_Weights, 32, [6, 12, 48, 32], 64);
