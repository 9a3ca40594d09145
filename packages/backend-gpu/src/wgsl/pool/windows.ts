import type { Param } from "../kernel.ts";
import { i32, u32 } from "../source.ts";

/** Depth, height, width; missing leading dimensions have size, kernel and stride 1 and padding 0. */
export type Triple = readonly [number, number, number];

/** `planes` planes of `image` pixels, each with a grid of `output` windows. */
export interface PoolSpec {
  readonly planes: number;
  readonly image: Triple;
  readonly output: Triple;
  /** Windows that slide, or null for those that divide the image evenly (adaptive pooling). */
  readonly sliding: Sliding | null;
}

export interface Sliding {
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly padding: Triple;
  readonly dilation: Triple;
}

const AXES = ["z", "y", "x"] as const;

export function volume([a, b, c]: Triple): number {
  return a * b * c;
}

export function poolParams({ planes, image, output, sliding }: PoolSpec): Param[] {
  const lists = {
    i: image,
    o: output,
    ...(sliding && { k: sliding.kernel, s: sliding.stride, p: sliding.padding, d: sliding.dilation }),
  };
  return [
    u32("planes", planes),
    u32("image", volume(image)),
    u32("windows", volume(output)),
    ...Object.entries(lists).flatMap(([letter, sizes]) => AXES.map((axis, d) => i32(letter + axis, sizes[d]!))),
  ];
}

/**
 * For each axis the functions `begin_x(o)` and `end_x(o)`, the pixels of window `o` along it inside the image; and `first_x(i)`
 * and `last_x(i)`, the windows that pixel `i` may be in (without regard to dilation).
 */
export function windowFunctions({ sliding }: PoolSpec): string {
  return AXES.map((a) =>
    sliding === null
      ? `fn begin_${a}(o: i32) -> i32 { return o * p.i${a} / p.o${a}; }
fn end_${a}(o: i32) -> i32 { return ((o + 1) * p.i${a} + p.o${a} - 1) / p.o${a}; }
fn first_${a}(i: i32) -> i32 { return i * p.o${a} / p.i${a}; }
fn last_${a}(i: i32) -> i32 { return ((i + 1) * p.o${a} + p.i${a} - 1) / p.i${a} - 1; }`
      : `fn begin_${a}(o: i32) -> i32 {
  let start = o * p.s${a} - p.p${a};
  return select(start, start + (p.d${a} - 1 - start) / p.d${a} * p.d${a}, start < 0);
}
fn end_${a}(o: i32) -> i32 { return min(o * p.s${a} - p.p${a} + (p.k${a} - 1) * p.d${a} + 1, p.i${a}); }
fn first_${a}(i: i32) -> i32 { return max(0, (i + p.p${a} - p.k${a} + p.s${a}) / p.s${a}); }
fn last_${a}(i: i32) -> i32 { return min(p.o${a} - 1, (i + p.p${a}) / p.s${a}); }`,
  ).join("\n");
}

/** The steps from pixel to pixel of a window. */
export function step({ sliding }: PoolSpec, axis: "z" | "y" | "x"): string {
  return sliding === null ? "1" : `p.d${axis}`;
}

/** Loops over the windows or pixels from `begin` to before `end` along each axis. */
export function eachPlace(
  begin: (axis: string) => string,
  end: (axis: string) => string,
  stepOf: (axis: "z" | "y" | "x") => string,
  body: string,
): string {
  return `for (var z = ${begin("z")}; z < ${end("z")}; z += ${stepOf("z")}) {
    for (var y = ${begin("y")}; y < ${end("y")}; y += ${stepOf("y")}) {
      for (var x = ${begin("x")}; x < ${end("x")}; x += ${stepOf("x")}) {
        ${body}
      }
    }
  }`;
}

/** The coordinates of place `at` of the image ("i") or the grid of windows ("o"), as `z_at`, `y_at`, `x_at`. */
export function place(at: string, letter: "i" | "o"): string {
  return `let z_at = ${at} / (p.${letter}y * p.${letter}x); let y_at = ${at} / p.${letter}x % p.${letter}y; let x_at = ${at} % p.${letter}x;`;
}
