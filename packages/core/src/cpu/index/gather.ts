import type { Scalar } from "../../dtype/complex.ts";
import type { ArrayView } from "../view.ts";
import { type Combine, combineElements, divideElements, fillElements, identityOf, moveElements } from "./elements.ts";
import { atLeast1d, offsetsAlong, offsetsOf } from "./offsets.ts";

/**
 * out[i][j] = input[index[i][j]][j] for dim 0, and so on; `out` has the shape of `index`.
 * @throws RuntimeError when an index is out of bounds
 */
export function gather(out: ArrayView, input: ArrayView, dim: number, index: ArrayView): void {
  const from = offsetsAlong(atLeast1d(input), dim, atLeast1d(index));
  moveElements(out.array, offsetsOf(out), input.array, from, out.dtype.lanes);
}

/**
 * self[index[i][j]][j] = src[i][j] for dim 0, in place; with `reduce` the value is added or multiplied.
 * @throws RuntimeError when an index is out of bounds; nothing is written then
 */
export function scatter(
  self: ArrayView,
  dim: number,
  index: ArrayView,
  src: ArrayView | Scalar,
  reduce: "add" | "multiply" | null = null,
): void {
  const to = offsetsAlong(atLeast1d(self), dim, atLeast1d(index));
  const { array, dtype } = self;
  if (typeof src === "object" && "array" in src) {
    const from = sourceOffsets(src, index);
    if (reduce === null) moveElements(array, to, src.array, from, dtype.lanes);
    else combineElements(array, to, src.array, from, dtype, reduce === "add" ? "add" : "mul");
  } else if (reduce === null) fillElements(array, to, dtype, src);
  else {
    const one = new dtype.ArrayType(dtype.lanes);
    fillElements(one, new Int32Array(1), dtype, src);
    combineElements(array, to, one, new Int32Array(to.length), dtype, reduce === "add" ? "add" : "mul");
  }
}

export type Reduce = "sum" | "prod" | "mean" | "amax" | "amin";

/** Reduces the elements of `src` that `index` sends to one place, in place. Throws as {@link scatter}. */
export function scatterReduce(
  self: ArrayView,
  dim: number,
  index: ArrayView,
  src: ArrayView,
  reduce: Reduce,
  includeSelf = true,
): void {
  const to = offsetsAlong(atLeast1d(self), dim, atLeast1d(index));
  reduceInto(self, to, src, sourceOffsets(src, index), reduce, includeSelf);
}

/** Joins src[from[i]] to self[to[i]]; elements that are touched start afresh unless `includeSelf`. */
export function reduceInto(
  self: ArrayView,
  to: Int32Array,
  src: ArrayView,
  from: Int32Array,
  reduce: Reduce,
  includeSelf: boolean,
): void {
  const { array, dtype } = self;
  const op: Combine = reduce === "sum" || reduce === "mean" ? "add" : reduce === "prod" ? "mul" : reduce;
  if (!includeSelf) fillElements(array, to, dtype, identityOf(dtype, op));
  combineElements(array, to, src.array, from, dtype, op);
  if (reduce !== "mean") return;
  const counts = new Map<number, number>();
  for (const at of to) counts.set(at, (counts.get(at) ?? (includeSelf ? 1 : 0)) + 1);
  divideElements(array, Int32Array.from(counts.keys()), Int32Array.from(counts.values()), dtype);
}

/** `src` may be larger than `index`; the leading part counts. */
function sourceOffsets(src: ArrayView, index: ArrayView): Int32Array {
  return offsetsOf({ ...atLeast1d(src), array: src.array, dtype: src.dtype, shape: atLeast1d(index).shape });
}
