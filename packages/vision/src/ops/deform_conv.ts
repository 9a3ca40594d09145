import { arange, empty, int64, Parameter, RuntimeError, type Tensor } from "@tt/core";
import { init, Module } from "@tt/nn";
import { type Arguments, bind } from "../arguments.ts";
import { show } from "../python.ts";

type Size = number | readonly [number, number];

const both = (size: Size): readonly [number, number] => (typeof size === "number" ? [size, size] : size);

interface DeformArgs {
  bias?: Tensor | null;
  stride?: Size;
  padding?: Size;
  dilation?: Size;
  mask?: Tensor | null;
}
const DEFORM = ["bias", "stride", "padding", "dilation", "mask"] as const;

/**
 * Convolution whose samples are moved by `offset`, and weighed by `mask` if there is one (Dai et al. 2017, Zhu et al. 2018).
 * @param input - [N, C, H, W]
 * @param offset - [N, 2 * groups * kh * kw, oh, ow]: down and across for each sample
 * @param weight - [O, C / groups, kh, kw]
 * @throws RuntimeError where the shapes do not fit
 */
export function deform_conv2d(
  input: Tensor,
  offset: Tensor,
  weight: Tensor,
  ...args: Arguments<DeformArgs, typeof DEFORM>
): Tensor {
  const defaults = { bias: null, stride: 1, padding: 0, dilation: 1, mask: null };
  const o = bind<DeformArgs>("deform_conv2d()", DEFORM, defaults, args);
  const [n, c, h, w] = input.shape as [number, number, number, number];
  const [outputs, perGroup, kh, kw] = weight.shape as [number, number, number, number];
  const [oh, ow] = offset.shape.slice(2) as [number, number];
  const taps = kh * kw;
  const moved = offset.shape[1]! / (2 * taps);
  if (!Number.isInteger(moved) || moved === 0) {
    throw new RuntimeError(
      `the shape of the offset tensor at dimension 1 is not valid. It should be a multiple of 2 * weight.size[2] * weight.size[3].\nGot offset.shape[1]=${offset.shape[1]}, while 2 * weight.size[2] * weight.size[3]=${2 * taps}`,
    );
  }
  const [stride, padding, dilation] = [both(o.stride), both(o.padding), both(o.dilation)];
  const { dtype, device } = input;
  const places = (count: number, axis: 0 | 1): Tensor =>
    arange(count, { dtype, device }).mul(stride[axis]).sub(padding[axis]);
  const kernel = arange(taps, { dtype, device });
  // All of [n, moved, taps, oh, ow].
  const offsets = offset.view(n, moved, taps, 2, oh, ow);
  const ky = kernel.div(kw, { rounding_mode: "floor" }).mul(dilation[0]).view(taps, 1, 1);
  const kx = kernel.remainder(kw).mul(dilation[1]).view(taps, 1, 1);
  const y = offsets.select(3, 0).add(ky).add(places(oh, 0).view(oh, 1));
  const x = offsets.select(3, 1).add(kx).add(places(ow, 1));
  const [top, left] = [y.floor(), x.floor()];
  const groups = input.reshape(n, moved, c / moved, h * w);
  let columns: Tensor | null = null;
  for (const [dy, dx] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const) {
    const [row, column] = [top.add(dy), left.add(dx)];
    const inside = row.ge(0).logical_and(row.lt(h)).logical_and(column.ge(0)).logical_and(column.lt(w));
    const share = y.sub(row).abs().neg().add(1).mul(x.sub(column).abs().neg().add(1)).mul(inside.to(dtype));
    const index = row
      .clamp(0, h - 1)
      .mul(w)
      .add(column.clamp(0, w - 1))
      .to(int64);
    const flat = index
      .detach()
      .reshape(n, moved, 1, taps * oh * ow)
      .expand(n, moved, c / moved, taps * oh * ow);
    const part = groups.gather(3, flat).mul(share.reshape(n, moved, 1, taps * oh * ow));
    columns = columns === null ? part : columns.add(part);
  }
  if (o.mask !== null) columns = columns!.mul(o.mask.reshape(n, moved, 1, taps * oh * ow));
  const count = c / perGroup;
  const unfolded = columns!.reshape(n, count, perGroup * taps, oh * ow);
  const filters = weight.reshape(1, count, outputs / count, perGroup * taps);
  const out = filters.matmul(unfolded).reshape(n, outputs, oh, ow);
  return o.bias === null ? out : out.add(o.bias.view(1, -1, 1, 1));
}

interface DeformConvArgs {
  in_channels: number;
  out_channels: number;
  kernel_size: Size;
  stride?: Size;
  padding?: Size;
  dilation?: Size;
  groups?: number;
  bias?: boolean;
}
const MODULE = [
  "in_channels",
  "out_channels",
  "kernel_size",
  "stride",
  "padding",
  "dilation",
  "groups",
  "bias",
] as const;

/** {@link deform_conv2d} with parameters of its own; called with input, offset and mask. */
export class DeformConv2d extends Module {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly kernel_size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(...args: Arguments<DeformConvArgs, typeof MODULE>) {
    super();
    const defaults = { stride: 1, padding: 0, dilation: 1, groups: 1, bias: true };
    const o = bind<DeformConvArgs>("DeformConv2d.__init__()", MODULE, defaults, args);
    this.in_channels = o.in_channels;
    this.out_channels = o.out_channels;
    this.kernel_size = both(o.kernel_size);
    this.stride = both(o.stride);
    this.padding = both(o.padding);
    this.dilation = both(o.dilation);
    this.groups = o.groups;
    const shape = [o.out_channels, o.in_channels / o.groups, ...this.kernel_size];
    this.weight = new Parameter(empty(shape));
    this.bias = o.bias ? new Parameter(empty([o.out_channels])) : null;
    init.kaiming_uniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias === null) return;
    const [fanIn] = init._calculate_fan_in_and_fan_out(this.weight);
    init.uniform_(this.bias, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
  }

  override forward(input: Tensor, offset: Tensor, mask: Tensor | null = null): Tensor {
    const { bias, stride, padding, dilation } = this;
    return deform_conv2d(input, offset, this.weight, { bias, stride, padding, dilation, mask });
  }

  override extra_repr(): string {
    const parts = [`${this.in_channels}, ${this.out_channels}, kernel_size=${show(this.kernel_size)}`];
    parts.push(`stride=${show(this.stride)}`);
    if (this.padding.some((p) => p !== 0)) parts.push(`padding=${show(this.padding)}`);
    if (this.dilation.some((d) => d !== 1)) parts.push(`dilation=${show(this.dilation)}`);
    if (this.groups !== 1) parts.push(`groups=${this.groups}`);
    if (this.bias === null) parts.push("bias=False");
    return parts.join(", ");
  }
}
