import { no_grad, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type Sizes } from "../../module/construct.ts";
import { UninitializedParameter } from "../../module/uninitialized.ts";
import {
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type PaddingMode,
} from "../conv.ts";
import { factory, type FactoryOptions } from "../linear.ts";
import { assign, firstInput, hasUninitialized, settle } from "./lazy.ts";

interface LazyConvArgs extends FactoryOptions {
  out_channels: number;
  kernel_size: Sizes;
  stride?: Sizes;
  padding?: Sizes | "valid" | "same";
  dilation?: Sizes;
  groups?: number;
  bias?: boolean;
  padding_mode?: PaddingMode;
}

interface LazyConvTransposeArgs extends Omit<LazyConvArgs, "padding"> {
  padding?: Sizes;
  output_padding?: Sizes;
}

type ConvParams = ConstructorArgs<
  LazyConvArgs,
  ["out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode", "device", "dtype"]
>;
type TransposeParams = ConstructorArgs<
  LazyConvTransposeArgs,
  [
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "output_padding",
    "groups",
    "bias",
    "dilation",
    "padding_mode",
    "device",
    "dtype",
  ]
>;

type Convolution = Conv1d | Conv2d | Conv3d | ConvTranspose1d | ConvTranspose2d | ConvTranspose3d;

/** What the eager constructor gets (by name), and what is put in place of what it makes. */
interface Plan<O> {
  readonly kernel_size: Sizes;
  readonly options: O;
  readonly later: Readonly<Record<string, unknown>>;
}

function later(
  out_channels: number,
  groups: number,
  bias: boolean,
  device: unknown,
  dtype: unknown,
): Plan<never>["later"] {
  if (out_channels % groups !== 0) throw new ValueError("out_channels must be divisible by groups");
  const make = (): UninitializedParameter => new UninitializedParameter(true, factory(device, dtype));
  return { out_channels, weight: make(), bias: bias ? make() : null };
}

type ConvOptions = Pick<LazyConvArgs, "stride" | "padding" | "dilation" | "groups" | "padding_mode" | "bias">;

function convPlan(name: string, rank: number, args: readonly unknown[]): Plan<ConvOptions> {
  type Bound = [number, Sizes, Sizes, Sizes | "valid" | "same", Sizes, number, boolean, PaddingMode, unknown, unknown];
  const [out, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype] =
    bindConstructor<Bound>(
      `${name}(int out_channels, int[${rank}] kernel_size, int[${rank}] stride=1, Any padding=0, int[${rank}] dilation=1, int groups=1, bool bias=True, str padding_mode="zeros", Device? device=None, ScalarType? dtype=None)`,
      args,
    );
  const options = { stride, padding, dilation, groups, padding_mode, bias: false };
  return { kernel_size, options, later: later(out, groups, bias, device, dtype) };
}

type TransposeOptions = Pick<
  LazyConvTransposeArgs,
  "stride" | "padding" | "output_padding" | "dilation" | "groups" | "padding_mode" | "bias"
>;

function transposePlan(name: string, rank: number, args: readonly unknown[]): Plan<TransposeOptions> {
  type Bound = [number, Sizes, Sizes, Sizes, Sizes, number, boolean, Sizes, PaddingMode, unknown, unknown];
  const [out, kernel_size, stride, padding, output_padding, groups, bias, dilation, padding_mode, device, dtype] =
    bindConstructor<Bound>(
      `${name}(int out_channels, int[${rank}] kernel_size, int[${rank}] stride=1, int[${rank}] padding=0, int[${rank}] output_padding=0, int groups=1, bool bias=True, int[${rank}] dilation=1, str padding_mode="zeros", Device? device=None, ScalarType? dtype=None)`,
      args,
    );
  const options = { stride, padding, output_padding, groups, dilation, padding_mode, bias: false };
  return { kernel_size, options, later: later(out, groups, bias, device, dtype) };
}

