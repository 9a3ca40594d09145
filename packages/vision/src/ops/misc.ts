import { ones, type Tensor, zeros } from "@tt/core";
import { AdaptiveAvgPool2d, Conv2d, Dropout, Linear, Module, ReLU, Sequential, Sigmoid, type StateDict } from "@tt/nn";
import { keywords, type Layer, type LayerMaker, make } from "../layer.ts";
import { type ActivationMaker, activation } from "./conv_norm_activation.ts";

export interface SqueezeExcitationOptions {
  activation?: ActivationMaker;
  scale_activation?: ActivationMaker;
}

/** Scales the channels of [N, C, H, W] by what their means say (Hu et al. 2017). */
export class SqueezeExcitation extends Module {
  avgpool: AdaptiveAvgPool2d;
  fc1: Conv2d;
  fc2: Conv2d;
  activation: Layer;
  scale_activation: Layer;

  constructor(input_channels: number, squeeze_channels: number, options: SqueezeExcitationOptions = {}) {
    super();
    const o = keywords<Required<SqueezeExcitationOptions>>("SqueezeExcitation.__init__()", options, {
      activation: ReLU,
      scale_activation: Sigmoid,
    });
    this.avgpool = new AdaptiveAvgPool2d(1);
    this.fc1 = new Conv2d(input_channels, squeeze_channels, 1);
    this.fc2 = new Conv2d(squeeze_channels, input_channels, 1);
    this.activation = make(o.activation);
    this.scale_activation = make(o.scale_activation);
  }

  override forward(input: Tensor): Tensor {
    const squeezed = this.activation(this.fc1(this.avgpool(input)));
    return this.scale_activation(this.fc2(squeezed)).mul(input);
  }
}

export interface MLPOptions {
  norm_layer?: LayerMaker | null;
  activation_layer?: ActivationMaker;
  /** Given to activations and dropout, if not null. */
  inplace?: boolean | null;
  bias?: boolean;
  dropout?: number;
}

/** Linear layers of `hidden_channels` outputs, with activations between them and dropout after each. */
export class MLP extends Sequential {
  constructor(in_channels: number, hidden_channels: readonly number[], options: MLPOptions = {}) {
    const o = keywords<Required<MLPOptions>>("MLP.__init__()", options, {
      norm_layer: null,
      activation_layer: ReLU,
      inplace: true,
      bias: true,
      dropout: 0,
    });
    const made: Module[] = [];
    let inputs = in_channels;
    for (const [i, outputs] of hidden_channels.entries()) {
      made.push(new Linear(inputs, outputs, { bias: o.bias }));
      if (i < hidden_channels.length - 1) {
        if (o.norm_layer !== null) made.push(make(o.norm_layer, outputs));
        made.push(activation(o.activation_layer, o.inplace));
      }
      made.push(new Dropout({ p: o.dropout, inplace: o.inplace ?? false }));
      inputs = outputs;
    }
    super(...made);
  }
}

/** Permutes the dimensions of its input. */
export class Permute extends Module {
  readonly dims: readonly number[];

  constructor(dims: readonly number[]) {
    super();
    this.dims = dims;
  }

  override forward(x: Tensor): Tensor {
    return x.permute([...this.dims]);
  }
}

/** BatchNorm2d whose statistics and parameters are buffers and do not change. */
export class FrozenBatchNorm2d extends Module {
  readonly eps: number;
  declare weight: Tensor;
  declare bias: Tensor;
  declare running_mean: Tensor;
  declare running_var: Tensor;

  constructor(num_features: number, eps: number | { eps?: number } = 1e-5) {
    super();
    this.eps = typeof eps === "number" ? eps : (eps.eps ?? 1e-5);
    this.register_buffer("weight", ones(num_features));
    this.register_buffer("bias", zeros(num_features));
    this.register_buffer("running_mean", zeros(num_features));
    this.register_buffer("running_var", ones(num_features));
    this.register_load_state_dict_pre_hook((_module: Module, state: StateDict, prefix: string) => {
      delete state[`${prefix}num_batches_tracked`];
    });
  }

  override forward(x: Tensor): Tensor {
    const over = (values: Tensor): Tensor => values.reshape(1, -1, 1, 1);
    const scale = over(this.weight).mul(over(this.running_var).add(this.eps).rsqrt());
    return x.mul(scale).add(over(this.bias).sub(over(this.running_mean).mul(scale)));
  }

  override extra_repr(): string {
    return `${this.weight.shape[0]}, eps=${this.eps === 1e-5 ? "1e-05" : this.eps}`;
  }
}
