import { empty, Parameter, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d } from "@tt/core/neural";
import { pad } from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr, type Sizes } from "../module/construct.ts";
import { Module } from "../module/module.ts";
import { factory, type FactoryOptions, resetLike } from "./linear.ts";

/** How the input is continued beyond its edges. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

interface ConvArgs extends FactoryOptions {
  in_channels: number;
  out_channels: number;
  kernel_size: Sizes;
  stride?: Sizes;
  padding?: Sizes | "valid" | "same";
  dilation?: Sizes;
  groups?: number;
  bias?: boolean;
  padding_mode?: PaddingMode;
}

interface ConvTransposeArgs extends Omit<ConvArgs, "padding"> {
  padding?: Sizes;
  output_padding?: Sizes;
}

type ConvParams = ConstructorArgs<
  ConvArgs,
  [
    "in_channels",
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "bias",
    "padding_mode",
    "device",
    "dtype",
  ]
>;
type ConvTransposeParams = ConstructorArgs<
  ConvTransposeArgs,
  [
    "in_channels",
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

interface Geometry {
  readonly name: string;
  readonly in_channels: number;
  readonly out_channels: number;
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | "valid" | "same";
  readonly output_padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly padding_mode: string;
}

const TAIL = 'str padding_mode="zeros", Device? device=None, ScalarType? dtype=None)';

/** What all convolutions have. */
abstract class ConvNd extends Module {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | "valid" | "same";
  readonly output_padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly padding_mode: string;
  weight: Parameter;
  bias: Parameter | null;

  constructor(g: Geometry, transposed: boolean, bias: boolean, device: unknown, dtype: unknown) {
    super();
    if (g.groups <= 0) throw new ValueError("groups must be a positive integer");
    if (g.in_channels % g.groups !== 0) throw new ValueError("in_channels must be divisible by groups");
    if (g.out_channels % g.groups !== 0) throw new ValueError("out_channels must be divisible by groups");
    if (typeof g.padding === "string") {
      if (g.padding !== "same" && g.padding !== "valid") {
        throw new ValueError(`Invalid padding string '${String(g.padding)}', should be one of {'same', 'valid'}`);
      }
      if (g.padding === "same" && g.stride.some((s) => s !== 1)) {
        throw new ValueError("padding='same' is not supported for strided convolutions");
      }
    }
    if (!["zeros", "reflect", "replicate", "circular"].includes(g.padding_mode)) {
      throw new ValueError(
        `padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${g.padding_mode}'`,
      );
    }
    this.in_channels = g.in_channels;
    this.out_channels = g.out_channels;
    this.kernel_size = g.kernel_size;
    this.stride = g.stride;
    this.padding = g.padding;
    this.dilation = g.dilation;
    this.output_padding = g.output_padding;
    this.groups = g.groups;
    this.padding_mode = g.padding_mode;
    const [first, second] = transposed ? [g.in_channels, g.out_channels] : [g.out_channels, g.in_channels];
    this.weight = new Parameter(empty([first, second / g.groups, ...g.kernel_size], factory(device, dtype)));
    this.bias = bias ? new Parameter(empty([g.out_channels], factory(device, dtype))) : null;
    this.reset_parameters();
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    resetLike(this.weight, this.bias);
  }

  override extra_repr(): string {
    const zero = (list: readonly number[]): boolean => list.every((v) => v === 0);
    const parts = [
      `${this.in_channels}, ${this.out_channels}, kernel_size=${pyRepr(this.kernel_size)}, stride=${pyRepr(this.stride)}`,
    ];
    const { padding } = this;
    if (typeof padding === "string") parts.push(`padding=${padding}`);
    else if (!zero(padding)) parts.push(`padding=${pyRepr(padding)}`);
    if (this.dilation.some((d) => d !== 1)) parts.push(`dilation=${pyRepr(this.dilation)}`);
    if (!zero(this.output_padding)) parts.push(`output_padding=${pyRepr(this.output_padding)}`);
    if (this.groups !== 1) parts.push(`groups=${this.groups}`);
    if (this.bias === null) parts.push("bias=False");
    if (this.padding_mode !== "zeros") parts.push(`padding_mode=${this.padding_mode}`);
    return parts.join(", ");
  }
}

