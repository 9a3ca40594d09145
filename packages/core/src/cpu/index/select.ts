import type { Scalar } from "../../dtype/complex.ts";
import type { ArrayView } from "../view.ts";
import { combineElements, fillElements, moveElements, scaledElements } from "./elements.ts";
import { type Reduce, reduceInto } from "./gather.ts";
import { atLeast1d, offsetsOf, offsetsOfSlices, withinBounds, wrapped } from "./offsets.ts";

const inSelf = (): string => "index out of range in self";

/**
 * The slices of `input` at the indices of the vector `index` along `dim`.
 * @throws IndexError when an index is out of bounds
 */
export function indexSelect(out: ArrayView, input: ArrayView, dim: number, index: ArrayView): void {
  const source = atLeast1d(input);
  const from = offsetsOfSlices(source, dim, withinBounds(index, source.shape[dim]!, inSelf));
  moveElements(out.array, offsetsOf(out), input.array, from, out.dtype.lanes);
}

/** Adds alpha times the slices of `source` to the slices of `self` at `index`. Throws as {@link indexSelect}. */
export function indexAdd(self: ArrayView, dim: number, index: ArrayView, source: ArrayView, alpha: Scalar = 1): void {
  const target = atLeast1d(self);
  const to = offsetsOfSlices(target, dim, withinBounds(index, target.shape[dim]!, inSelf));
  combineElements(
    self.array,
    to,
    scaledElements(source.array, self.dtype, alpha),
    offsetsOf(source),
    self.dtype,
    "add",
  );
}

/** Reduces the slices of `source` into those of `self` at `index`. Throws as {@link indexSelect}. */
export function indexReduce(
  self: ArrayView,
  dim: number,
  index: ArrayView,
  source: ArrayView,
  reduce: Exclude<Reduce, "sum">,
  includeSelf = true,
): void {
  const target = atLeast1d(self);
  const to = offsetsOfSlices(target, dim, withinBounds(index, target.shape[dim]!, inSelf));
  reduceInto(self, to, source, offsetsOf(source), reduce, includeSelf);
}

/**
 * Copies the slices of `source` to the slices of `self` at `index`.
 * @throws IndexError when an index is out of bounds; nothing is written then
 */
export function indexCopy(self: ArrayView, dim: number, index: ArrayView, source: ArrayView): void {
  const target = atLeast1d(self);
  const size = target.shape[dim]!;
  const values = withinBounds(index, size, (value) => {
    return `index_copy_(): index ${value} is out of bounds for dimension ${dim} with size ${size}`;
  });
  moveElements(self.array, offsetsOfSlices(target, dim, values), source.array, offsetsOf(source), self.dtype.lanes);
}

/** Fills the slices of `self` at `index`, which may count from the end. Throws as {@link indexCopy}. */
export function indexFill(self: ArrayView, dim: number, index: ArrayView, value: Scalar): void {
  const target = atLeast1d(self);
  fillElements(self.array, offsetsOfSlices(target, dim, wrapped(index, dim, target.shape[dim]!)), self.dtype, value);
}
