import type { Element, Operand, Param } from "../kernel.ts";
import { load, u32 } from "../source.ts";

/** Depth, height, width; missing leading dimensions have size and stride 1 and padding 0. */
export type Triple = readonly [number, number, number];

/**
 * A convolution of `input` [batch, inChannels, ...image] with `weight` [outChannels, inChannels / groups, ...kernel] into
 * [batch, outChannels, ...output], or one of its gradients. A transposed convolution is the gradient for the input.
 */
export interface ConvSpec {
  readonly type: Element;
  readonly batch: number;
  readonly groups: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly image: Triple;
  readonly output: Triple;
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly padding: Triple;
  readonly dilation: Triple;
  /** Whether `bias` (one for each channel of the result) is added. */
  readonly bias: boolean;
  /** Whether `weight` is contiguous from element 0 on. */
  readonly contiguousWeight: boolean;
}

export function volume([a, b, c]: Triple): number {
  return a * b * c;
}

/** Sizes that vary from call to call; kernel, stride, padding and dilation stand in the source. */
export function geometryParams(spec: ConvSpec): readonly Param[] {
  const { image, output, inChannels, outChannels, groups } = spec;
  return [
    u32("id", image[0]),
    u32("ih", image[1]),
    u32("iw", image[2]),
    u32("od", output[0]),
    u32("oh", output[1]),
    u32("ow", output[2]),
    u32("image", volume(image)),
    u32("positions", volume(output)),
    u32("channels", inChannels),
    u32("filters", outChannels),
    u32("group_channels", inChannels / groups),
    u32("group_filters", outChannels / groups),
  ];
}

/** `(z, y, x)` of number `at` of a grid whose last two sizes are given, as unsigned variables with that suffix. */
export function coordinates(at: string, height: string, width: string, suffix: string): string {
  return `let z${suffix} = ${at} / (${height} * ${width}); let y${suffix} = ${at} / ${width} % ${height}; let x${suffix} = ${at} % ${width};`;
}

/** The same of a tap of the kernel, whose sizes are constants. */
export function tapCoordinates(tap: string, { kernel }: ConvSpec, suffix: string): string {
  return coordinates(tap, `${kernel[1]}u`, `${kernel[2]}u`, suffix);
}

/** `fn pixel(inside, from, z, y, x)`: an element of the image, zero outside. */
export function pixelReader(type: Element): string {
  return `fn pixel(inside: bool, start: u32, z: i32, y: i32, x: i32) -> ${type} {
  if (inside && u32(z) < p.id && u32(y) < p.ih && u32(x) < p.iw) {
    return input_load(start + (u32(z) * p.ih + u32(y)) * p.iw + u32(x));
  }
  return ${type}(0);
}`;
}

/**
 * `fn response(inside, from, z, y, x)`: the gradient at the output position whose window has its first tap at that place of the
 * padded image; zero where there is none.
 */
export function responseReader({ type, stride }: ConvSpec): string {
  // Places before the first are huge as unsigned numbers, and stay beyond the last when they are divided.
  const axes = ["z", "y", "x"] as const;
  const exact = axes.map((d, i) => (stride[i] === 1 ? "" : ` && u32(${d}) % ${stride[i]!}u == 0u`)).join("");
  return `fn response(inside: bool, start: u32, z: i32, y: i32, x: i32) -> ${type} {
  ${axes.map((d, i) => `let o${d} = u32(${d})${stride[i] === 1 ? "" : ` / ${stride[i]!}u`};`).join(" ")}
  if (inside && oz < p.od && oy < p.oh && ox < p.ow${exact}) {
    return grad_load(start + (oz * p.oh + oy) * p.ow + ox);
  }
  return ${type}(0);
}`;
}

/** Where the window of an output position begins along dimension `d`, or the tap lies, as i32. */
export function windowStart({ stride, padding }: ConvSpec, d: 0 | 1 | 2, position: string): string {
  return `i32(${position} * ${stride[d]}u) - ${padding[d]}`;
}

export function biasOperand({ bias, type }: ConvSpec): readonly Operand[] {
  return bias ? [load("bias", type)] : [];
}