function forwardGeometry(name: string, rank: number, args: readonly unknown[]): [Geometry, boolean, unknown, unknown] {
  type Bound = [
    number,
    number,
    number[],
    number[],
    number[] | "same" | "valid",
    number[],
    number,
    boolean,
    string,
    unknown,
    unknown,
  ];
  const [i, o, kernel_size, stride, given, dilation, groups, bias, padding_mode, device, dtype] =
    bindConstructor<Bound>(
      `${name}(int in_channels, int out_channels, int[${rank}] kernel_size, int[${rank}] stride=1, Any padding=0, int[${rank}] dilation=1, int groups=1, bool bias=True, ${TAIL}`,
      args,
    );
  const padding = typeof given === "string" ? given : sizes(given, rank);
  const geometry: Geometry = {
    name,
    in_channels: i,
    out_channels: o,
    kernel_size,
    stride,
    padding,
    output_padding: new Array<number>(rank).fill(0),
    dilation,
    groups,
    padding_mode,
  };
  return [geometry, bias, device, dtype];
}

const sizes = (value: Sizes, rank: number): readonly number[] =>
  typeof value === "number"
    ? new Array<number>(rank).fill(value)
    : value.length === 1
      ? new Array<number>(rank).fill(value[0]!)
      : value;

/** Padding on both sides of each dimension, last dimension first, as `pad` takes it. */
function reversedPadding(conv: ConvNd): number[] {
  const { padding, kernel_size, dilation } = conv;
  return [...kernel_size.keys()].toReversed().flatMap((d) => {
    if (padding === "valid") return [0, 0];
    if (padding === "same") {
      const total = dilation[d]! * (kernel_size[d]! - 1);
      return [Math.floor(total / 2), total - Math.floor(total / 2)];
    }
    return [padding[d]!, padding[d]!];
  });
}

type ConvFunction = typeof conv1d;

function runConv(conv: ConvNd, fn: ConvFunction, input: Tensor): Tensor {
  const { weight, bias, stride, dilation, groups } = conv;
  if (conv.padding_mode === "zeros") {
    return fn(input, weight, bias, { stride, padding: conv.padding as readonly number[], dilation, groups });
  }
  const padded = pad(input, reversedPadding(conv), { mode: conv.padding_mode });
  return fn(padded, weight, bias, { stride, padding: 0, dilation, groups });
}

/** 1-d convolution: [N, C_in, L] (or [C_in, L]) to [N, C_out, L_out]. */
export class Conv1d extends ConvNd {
  constructor(...args: ConvParams) {
    const [g, bias, device, dtype] = forwardGeometry("Conv1d", 1, args);
    super(g, false, bias, device, dtype);
  }

  override forward(input: Tensor): Tensor {
    return runConv(this, conv1d, input);
  }
}

/**
 * 2-d convolution: [N, C_in, H, W] (or [C_in, H, W]) to [N, C_out, H_out, W_out].
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { Conv2d } from "@tt/nn";
 * new Conv2d(1, 10, { kernel_size: 5 })(rand(64, 1, 28, 28)).shape; // [64, 10, 24, 24]
 * ```
 */
export class Conv2d extends ConvNd {
  constructor(...args: ConvParams) {
    const [g, bias, device, dtype] = forwardGeometry("Conv2d", 2, args);
    super(g, false, bias, device, dtype);
  }

  override forward(input: Tensor): Tensor {
    return runConv(this, conv2d, input);
  }
}

/** 3-d convolution: [N, C_in, D, H, W] to [N, C_out, D_out, H_out, W_out]. */
export class Conv3d extends ConvNd {
  constructor(...args: ConvParams) {
    const [g, bias, device, dtype] = forwardGeometry("Conv3d", 3, args);
    super(g, false, bias, device, dtype);
  }

  override forward(input: Tensor): Tensor {
    return runConv(this, conv3d, input);
  }
}

