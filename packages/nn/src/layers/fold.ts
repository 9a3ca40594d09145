import type { Tensor } from "@tt/core";
import { fold, unfold } from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr, type Sizes } from "../module/construct.ts";
import { Module } from "../module/module.ts";

interface UnfoldArgs {
  kernel_size: Sizes;
  dilation?: Sizes;
  padding?: Sizes;
  stride?: Sizes;
}

/** The sliding patches of [N, C, H, W] as columns [N, C * kernel, positions]. */
export class Unfold extends Module {
  readonly kernel_size: Sizes;
  readonly dilation: Sizes;
  readonly padding: Sizes;
  readonly stride: Sizes;

  constructor(...args: ConstructorArgs<UnfoldArgs, ["kernel_size", "dilation", "padding", "stride"]>) {
    super();
    [this.kernel_size, this.dilation, this.padding, this.stride] = bindConstructor<[Sizes, Sizes, Sizes, Sizes]>(
      "Unfold(Any kernel_size, Any dilation=1, Any padding=0, Any stride=1)",
      args,
    );
  }

  override forward(input: Tensor): Tensor {
    return unfold(input, this.kernel_size, this.dilation, this.padding, this.stride);
  }

  override extra_repr(): string {
    const { kernel_size, dilation, padding, stride } = this;
    return `kernel_size=${pyRepr(kernel_size)}, dilation=${pyRepr(dilation)}, padding=${pyRepr(padding)}, stride=${pyRepr(stride)}`;
  }
}

interface FoldArgs extends UnfoldArgs {
  output_size: Sizes;
}

/** Columns [N, C * kernel, positions] summed back into images [N, C, ...output_size]. */
export class Fold extends Module {
  readonly output_size: Sizes;
  readonly kernel_size: Sizes;
  readonly dilation: Sizes;
  readonly padding: Sizes;
  readonly stride: Sizes;

  constructor(...args: ConstructorArgs<FoldArgs, ["output_size", "kernel_size", "dilation", "padding", "stride"]>) {
    super();
    [this.output_size, this.kernel_size, this.dilation, this.padding, this.stride] = bindConstructor<
      [Sizes, Sizes, Sizes, Sizes, Sizes]
    >("Fold(Any output_size, Any kernel_size, Any dilation=1, Any padding=0, Any stride=1)", args);
  }

  override forward(input: Tensor): Tensor {
    return fold(input, this.output_size, this.kernel_size, this.dilation, this.padding, this.stride);
  }

  override extra_repr(): string {
    const { output_size, kernel_size, dilation, padding, stride } = this;
    return `output_size=${pyRepr(output_size)}, kernel_size=${pyRepr(kernel_size)}, dilation=${pyRepr(dilation)}, padding=${pyRepr(padding)}, stride=${pyRepr(stride)}`;
  }
}
