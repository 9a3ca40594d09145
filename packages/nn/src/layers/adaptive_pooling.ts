import type { Tensor } from "@tt/core";
import * as F from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr } from "../module/construct.ts";
import { Module } from "../module/module.ts";
import type { Pooled } from "./pooling.ts";

/** Sizes of the output; null keeps the input's. */
export type OutputSize = number | readonly (number | null)[] | null;

/** `null` in an output size stands for the input's own size. */
function resolve(size: OutputSize, input: Tensor, rank: number): number[] {
  const list = Array.isArray(size)
    ? (size as readonly (number | null)[])
    : new Array<number | null>(rank).fill(size as number | null);
  return list.map((s, i) => s ?? input.shape[input.ndim - rank + i]!);
}

abstract class AdaptiveAvgPoolNd extends Module {
  readonly output_size: OutputSize;

  constructor(...args: ConstructorArgs<{ output_size: OutputSize }, ["output_size"]>) {
    super();
    [this.output_size] = bindConstructor<[OutputSize]>("AdaptiveAvgPool(Any output_size)", args);
  }

  abstract override forward(input: Tensor): Tensor;

  override extra_repr(): string {
    return `output_size=${pyRepr(this.output_size)}`;
  }
}

/** Means of as many windows of [N, C, L] as the output has elements. */
export class AdaptiveAvgPool1d extends AdaptiveAvgPoolNd {
  override forward(input: Tensor): Tensor {
    return F.adaptive_avg_pool1d(input, resolve(this.output_size, input, 1));
  }
}

/** Means of as many windows of [N, C, H, W] as the output has elements. */
export class AdaptiveAvgPool2d extends AdaptiveAvgPoolNd {
  override forward(input: Tensor): Tensor {
    return F.adaptive_avg_pool2d(input, resolve(this.output_size, input, 2));
  }
}

/** Means of as many windows of [N, C, D, H, W] as the output has elements. */
export class AdaptiveAvgPool3d extends AdaptiveAvgPoolNd {
  override forward(input: Tensor): Tensor {
    return F.adaptive_avg_pool3d(input, resolve(this.output_size, input, 3));
  }
}

type MaxParams<I extends boolean> =
  | [options: { output_size: OutputSize; return_indices?: I }]
  | [output_size: OutputSize, options?: { return_indices?: I }]
  | [output_size: OutputSize, return_indices: I];

abstract class AdaptiveMaxPoolNd<I extends boolean = false> extends Module {
  readonly output_size: OutputSize;
  readonly return_indices: boolean;

  constructor(...args: MaxParams<I>) {
    super();
    [this.output_size, this.return_indices] = bindConstructor<[OutputSize, boolean]>(
      "AdaptiveMaxPool(Any output_size, bool return_indices=False)",
      args,
    );
  }

  abstract override forward(input: Tensor): Pooled<I>;

  override extra_repr(): string {
    return `output_size=${pyRepr(this.output_size)}`;
  }
}

/** Maxima of as many windows of [N, C, L] as the output has elements. */
export class AdaptiveMaxPool1d<I extends boolean = false> extends AdaptiveMaxPoolNd<I> {
  override forward(input: Tensor): Pooled<I> {
    return F.adaptive_max_pool1d(input, resolve(this.output_size, input, 1), this.return_indices) as Pooled<I>;
  }
}

/** Maxima of as many windows of [N, C, H, W] as the output has elements. */
export class AdaptiveMaxPool2d<I extends boolean = false> extends AdaptiveMaxPoolNd<I> {
  override forward(input: Tensor): Pooled<I> {
    return F.adaptive_max_pool2d(input, resolve(this.output_size, input, 2), this.return_indices) as Pooled<I>;
  }
}

/** Maxima of as many windows of [N, C, D, H, W] as the output has elements. */
export class AdaptiveMaxPool3d<I extends boolean = false> extends AdaptiveMaxPoolNd<I> {
  override forward(input: Tensor): Pooled<I> {
    return F.adaptive_max_pool3d(input, resolve(this.output_size, input, 3), this.return_indices) as Pooled<I>;
  }
}
