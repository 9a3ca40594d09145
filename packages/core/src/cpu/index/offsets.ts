import { IndexError, RuntimeError } from "../../errors.ts";
import { indexValues } from "../indices.ts";
import { type ArrayView, elementOffsets } from "../view.ts";

/** Element offsets of a view in row-major order. */
export function offsetsOf(view: ArrayView): Int32Array {
  return elementOffsets(view.shape, view.strides, view.offset);
}

/** Scalars count as vectors of one element. */
export function atLeast1d(view: ArrayView): ArrayView {
  if (view.shape.length > 0) return view;
  return { array: view.array, shape: [1], strides: [1], offset: view.offset, dtype: view.dtype };
}

/** The view through the strides of a broadcast to `shape`. */
export function expandTo(view: ArrayView, shape: readonly number[]): ArrayView {
  const lead = shape.length - view.shape.length;
  const strides = shape.map((_, d) => (d < lead || view.shape[d - lead] === 1 ? 0 : view.strides[d - lead]!));
  return { array: view.array, shape, strides, offset: view.offset, dtype: view.dtype };
}

const replaced = (values: readonly number[], d: number, value: number): number[] =>
  values.map((x, i) => (i === d ? value : x));

/**
 * For gather and scatter: offset in `self` of the element that each element of `index` names along `dim`.
 * @throws RuntimeError when an index is negative or too large
 */
export function offsetsAlong(self: ArrayView, dim: number, index: ArrayView): Int32Array {
  const size = self.shape[dim]!;
  const stride = self.strides[dim]!;
  const values = indexValues(index);
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < 0 || values[i]! >= size) {
      throw new RuntimeError(`index ${values[i]} is out of bounds for dimension ${dim} with size ${size}`);
    }
  }
  const result = elementOffsets(index.shape, replaced(self.strides, dim, 0), self.offset);
  for (let i = 0; i < values.length; i++) result[i]! += values[i]! * stride;
  return result;
}

/** For index_select and its kin: offsets of the slices `index` along `dim`, in row-major order. */
export function offsetsOfSlices(self: ArrayView, dim: number, index: Int32Array): Int32Array {
  const stride = self.strides[dim]!;
  const before = elementOffsets(self.shape.slice(0, dim), self.strides.slice(0, dim), self.offset);
  const after = elementOffsets(self.shape.slice(dim + 1), self.strides.slice(dim + 1), 0);
  const result = new Int32Array(before.length * index.length * after.length);
  let at = 0;
  for (let i = 0; i < before.length; i++) {
    for (let j = 0; j < index.length; j++) {
      const start = before[i]! + index[j]! * stride;
      for (let k = 0; k < after.length; k++) result[at++] = start + after[k]!;
    }
  }
  return result;
}

/**
 * Index values with negative ones counted from the end.
 * @throws IndexError when one is out of bounds
 */
export function wrapped(index: ArrayView, dim: number, size: number): Int32Array {
  const values = indexValues(index);
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < -size || value >= size) {
      throw new IndexError(`index ${value} is out of bounds for dimension ${dim} with size ${size}`);
    }
    result[i] = value < 0 ? value + size : value;
  }
  return result;
}

/**
 * Index values, none negative.
 * @throws IndexError with `message(value)` when one is out of bounds
 */
export function withinBounds(index: ArrayView, size: number, message: (value: number) => string): Int32Array {
  const values = indexValues(index);
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < 0 || values[i]! >= size) throw new IndexError(message(values[i]!));
  }
  return values;
}
