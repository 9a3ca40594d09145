import type { Tensor } from "@tt/core";
import * as F from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr, type Sizes } from "../module/construct.ts";
import { Module } from "../module/module.ts";

interface MaxPoolOptions<I extends boolean> {
  stride?: Sizes | null;
  padding?: Sizes;
  dilation?: Sizes;
  return_indices?: I;
  ceil_mode?: boolean;
}

/** Written out, as TypeScript would not infer `I` through {@link ConstructorArgs}. */
type MaxPoolParams<I extends boolean> =
  | [options: MaxPoolOptions<I> & { kernel_size: Sizes }]
  | [kernel_size: Sizes, options?: MaxPoolOptions<I>]
  | [kernel_size: Sizes, stride: Sizes | null, options?: Omit<MaxPoolOptions<I>, "stride">]
  | [kernel_size: Sizes, stride: Sizes | null, padding: Sizes, options?: MaxPoolMore<I> & { dilation?: Sizes }]
  | [kernel_size: Sizes, stride: Sizes | null, padding: Sizes, dilation: Sizes, options?: MaxPoolMore<I>]
  | [
      kernel_size: Sizes,
      stride: Sizes | null,
      padding: Sizes,
      dilation: Sizes,
      return_indices: I,
      ceil_mode?: boolean | { ceil_mode?: boolean },
    ];

type MaxPoolMore<I extends boolean> = Pick<MaxPoolOptions<I>, "return_indices" | "ceil_mode">;

/** What pooling gives: a tensor, or with `return_indices` the tensor and the flat positions of the maxima. */
export type Pooled<I extends boolean> = I extends true ? [output: Tensor, indices: Tensor] : Tensor;

const show = (value: unknown): string => pyRepr(value as never);

abstract class MaxPoolNd<I extends boolean = false> extends Module {
  readonly kernel_size: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly dilation: Sizes;
  readonly return_indices: boolean;
  readonly ceil_mode: boolean;

  constructor(...args: MaxPoolParams<I>) {
    super();
    const [kernel, stride, padding, dilation, indices, ceil] = bindConstructor<
      [Sizes, Sizes | null, Sizes, Sizes, boolean, boolean]
    >(
      "MaxPool(Any kernel_size, Any? stride=None, Any padding=0, Any dilation=1, bool return_indices=False, bool ceil_mode=False)",
      args,
    );
    this.kernel_size = kernel;
    this.stride = stride ?? kernel;
    this.padding = padding;
    this.dilation = dilation;
    this.return_indices = indices;
    this.ceil_mode = ceil;
  }

  protected get options(): {
    stride: Sizes;
    padding: Sizes;
    dilation: Sizes;
    ceil_mode: boolean;
    return_indices: boolean;
  } {
    const { stride, padding, dilation, ceil_mode, return_indices } = this;
    return { stride, padding, dilation, ceil_mode, return_indices };
  }

  abstract override forward(input: Tensor): Pooled<I>;

  override extra_repr(): string {
    return `kernel_size=${show(this.kernel_size)}, stride=${show(this.stride)}, padding=${show(this.padding)}, dilation=${show(this.dilation)}, ceil_mode=${show(this.ceil_mode)}`;
  }
}

/** Maxima of windows of [N, C, L]. */
export class MaxPool1d<I extends boolean = false> extends MaxPoolNd<I> {
  override forward(input: Tensor): Pooled<I> {
    return F.max_pool1d(input, this.kernel_size, this.options) as Pooled<I>;
  }
}

/**
 * Maxima of windows of [N, C, H, W].
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { MaxPool2d } from "@tt/nn";
 * new MaxPool2d(2)(rand(1, 3, 8, 8)).shape; // [1, 3, 4, 4]
 * ```
 */
export class MaxPool2d<I extends boolean = false> extends MaxPoolNd<I> {
  override forward(input: Tensor): Pooled<I> {
    return F.max_pool2d(input, this.kernel_size, this.options) as Pooled<I>;
  }
}

/** Maxima of windows of [N, C, D, H, W]. */
export class MaxPool3d<I extends boolean = false> extends MaxPoolNd<I> {
  override forward(input: Tensor): Pooled<I> {
    return F.max_pool3d(input, this.kernel_size, this.options) as Pooled<I>;
  }
}

interface AvgPoolArgs {
  kernel_size: Sizes;
  stride?: Sizes | null;
  padding?: Sizes;
  ceil_mode?: boolean;
  count_include_pad?: boolean;
  divisor_override?: number | null;
}

type AvgPool1dParams = ConstructorArgs<
  Omit<AvgPoolArgs, "divisor_override">,
  ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"]
>;
type AvgPoolParams = ConstructorArgs<
  AvgPoolArgs,
  ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"]
>;

/** Means of windows of [N, C, L]. */
export class AvgPool1d extends Module {
  readonly kernel_size: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly ceil_mode: boolean;
  readonly count_include_pad: boolean;

  constructor(...args: AvgPool1dParams) {
    super();
    const [kernel, stride, padding, ceil, include] = bindConstructor<
      [number[], number[] | null, number[], boolean, boolean]
    >(
      "AvgPool1d(int[1] kernel_size, int[1]? stride=None, int[1] padding=0, bool ceil_mode=False, bool count_include_pad=True)",
      args,
    );
    this.kernel_size = kernel;
    this.stride = stride ?? kernel;
    this.padding = padding;
    this.ceil_mode = ceil;
    this.count_include_pad = include;
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, ceil_mode, count_include_pad } = this;
    return F.avg_pool1d(input, this.kernel_size, { stride, padding, ceil_mode, count_include_pad });
  }

  override extra_repr(): string {
    return `kernel_size=${show(this.kernel_size)}, stride=${show(this.stride)}, padding=${show(this.padding)}`;
  }
}

abstract class AvgPoolNd extends Module {
  readonly kernel_size: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly ceil_mode: boolean;
  readonly count_include_pad: boolean;
  readonly divisor_override: number | null;

  constructor(...args: AvgPoolParams) {
    super();
    const [kernel, stride, padding, ceil, include, divisor] = bindConstructor<
      [Sizes, Sizes | null, Sizes, boolean, boolean, number | null]
    >(
      "AvgPool(Any kernel_size, Any? stride=None, Any padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None)",
      args,
    );
    this.kernel_size = kernel;
    this.stride = stride ?? kernel;
    this.padding = padding;
    this.ceil_mode = ceil;
    this.count_include_pad = include;
    this.divisor_override = divisor;
  }

  abstract override forward(input: Tensor): Tensor;

  override extra_repr(): string {
    return `kernel_size=${show(this.kernel_size)}, stride=${show(this.stride)}, padding=${show(this.padding)}`;
  }
}

/** Means of windows of [N, C, H, W]. */
export class AvgPool2d extends AvgPoolNd {
  override forward(input: Tensor): Tensor {
    const { stride, padding, ceil_mode, count_include_pad, divisor_override } = this;
    return F.avg_pool2d(input, this.kernel_size, { stride, padding, ceil_mode, count_include_pad, divisor_override });
  }
}

/** Means of windows of [N, C, D, H, W]. */
export class AvgPool3d extends AvgPoolNd {
  override forward(input: Tensor): Tensor {
    const { stride, padding, ceil_mode, count_include_pad, divisor_override } = this;
    return F.avg_pool3d(input, this.kernel_size, { stride, padding, ceil_mode, count_include_pad, divisor_override });
  }
}