/** Shapes and draws the parameters for the channels of `input`. */
function initialize(conv: Convolution, input: Tensor, transposed: boolean): void {
  if (!hasUninitialized(conv)) return;
  const rank = conv.kernel_size.length;
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
    throw new RuntimeError(
      `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${conv.constructor.name}, but got input of size: torch.Size([${input.shape.join(", ")}])`,
    );
  }
  const channels = input.shape[input.ndim - rank - 1]!;
  const { groups, out_channels, kernel_size } = conv;
  if (channels % groups !== 0) throw new ValueError("in_channels must be divisible by groups");
  assign(conv, { in_channels: channels });
  const [first, second] = transposed ? [channels, out_channels / groups] : [out_channels, channels / groups];
  no_grad(() => {
    (conv.weight as UninitializedParameter).materialize([first, second, ...kernel_size]);
    (conv.bias as UninitializedParameter | null)?.materialize([out_channels]);
    conv.reset_parameters();
  });
}

/** A {@link Conv1d} that takes `in_channels` from its first input, and is one afterwards. */
export class LazyConv1d extends Conv1d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof Conv1d {
    return Conv1d;
  }

  constructor(...args: ConvParams) {
    const plan = convPlan("LazyConv1d", 1, args);
    super(0, 0, plan.kernel_size, plan.options);
    assign(this, plan.later);
  }

  override reset_parameters(): void {
    if (this.in_channels !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args), false);
    settle(this, LazyConv1d);
    return super.call_(args);
  }
}

/** A {@link Conv2d} that takes `in_channels` from its first input, and is one afterwards. */
export class LazyConv2d extends Conv2d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof Conv2d {
    return Conv2d;
  }

  constructor(...args: ConvParams) {
    const plan = convPlan("LazyConv2d", 2, args);
    super(0, 0, plan.kernel_size, plan.options);
    assign(this, plan.later);
  }

  override reset_parameters(): void {
    if (this.in_channels !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args), false);
    settle(this, LazyConv2d);
    return super.call_(args);
  }
}

/** A {@link Conv3d} that takes `in_channels` from its first input, and is one afterwards. */
export class LazyConv3d extends Conv3d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof Conv3d {
    return Conv3d;
  }

  constructor(...args: ConvParams) {
    const plan = convPlan("LazyConv3d", 3, args);
    super(0, 0, plan.kernel_size, plan.options);
    assign(this, plan.later);
  }

  override reset_parameters(): void {
    if (this.in_channels !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args), false);
    settle(this, LazyConv3d);
    return super.call_(args);
  }
}

/** A {@link ConvTranspose1d} that takes `in_channels` from its first input, and is one afterwards. */
export class LazyConvTranspose1d extends ConvTranspose1d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof ConvTranspose1d {
    return ConvTranspose1d;
  }

  constructor(...args: TransposeParams) {
    const plan = transposePlan("LazyConvTranspose1d", 1, args);
    super(0, 0, plan.kernel_size, plan.options);
    assign(this, plan.later);
  }

  override reset_parameters(): void {
    if (this.in_channels !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args), true);
    settle(this, LazyConvTranspose1d);
    return super.call_(args);
  }
}

/** A {@link ConvTranspose2d} that takes `in_channels` from its first input, and is one afterwards. */
export class LazyConvTranspose2d extends ConvTranspose2d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof ConvTranspose2d {
    return ConvTranspose2d;
  }

  constructor(...args: TransposeParams) {
    const plan = transposePlan("LazyConvTranspose2d", 2, args);
    super(0, 0, plan.kernel_size, plan.options);
    assign(this, plan.later);
  }

  override reset_parameters(): void {
    if (this.in_channels !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args), true);
    settle(this, LazyConvTranspose2d);
    return super.call_(args);
  }
}

/** A {@link ConvTranspose3d} that takes `in_channels` from its first input, and is one afterwards. */
export class LazyConvTranspose3d extends ConvTranspose3d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof ConvTranspose3d {
    return ConvTranspose3d;
  }

  constructor(...args: TransposeParams) {
    const plan = transposePlan("LazyConvTranspose3d", 3, args);
    super(0, 0, plan.kernel_size, plan.options);
    assign(this, plan.later);
  }

  override reset_parameters(): void {
    if (this.in_channels !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args), true);
    settle(this, LazyConvTranspose3d);
    return super.call_(args);
  }
}
