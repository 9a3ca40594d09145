import type { Engine } from "../../engine.ts";
import { product } from "../views.ts";
import type { Geometry } from "./geometry.ts";

/** Where a convolution keeps what it works with; addresses. */
export interface Layout {
  readonly gemm: number;
  readonly taps: number;
  readonly places: number;
  /** The image with its border, when it has one. */
  readonly padded: number;
  /** Of the caller's extra bytes. */
  readonly extra: number;
}

/** Sets up the tables and clears the padded image. Null when there is no room. */
export function prepare({ exports, heap }: Engine, g: Geometry, extra: number, needsImage: boolean): Layout | null {
  const sizes = [
    exports.gemmScratch(),
    g.taps.byteLength,
    g.places.byteLength,
    needsImage ? 4 * g.channels * product(g.padded) : 0,
    extra,
  ];
  const start = heap.scratch(sizes.reduce((sum, bytes) => sum + aligned(bytes), 0));
  if (start < 0) return null;
  const at: number[] = [];
  let next = start;
  for (const bytes of sizes) {
    at.push(next);
    next += aligned(bytes);
  }
  const [gemm, taps, places, padded, rest] = at as [number, number, number, number, number];
  heap.ints.set(g.taps, taps / 4);
  heap.ints.set(g.places, places / 4);
  if (needsImage) heap.floats.fill(0, padded / 4, padded / 4 + sizes[3]! / 4);
  return { gemm, taps, places, padded, extra: rest };
}

/** Copies channels of an image into the padded one, or (`back`) out of it. */
export function copyPadded({ exports }: Engine, g: Geometry, image: number, padded: number, back: boolean): void {
  const [depth, height, width] = g.image;
  const [, rows, columns] = g.padded;
  const corner = padded + 4 * ((g.padding[0] * rows + g.padding[1]) * columns + g.padding[2]);
  const small = [4 * height * width, 4 * width] as const;
  const large = [4 * rows * columns, 4 * columns] as const;
  const [from, to] = back ? [large, small] : [small, large];
  // With one slice in depth, channels follow each other as slices would.
  const blocks = depth === 1 && g.padded[0] === 1 ? 1 : g.channels;
  const slices = blocks === 1 && depth === 1 ? g.channels : depth;
  for (let b = 0; b < blocks; b++) {
    const inner = image + b * depth * small[0];
    const outer = corner + b * g.padded[0] * large[0];
    exports.copyBlock(
      slices,
      height,
      width,
      back ? outer : inner,
      from[0],
      from[1],
      back ? inner : outer,
      to[0],
      to[1],
    );
  }
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
