import { collectElements } from "../index/elements.ts";
import { offsetsOf } from "../index/offsets.ts";
import { type ArrayView, numelOf } from "../view.ts";
import { orderKeys } from "./keys.ts";
import { Sorter } from "./order.ts";

/** What is distinct in a list of elements or slices. */
export interface Distinct {
  /** One representative of each, in the order of the result. */
  readonly positions: Int32Array;
  /** For each element or slice, which of the distinct ones it equals. */
  readonly inverse: Int32Array;
  /** How often each occurs. */
  readonly counts: Int32Array;
}

/** Distinct elements in ascending order; positions are row-major. Every nan is distinct. */
export function unique(input: ArrayView): Distinct {
  const [keys] = orderKeys(input) as [Float64Array];
  const sorter = new Sorter(keys.length);
  sorter.sort(keys, 0, 1, false);
  return distinct(sorter.order, (a, b) => keys[a] === keys[b]);
}

/** Distinct slices along `dim` in lexicographic order; positions count slices. */
export function uniqueDim(input: ArrayView, dim: number): Distinct {
  const { rows, width, keys } = slices(input, dim);
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  // Typed arrays sort stably too.
  order.sort((a, b) => {
    for (let j = 0; j < width; j++) {
      const x = keys[a * width + j]!;
      const y = keys[b * width + j]!;
      if (x < y) return -1;
      if (x > y) return 1;
    }
    return 0;
  });
  return distinct(order, equalRows(keys, width));
}

/** As {@link unique} (dim null) and {@link uniqueDim}, but only neighbours are compared and nothing is sorted. */
export function uniqueConsecutive(input: ArrayView, dim: number | null): Distinct {
  if (dim === null) {
    const [keys] = orderKeys(input) as [Float64Array];
    return distinct(
      Int32Array.from(keys, (_, i) => i),
      (a, b) => keys[a] === keys[b],
    );
  }
  const { rows, width, keys } = slices(input, dim);
  return distinct(
    Int32Array.from({ length: rows }, (_, i) => i),
    equalRows(keys, width),
  );
}

/** out[i] = the element of `input` at the row-major position; `out` is dense. */
export function collectPositions(out: ArrayView, input: ArrayView, positions: Int32Array): void {
  const offsets = offsetsOf(input);
  collectElements(
    out.array,
    out.offset,
    input.array,
    positions.map((at) => offsets[at]!),
    out.dtype.lanes,
  );
}

function distinct(order: Int32Array, equal: (a: number, b: number) => boolean): Distinct {
  const n = order.length;
  const positions = new Int32Array(n);
  const inverse = new Int32Array(n);
  const counts = new Int32Array(n);
  let found = 0;
  for (let i = 0; i < n; i++) {
    if (i === 0 || !equal(order[i - 1]!, order[i]!)) positions[found++] = order[i]!;
    inverse[order[i]!] = found - 1;
    counts[found - 1]!++;
  }
  return { positions: positions.slice(0, found), inverse, counts: counts.slice(0, found) };
}

function slices(input: ArrayView, dim: number): { rows: number; width: number; keys: Float64Array } {
  const { shape, strides } = input;
  // PyTorch transposes instead of moving the dimension, which shows in the lexicographic order.
  const front = <T>(list: readonly T[]): T[] => list.map((x, d) => (d === 0 ? list[dim]! : d === dim ? list[0]! : x));
  const moved: ArrayView = {
    array: input.array,
    shape: front(shape),
    strides: front(strides),
    offset: input.offset,
    dtype: input.dtype,
  };
  const [keys] = orderKeys(moved) as [Float64Array];
  return { rows: shape[dim]!, width: numelOf(moved.shape.slice(1)), keys };
}

const equalRows =
  (keys: Float64Array, width: number) =>
  (a: number, b: number): boolean => {
    for (let j = 0; j < width; j++) if (keys[a * width + j] !== keys[b * width + j]) return false;
    return true;
  };
