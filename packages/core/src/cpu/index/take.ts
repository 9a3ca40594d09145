import { IndexError } from "../../errors.ts";
import { indexValues } from "../indices.ts";
import { type ArrayView, isDense, numelOf } from "../view.ts";
import { combineElements, moveElements } from "./elements.ts";
import { offsetsOf } from "./offsets.ts";

/**
 * out[i] = input seen as a vector, at index[i]; negative indices count from the end.
 * @throws IndexError when an index is out of range
 */
export function take(out: ArrayView, input: ArrayView, index: ArrayView): void {
  if (numelOf(input.shape) === 0 && numelOf(index.shape) > 0) {
    throw new IndexError("take(): tried to take from an empty tensor");
  }
  moveElements(out.array, offsetsOf(out), input.array, flatOffsets(input, index), out.dtype.lanes);
}

/**
 * self seen as a vector, at index[i], = source[i], or += when `accumulate`.
 * @throws IndexError when an index is out of range; nothing is written then
 */
export function put(self: ArrayView, index: ArrayView, source: ArrayView, accumulate = false): void {
  const to = flatOffsets(self, index);
  const from = offsetsOf(source);
  if (accumulate) combineElements(self.array, to, source.array, from, self.dtype, "add");
  else moveElements(self.array, to, source.array, from, self.dtype.lanes);
}

function flatOffsets(view: ArrayView, index: ArrayView): Int32Array {
  const size = numelOf(view.shape);
  const values = indexValues(index);
  const offsets = isDense(view) ? null : offsetsOf(view);
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < -size || value >= size) {
      throw new IndexError(`out of range: tried to access index ${value} on a tensor of ${size} elements.`);
    }
    const at = value < 0 ? value + size : value;
    result[i] = offsets === null ? view.offset + at : offsets[at]!;
  }
  return result;
}
