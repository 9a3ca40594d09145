import { numelOf } from "../view.ts";

/** Depth, height, width; missing leading dimensions count 1 (or 0 for paddings). */
export type Triple = readonly [number, number, number];

export function triple(values: readonly number[], fill: number): Triple {
  const n = values.length;
  return [n > 2 ? values[n - 3]! : fill, n > 1 ? values[n - 2]! : fill, n > 0 ? values[n - 1]! : fill];
}

/** The spatial size of [..., spatial] with `rank` spatial dimensions. */
export function spatialOf(shape: readonly number[], rank: number): Triple {
  return triple(shape.slice(shape.length - rank), 1);
}

/** How many planes the leading dimensions make. */
export function planesOf(shape: readonly number[], rank: number): number {
  return numelOf(shape.slice(0, shape.length - rank));
}

export function volumeOf(size: Triple): number {
  return size[0] * size[1] * size[2];
}
