import type { Tensor } from "@tt/core";
import * as F from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr, type Sizes } from "../module/construct.ts";
import { Module } from "../module/module.ts";

interface UnpoolArgs {
  kernel_size: Sizes;
  stride?: Sizes | null;
  padding?: Sizes;
}

type UnpoolParams = ConstructorArgs<UnpoolArgs, ["kernel_size", "stride", "padding"]>;

abstract class MaxUnpoolNd extends Module {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];

  constructor(rank: number, args: UnpoolParams) {
    super();
    const [kernel, stride, padding] = bindConstructor<[number[], number[] | null, number[]]>(
      `MaxUnpool(int[${rank}] kernel_size, int[${rank}]? stride=None, int[${rank}] padding=0)`,
      args,
    );
    this.kernel_size = kernel;
    this.stride = stride ?? kernel;
    this.padding = padding;
  }

  abstract override forward(input: Tensor, indices: Tensor, output_size?: readonly number[] | null): Tensor;

  override extra_repr(): string {
    return `kernel_size=${pyRepr(this.kernel_size)}, stride=${pyRepr(this.stride)}, padding=${pyRepr(this.padding)}`;
  }
}

/** Puts the maxima of MaxPool1d back to their places. */
export class MaxUnpool1d extends MaxUnpoolNd {
  constructor(...args: UnpoolParams) {
    super(1, args);
  }

  override forward(input: Tensor, indices: Tensor, output_size: readonly number[] | null = null): Tensor {
    return F.max_unpool1d(input, indices, this.kernel_size, this.stride, this.padding, output_size);
  }
}

/** Puts the maxima of MaxPool2d back to their places. */
export class MaxUnpool2d extends MaxUnpoolNd {
  constructor(...args: UnpoolParams) {
    super(2, args);
  }

  override forward(input: Tensor, indices: Tensor, output_size: readonly number[] | null = null): Tensor {
    return F.max_unpool2d(input, indices, this.kernel_size, this.stride, this.padding, output_size);
  }
}

/** Puts the maxima of MaxPool3d back to their places. */
export class MaxUnpool3d extends MaxUnpoolNd {
  constructor(...args: UnpoolParams) {
    super(3, args);
  }

  override forward(input: Tensor, indices: Tensor, output_size: readonly number[] | null = null): Tensor {
    return F.max_unpool3d(input, indices, this.kernel_size, this.stride, this.padding, output_size);
  }
}
