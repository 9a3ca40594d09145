import { ones, Parameter, type Tensor, ValueError, zeros } from "@tt/core";
import * as F from "../functional/index.ts";
import { ones_, zeros_ } from "../init/index.ts";
import { bindConstructor, type ConstructorArgs, pyFloat, pyRepr, type Sizes } from "../module/construct.ts";
import { Module } from "../module/module.ts";
import { factory, type FactoryOptions } from "./linear.ts";

interface LayerNormArgs extends FactoryOptions {
  normalized_shape: Sizes;
  eps?: number;
  elementwise_affine?: boolean;
}

/** Normalises the last dimensions, whose sizes are `normalized_shape` (Ba et al. 2016). */
export class LayerNorm extends Module {
  readonly normalized_shape: readonly number[];
  readonly eps: number;
  readonly elementwise_affine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(
    ...args: ConstructorArgs<LayerNormArgs, ["normalized_shape", "eps", "elementwise_affine", "device", "dtype"]>
  ) {
    super();
    const [shape, eps, affine, device, dtype] = bindConstructor<[number[], number, boolean, unknown, unknown]>(
      "LayerNorm(int[1] normalized_shape, float eps=1e-5, bool elementwise_affine=True, Device? device=None, ScalarType? dtype=None)",
      args,
    );
    this.normalized_shape = shape;
    this.eps = eps;
    this.elementwise_affine = affine;
    this.weight = affine ? new Parameter(ones(shape, factory(device, dtype))) : null;
    this.bias = affine ? new Parameter(zeros(shape, factory(device, dtype))) : null;
  }

  /** Sets weight to one and bias to zero. */
  reset_parameters(): void {
    if (this.weight === null || this.bias === null) return;
    ones_(this.weight);
    zeros_(this.bias);
  }

  override forward(input: Tensor): Tensor {
    return F.layer_norm(input, this.normalized_shape, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    return `${pyRepr(this.normalized_shape)}, eps=${pyRepr(this.eps)}, elementwise_affine=${pyRepr(this.elementwise_affine)}`;
  }
}

interface GroupNormArgs extends FactoryOptions {
  num_groups: number;
  num_channels: number;
  eps?: number;
  affine?: boolean;
}

/** Normalises groups of channels of each sample (Wu and He 2018). */
export class GroupNorm extends Module {
  readonly num_groups: number;
  readonly num_channels: number;
  readonly eps: number;
  readonly affine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(
    ...args: ConstructorArgs<GroupNormArgs, ["num_groups", "num_channels", "eps", "affine", "device", "dtype"]>
  ) {
    super();
    const [groups, channels, eps, affine, device, dtype] = bindConstructor<
      [number, number, number, boolean, unknown, unknown]
    >(
      "GroupNorm(int num_groups, int num_channels, float eps=1e-5, bool affine=True, Device? device=None, ScalarType? dtype=None)",
      args,
    );
    if (channels % groups !== 0) throw new ValueError("num_channels must be divisible by num_groups");
    this.num_groups = groups;
    this.num_channels = channels;
    this.eps = eps;
    this.affine = affine;
    this.weight = affine ? new Parameter(ones([channels], factory(device, dtype))) : null;
    this.bias = affine ? new Parameter(zeros([channels], factory(device, dtype))) : null;
  }

  /** Sets weight to one and bias to zero. */
  reset_parameters(): void {
    if (this.weight === null || this.bias === null) return;
    ones_(this.weight);
    zeros_(this.bias);
  }

  override forward(input: Tensor): Tensor {
    return F.group_norm(input, this.num_groups, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    return `${this.num_groups}, ${this.num_channels}, eps=${pyRepr(this.eps)}, affine=${pyRepr(this.affine)}`;
  }
}

interface LocalResponseArgs {
  size: number;
  alpha?: number;
  beta?: number;
  k?: number;
}

/** Divides by a power of the neighbouring channels' squares (Krizhevsky et al. 2012). */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(...args: ConstructorArgs<LocalResponseArgs, ["size", "alpha", "beta", "k"]>) {
    super();
    [this.size, this.alpha, this.beta, this.k] = bindConstructor<[number, number, number, number]>(
      "LocalResponseNorm(int size, float alpha=0.0001, float beta=0.75, float k=1)",
      args,
    );
  }

  override forward(input: Tensor): Tensor {
    return F.local_response_norm(input, this.size, this.alpha, this.beta, this.k);
  }

  override extra_repr(): string {
    return `${this.size}, alpha=${pyRepr(this.alpha)}, beta=${pyRepr(this.beta)}, k=${this.k === 1 ? pyFloat(1) : pyRepr(this.k)}`;
  }
}

interface RMSNormArgs extends FactoryOptions {
  normalized_shape: Sizes;
  eps?: number | null;
  elementwise_affine?: boolean;
}

/** Divides the last dimensions by their root mean square (Zhang and Sennrich 2019). */
export class RMSNorm extends Module {
  readonly normalized_shape: readonly number[];
  readonly eps: number | null;
  readonly elementwise_affine: boolean;
  weight: Parameter | null;

  constructor(
    ...args: ConstructorArgs<RMSNormArgs, ["normalized_shape", "eps", "elementwise_affine", "device", "dtype"]>
  ) {
    super();
    const [shape, eps, affine, device, dtype] = bindConstructor<[number[], number | null, boolean, unknown, unknown]>(
      "RMSNorm(int[1] normalized_shape, float? eps=None, bool elementwise_affine=True, Device? device=None, ScalarType? dtype=None)",
      args,
    );
    this.normalized_shape = shape;
    this.eps = eps;
    this.elementwise_affine = affine;
    this.weight = affine ? new Parameter(ones(shape, factory(device, dtype))) : null;
  }

  override forward(input: Tensor): Tensor {
    return F.rms_norm(input, this.normalized_shape, this.weight, this.eps);
  }

  override extra_repr(): string {
    return `${pyRepr(this.normalized_shape)}, eps=${pyRepr(this.eps)}, elementwise_affine=${pyRepr(this.elementwise_affine)}`;
  }
}

interface CrossMapArgs {
  size: number;
  alpha?: number;
  beta?: number;
  k?: number;
}

/** The former name of {@link LocalResponseNorm}, for images [N, C, H, W]. */
export class CrossMapLRN2d extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(...args: ConstructorArgs<CrossMapArgs, ["size", "alpha", "beta", "k"]>) {
    super();
    [this.size, this.alpha, this.beta, this.k] = bindConstructor<[number, number, number, number]>(
      "CrossMapLRN2d(int size, float alpha=0.0001, float beta=0.75, float k=1)",
      args,
    );
  }

  override forward(input: Tensor): Tensor {
    return F.local_response_norm(input, this.size, this.alpha, this.beta, this.k);
  }

  override extra_repr(): string {
    return `${this.size}, alpha=${pyRepr(this.alpha)}, beta=${pyRepr(this.beta)}, k=${pyRepr(this.k)}`;
  }
}
