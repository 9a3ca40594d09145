import { cat, type Tensor } from "@tt/core";
import { BatchNorm2d, Conv2d, functional as F, Module } from "@tt/nn";

type Size = number | readonly [number, number];

/** Convolution, normalisation and relu of the Inception networks. */
export class BasicConv2d extends Module {
  conv: Conv2d;
  bn: BatchNorm2d;

  constructor(inputs: number, outputs: number, options: { kernel_size: Size; stride?: Size; padding?: Size }) {
    super();
    this.conv = new Conv2d(inputs, outputs, { ...options, bias: false });
    this.bn = new BatchNorm2d(outputs, { eps: 0.001 });
  }

  override forward(x: Tensor): Tensor {
    return F.relu(this.bn(this.conv(x)), { inplace: true });
  }
}

/** Images normalised as the others' for networks that came from TensorFlow, which normalise by one half. */
export function fromImageNetNormalization(x: Tensor): Tensor {
  const channel = (index: number, mean: number, std: number): Tensor =>
    x
      .select(1, index)
      .unsqueeze(1)
      .mul(std / 0.5)
      .add((mean - 0.5) / 0.5);
  return cat([channel(0, 0.485, 0.229), channel(1, 0.456, 0.224), channel(2, 0.406, 0.225)], 1);
}
