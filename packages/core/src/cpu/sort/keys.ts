import { type ArrayView, denseDoubles, numelOf } from "../view.ts";
import { denseBigInts } from "../matmul/integer.ts";

/**
 * Numbers in the order of the views' elements, row-major. They are the elements themselves, but for int64 values
 * that float64 cannot hold: those are replaced by their ranks among all elements of all the views.
 */
export function orderKeys(...views: ArrayView[]): Float64Array[] {
  const doubles = views.map(denseDoubles);
  const exact = views.every(
    (view, i) => !(view.array instanceof BigInt64Array) || doubles[i]!.every(Number.isSafeInteger),
  );
  if (exact) return doubles;
  const big = views.map(denseBigInts);
  const all = new BigInt64Array(big.reduce((n, list) => n + list.length, 0));
  let at = 0;
  for (const list of big) {
    all.set(list, at);
    at += list.length;
  }
  const ranks = new Map<bigint, number>();
  for (const value of all.sort()) if (!ranks.has(value)) ranks.set(value, ranks.size);
  return big.map((list) => Float64Array.from({ length: list.length }, (_, i) => ranks.get(list[i]!)!));
}

/** The slices of a row-major array along one dimension. */
export interface Slices {
  readonly length: number;
  readonly count: number;
  /** Distance of neighbours within a slice. */
  readonly step: number;
  /** Position of a slice's first element. */
  start(slice: number): number;
}

export function slicesAlong(shape: readonly number[], dim: number): Slices {
  if (shape.length === 0) return { length: 1, count: 1, step: 1, start: () => 0 };
  const length = shape[dim]!;
  const step = numelOf(shape.slice(dim + 1));
  const count = numelOf(shape.slice(0, dim)) * step;
  return { length, count, step, start: (slice) => Math.floor(slice / step) * length * step + (slice % step) };
}
