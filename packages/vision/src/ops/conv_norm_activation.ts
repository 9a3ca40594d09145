import { BatchNorm2d, BatchNorm3d, Conv2d, Conv3d, type Module, ReLU, Sequential } from "@tt/nn";
import { keywords, type LayerMaker, make } from "../layer.ts";

/** What makes an activation, with `inplace` as its only argument. */
export type ActivationMaker = LayerMaker<[]>;

type Size = number | readonly number[];

export interface ConvNormActivationOptions {
  kernel_size?: Size;
  stride?: Size;
  /** As much as keeps the size at stride 1, if null. */
  padding?: Size | "valid" | "same" | null;
  groups?: number;
  norm_layer?: LayerMaker | null;
  activation_layer?: ActivationMaker | null;
  dilation?: Size;
  /** Given to the activation, if not null. */
  inplace?: boolean | null;
  /** Where there is no normalisation, if null. */
  bias?: boolean | null;
}

const list = (size: Size, rank: number): readonly number[] =>
  typeof size === "number" ? new Array<number>(rank).fill(size) : size;

function samePadding(kernel: Size, dilation: Size): Size {
  if (typeof kernel === "number" && typeof dilation === "number") return Math.floor((kernel - 1) / 2) * dilation;
  const rank = typeof kernel === "number" ? (dilation as readonly number[]).length : kernel.length;
  const steps = list(dilation, rank);
  return list(kernel, rank).map((k, i) => Math.floor((k - 1) / 2) * steps[i]!);
}

function layers(
  name: string,
  conv: typeof Conv2d | typeof Conv3d,
  norm: LayerMaker,
  inputs: number,
  outputs: number,
  options: ConvNormActivationOptions,
): Module[] {
  const o = keywords<Required<ConvNormActivationOptions>>(`${name}.__init__()`, options, {
    kernel_size: 3,
    stride: 1,
    padding: null,
    groups: 1,
    norm_layer: norm,
    activation_layer: ReLU,
    dilation: 1,
    inplace: true,
    bias: null,
  });
  const { kernel_size, stride, dilation, groups, norm_layer, activation_layer } = o;
  const padding = o.padding ?? samePadding(kernel_size, dilation);
  const bias = o.bias ?? norm_layer === null;
  const made: Module[] = [new conv(inputs, outputs, { kernel_size, stride, padding, dilation, groups, bias })];
  if (norm_layer !== null) made.push(make(norm_layer, outputs));
  if (activation_layer !== null) made.push(activation(activation_layer, o.inplace));
  return made;
}

/** An activation, told whether to work in place unless that is null. */
export function activation(maker: ActivationMaker, inplace: boolean | null): Module {
  return inplace === null ? make(maker) : make(maker as LayerMaker<[options: { inplace: boolean }]>, { inplace });
}

/**
 * A convolution of [N, C, H, W], normalisation and activation.
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { ops } from "@tt/vision";
 * new ops.Conv2dNormActivation(3, 8, { stride: 2 })(rand(1, 3, 8, 8)).shape; // [1, 8, 4, 4]
 * ```
 */
export class Conv2dNormActivation extends Sequential {
  readonly out_channels: number;

  constructor(in_channels: number, out_channels: number, options: ConvNormActivationOptions = {}) {
    super(...layers("Conv2dNormActivation", Conv2d, BatchNorm2d, in_channels, out_channels, options));
    this.out_channels = out_channels;
  }
}

/** {@link Conv2dNormActivation} of [N, C, D, H, W]. */
export class Conv3dNormActivation extends Sequential {
  readonly out_channels: number;

  constructor(in_channels: number, out_channels: number, options: ConvNormActivationOptions = {}) {
    super(...layers("Conv3dNormActivation", Conv3d, BatchNorm3d, in_channels, out_channels, options));
    this.out_channels = out_channels;
  }
}
