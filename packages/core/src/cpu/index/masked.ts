import { RuntimeError } from "../../errors.ts";
import { commitIndices } from "../indices.ts";
import { type ArrayView, numelOf } from "../view.ts";
import { collectElements, moveElements, truthOf } from "./elements.ts";
import { expandTo, offsetsOf } from "./offsets.ts";

/** How many elements differ from zero. */
export function countNonzero(view: ArrayView): number {
  const truth = truthOf(view.array, view.dtype, offsetsOf(view));
  let count = 0;
  for (let i = 0; i < truth.length; i++) count += truth[i]!;
  return count;
}

/** Multi-indices of the elements that differ from zero, in row-major order; `out` is int64 [countNonzero, rank]. */
export function nonzero(out: ArrayView, input: ArrayView): void {
  const { shape } = input;
  const rank = shape.length;
  const truth = truthOf(input.array, input.dtype, offsetsOf(input));
  const found = new Int32Array(numelOf(out.shape));
  const index = new Int32Array(rank);
  let at = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] !== 0) for (let d = 0; d < rank; d++) found[at++] = index[d]!;
    for (let d = rank - 1; d >= 0; d--) {
      index[d]!++;
      if (index[d]! < shape[d]!) break;
      index[d] = 0;
    }
  }
  commitIndices(out, found);
}

/** The elements of `input` where `mask` is true, in row-major order of their broadcast; `out` is dense with one per true element. */
export function maskedSelect(out: ArrayView, input: ArrayView, mask: ArrayView, shape: readonly number[]): void {
  const from = selected(
    offsetsOf(expandTo(input, shape)),
    truthOf(mask.array, mask.dtype, offsetsOf(expandTo(mask, shape))),
  );
  collectElements(out.array, out.offset, input.array, from, out.dtype.lanes);
}

/**
 * Puts consecutive elements of `source` where `mask` (broadcastable to `self`) is true.
 * @throws RuntimeError when `source` has too few elements; nothing is written then
 */
export function maskedScatter(self: ArrayView, mask: ArrayView, source: ArrayView): void {
  const to = selected(offsetsOf(self), truthOf(mask.array, mask.dtype, offsetsOf(expandTo(mask, self.shape))));
  const from = offsetsOf(source);
  if (from.length < to.length) throw new RuntimeError("Number of elements of source < number of ones in mask");
  moveElements(self.array, to, source.array, from, self.dtype.lanes);
}

function selected(offsets: Int32Array, truth: Uint8Array): Int32Array {
  return offsets.filter((_, i) => truth[i] !== 0);
}