function transposedGeometry(
  name: string,
  rank: number,
  args: readonly unknown[],
): [Geometry, boolean, unknown, unknown] {
  type Bound = [
    number,
    number,
    number[],
    number[],
    number[],
    number[],
    number,
    boolean,
    number[],
    string,
    unknown,
    unknown,
  ];
  const [i, o, kernel_size, stride, padding, output_padding, groups, bias, dilation, padding_mode, device, dtype] =
    bindConstructor<Bound>(
      `${name}(int in_channels, int out_channels, int[${rank}] kernel_size, int[${rank}] stride=1, int[${rank}] padding=0, int[${rank}] output_padding=0, int groups=1, bool bias=True, int[${rank}] dilation=1, ${TAIL}`,
      args,
    );
  if (padding_mode !== "zeros") throw new ValueError(`Only "zeros" padding mode is supported for ${name}`);
  const geometry: Geometry = {
    name,
    in_channels: i,
    out_channels: o,
    kernel_size,
    stride,
    padding,
    output_padding,
    dilation,
    groups,
    padding_mode,
  };
  return [geometry, bias, device, dtype];
}

type TransposeFunction = typeof conv_transpose1d;

abstract class ConvTransposeNd extends ConvNd {
  /** The extra size on one side that makes the output `output_size`. */
  protected outputPadding(input: Tensor, output_size: readonly number[] | null | undefined): readonly number[] {
    if (output_size === null || output_size === undefined) return this.output_padding;
    const rank = this.kernel_size.length;
    const wanted =
      output_size.length === rank + 2 || output_size.length === rank + 1 ? output_size.slice(-rank) : output_size;
    if (wanted.length !== rank) {
      throw new ValueError(
        `ConvTranspose${rank}D: for ${input.ndim}D input, output_size must have ${rank} or ${input.ndim} elements (got ${output_size.length})`,
      );
    }
    const padding = this.padding as readonly number[];
    const least = wanted.map(
      (_, d) =>
        (input.shape[input.ndim - rank + d]! - 1) * this.stride[d]! -
        2 * padding[d]! +
        this.dilation[d]! * (this.kernel_size[d]! - 1) +
        1,
    );
    return wanted.map((size, d) => {
      const most = least[d]! + this.stride[d]! - 1;
      if (size < least[d]! || size > most) {
        const range = (values: readonly number[]): string => `[${values.join(", ")}]`;
        throw new ValueError(
          `requested an output size of ${range(wanted)}, but valid sizes range from ${range(least)} to ${range(least.map((l, k) => l + this.stride[k]! - 1))} (for an input of torch.Size([${input.shape.slice(-rank).join(", ")}]))`,
        );
      }
      return size - least[d]!;
    });
  }

  protected run(fn: TransposeFunction, input: Tensor, output_size: readonly number[] | null | undefined): Tensor {
    if (this.padding_mode !== "zeros") throw new RuntimeError("Only `zeros` padding mode is supported");
    const { weight, bias, stride, groups, dilation } = this;
    const output_padding = this.outputPadding(input, output_size);
    return fn(input, weight, bias, {
      stride,
      padding: this.padding as readonly number[],
      output_padding,
      groups,
      dilation,
    });
  }
}

/** The gradient of {@link Conv1d} by its input, as a layer. */
export class ConvTranspose1d extends ConvTransposeNd {
  constructor(...args: ConvTransposeParams) {
    const [g, bias, device, dtype] = transposedGeometry("ConvTranspose1d", 1, args);
    super(g, true, bias, device, dtype);
  }

  override forward(input: Tensor, output_size?: readonly number[] | null): Tensor {
    return this.run(conv_transpose1d, input, output_size);
  }
}

/** The gradient of {@link Conv2d} by its input, as a layer. */
export class ConvTranspose2d extends ConvTransposeNd {
  constructor(...args: ConvTransposeParams) {
    const [g, bias, device, dtype] = transposedGeometry("ConvTranspose2d", 2, args);
    super(g, true, bias, device, dtype);
  }

  override forward(input: Tensor, output_size?: readonly number[] | null): Tensor {
    return this.run(conv_transpose2d, input, output_size);
  }
}

/** The gradient of {@link Conv3d} by its input, as a layer. */
export class ConvTranspose3d extends ConvTransposeNd {
  constructor(...args: ConvTransposeParams) {
    const [g, bias, device, dtype] = transposedGeometry("ConvTranspose3d", 3, args);
    super(g, true, bias, device, dtype);
  }

  override forward(input: Tensor, output_size?: readonly number[] | null): Tensor {
    return this.run(conv_transpose3d, input, output_size);
  }
}
