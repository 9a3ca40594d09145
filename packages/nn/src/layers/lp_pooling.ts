import { type Tensor, ValueError } from "@tt/core";
import * as F from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr, type Sizes } from "../module/construct.ts";
import { Module } from "../module/module.ts";
import type { Pooled } from "./pooling.ts";

interface LPArgs {
  norm_type: number;
  kernel_size: Sizes;
  stride?: Sizes | null;
  ceil_mode?: boolean;
}

type LPParams = ConstructorArgs<LPArgs, ["norm_type", "kernel_size", "stride", "ceil_mode"]>;

abstract class LPPoolNd extends Module {
  readonly norm_type: number;
  readonly kernel_size: Sizes;
  readonly stride: Sizes | null;
  readonly ceil_mode: boolean;

  constructor(...args: LPParams) {
    super();
    [this.norm_type, this.kernel_size, this.stride, this.ceil_mode] = bindConstructor<
      [number, Sizes, Sizes | null, boolean]
    >("LPPool(float norm_type, Any kernel_size, Any? stride=None, bool ceil_mode=False)", args);
  }

  abstract override forward(input: Tensor): Tensor;

  override extra_repr(): string {
    return `norm_type=${pyRepr(this.norm_type)}, kernel_size=${pyRepr(this.kernel_size)}, stride=${pyRepr(this.stride)}, ceil_mode=${pyRepr(this.ceil_mode)}`;
  }
}

/** p-norms of windows of [N, C, L]. */
export class LPPool1d extends LPPoolNd {
  override forward(input: Tensor): Tensor {
    return F.lp_pool1d(input, this.norm_type, this.kernel_size, this.stride, this.ceil_mode);
  }
}

/** p-norms of windows of [N, C, H, W]. */
export class LPPool2d extends LPPoolNd {
  override forward(input: Tensor): Tensor {
    return F.lp_pool2d(input, this.norm_type, this.kernel_size, this.stride, this.ceil_mode);
  }
}

interface FractionalOptions<I extends boolean> {
  output_size?: Sizes | null;
  output_ratio?: Sizes | null;
  return_indices?: I;
  _random_samples?: Tensor | null;
}

type FractionalParams<I extends boolean> =
  | [options: FractionalOptions<I> & { kernel_size: Sizes }]
  | [kernel_size: Sizes, options?: FractionalOptions<I>]
  | [kernel_size: Sizes, output_size: Sizes | null, options?: Omit<FractionalOptions<I>, "output_size">]
  | [kernel_size: Sizes, output_size: Sizes | null, output_ratio: Sizes | null, options?: FractionalMore<I>]
  | [
      kernel_size: Sizes,
      output_size: Sizes | null,
      output_ratio: Sizes | null,
      return_indices: I,
      _random_samples?: Tensor | null | { _random_samples?: Tensor | null },
    ];

type FractionalMore<I extends boolean> = Pick<FractionalOptions<I>, "return_indices" | "_random_samples">;

abstract class FractionalMaxPoolNd<I extends boolean = false> extends Module {
  readonly kernel_size: readonly number[];
  readonly output_size: readonly number[] | null;
  readonly output_ratio: readonly number[] | null;
  readonly return_indices: boolean;
  declare _random_samples: Tensor | null;

  constructor(rank: number, args: FractionalParams<I>) {
    super();
    type Bound = [number[], number[] | null, number[] | null, boolean, Tensor | null];
    const [kernel, size, ratio, indices, samples] = bindConstructor<Bound>(
      `FractionalMaxPool(int[${rank}] kernel_size, int[${rank}]? output_size=None, float[${rank}]? output_ratio=None, bool return_indices=False, Tensor? _random_samples=None)`,
      args,
    );
    this.kernel_size = kernel;
    this.output_size = size;
    this.output_ratio = ratio;
    this.return_indices = indices;
    this.register_buffer("_random_samples", samples);
    if (size === null && ratio === null) {
      throw new ValueError(`FractionalMaxPool${rank}d requires specifying either an output size, or a pooling ratio`);
    }
    if (size !== null && ratio !== null)
      throw new ValueError("only one of output_size and output_ratio may be specified");
    if (ratio?.some((r) => !(r > 0 && r < 1))) {
      throw new ValueError(`output_ratio must be between 0 and 1 (got ${pyRepr(ratio)})`);
    }
  }

  protected get options(): {
    output_size: readonly number[] | null;
    output_ratio: readonly number[] | null;
    return_indices: boolean;
    _random_samples: Tensor | null;
  } {
    const { output_size, output_ratio, return_indices, _random_samples } = this;
    return { output_size, output_ratio, return_indices, _random_samples };
  }

  abstract override forward(input: Tensor): Pooled<I>;
}

/** Maxima of windows of random sizes (Graham 2014): [N, C, H, W]. */
export class FractionalMaxPool2d<I extends boolean = false> extends FractionalMaxPoolNd<I> {
  constructor(...args: FractionalParams<I>) {
    super(2, args);
  }

  override forward(input: Tensor): Pooled<I> {
    return F.fractional_max_pool2d(input, this.kernel_size, this.options) as Pooled<I>;
  }
}

/** Maxima of windows of random sizes (Graham 2014): [N, C, D, H, W]. */
export class FractionalMaxPool3d<I extends boolean = false> extends FractionalMaxPoolNd<I> {
  constructor(...args: FractionalParams<I>) {
    super(3, args);
  }

  override forward(input: Tensor): Pooled<I> {
    return F.fractional_max_pool3d(input, this.kernel_size, this.options) as Pooled<I>;
  }
}
