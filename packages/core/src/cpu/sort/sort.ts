import { commitIndices } from "../indices.ts";
import { collectElements, moveElements } from "../index/elements.ts";
import { offsetsOf } from "../index/offsets.ts";
import { type ArrayView, isDense } from "../view.ts";
import { orderKeys, type Slices, slicesAlong } from "./keys.ts";
import { Sorter } from "./order.ts";

/**
 * Sorts along `dim`; equal elements keep their order and nan counts as greatest. `values` (or null, for argsort)
 * and `indices` (int64) are like `input`. Every real dtype.
 */
export function sort(
  values: ArrayView | null,
  indices: ArrayView,
  input: ArrayView,
  dim: number,
  descending = false,
): void {
  const slices = slicesAlong(input.shape, dim);
  const [keys] = orderKeys(input) as [Float64Array];
  const found = new Int32Array(keys.length);
  const sorter = new Sorter(slices.length);
  for (let s = 0; s < slices.count; s++) {
    const start = slices.start(s);
    sorter.sort(keys, start, slices.step, descending);
    for (let i = 0; i < slices.length; i++) found[start + i * slices.step] = sorter.order[i]!;
  }
  finish(values, indices, input, slices, found, slices.length);
}

/** The `k` largest (or smallest) elements along `dim`, best first; nan counts as greatest. */
export function topk(
  values: ArrayView,
  indices: ArrayView,
  input: ArrayView,
  k: number,
  dim: number,
  largest = true,
): void {
  // A scalar is its own result for k = 0 too.
  if (input.shape.length === 0) k = 1;
  const slices = slicesAlong(input.shape, dim);
  const [keys] = orderKeys(input) as [Float64Array];
  const found = new Int32Array(slices.count * k);
  const target = slicesAlong(values.shape, dim);
  if (k > 0 && k * 16 <= slices.length) {
    const best = new Best(k);
    for (let s = 0; s < slices.count; s++) {
      best.select(keys, slices.start(s), slices.step, slices.length, largest);
      for (let i = 0; i < k; i++) found[target.start(s) + i * target.step] = best.order[i]!;
    }
  } else {
    const sorter = new Sorter(slices.length);
    for (let s = 0; s < slices.count; s++) {
      sorter.sort(keys, slices.start(s), slices.step, largest);
      for (let i = 0; i < k; i++) found[target.start(s) + i * target.step] = sorter.order[i]!;
    }
  }
  finish(values, indices, input, slices, found, k);
}

/** The k-th smallest element (k counts from 1) along `dim`; the outputs lack that dimension or have size 1 there. */
export function kthvalue(values: ArrayView, indices: ArrayView, input: ArrayView, k: number, dim: number): void {
  pickOne(values, indices, input, dim, (sorter) => sorter.order[k - 1]!);
}

/** The lower median along `dim`; the first nan, if there is one, is the median. */
export function median(values: ArrayView, indices: ArrayView | null, input: ArrayView, dim: number): void {
  pickOne(values, indices, input, dim, (sorter, valid) => {
    return sorter.order[valid < sorter.order.length ? valid : (valid - 1) >> 1]!;
  });
}

/** The lower median of the elements that are not nan. */
export function nanmedian(values: ArrayView, indices: ArrayView | null, input: ArrayView, dim: number): void {
  pickOne(values, indices, input, dim, (sorter, valid) => sorter.order[Math.max(0, (valid - 1) >> 1)]!);
}

/** The most frequent element along `dim`, the smallest of several; the index is that of its last occurrence. */
export function mode(values: ArrayView, indices: ArrayView, input: ArrayView, dim: number): void {
  pickOne(values, indices, input, dim, (sorter, _, key) => {
    const { order } = sorter;
    let result = 0;
    let most = 0;
    let run = 0;
    for (let i = 0; i < order.length; i++) {
      run++;
      if (i + 1 < order.length && key(order[i]!) === key(order[i + 1]!)) continue;
      if (run > most) {
        most = run;
        result = order[i]!;
      }
      run = 0;
    }
    return result;
  });
}

type Pick = (sorter: Sorter, valid: number, key: (position: number) => number) => number;

function pickOne(values: ArrayView, indices: ArrayView | null, input: ArrayView, dim: number, pick: Pick): void {
  const slices = slicesAlong(input.shape, dim);
  const [keys] = orderKeys(input) as [Float64Array];
  const found = new Int32Array(slices.count);
  const sorter = new Sorter(slices.length);
  for (let s = 0; s < slices.count; s++) {
    const start = slices.start(s);
    const valid = sorter.sort(keys, start, slices.step, false);
    found[s] = pick(sorter, valid, (position) => keys[start + position * slices.step]!);
  }
  finish(values, indices, input, slices, found, 1);
}

/** Stores `found`, positions within each slice laid out as [outer, kept, inner], and the elements there. */
function finish(
  values: ArrayView | null,
  indices: ArrayView | null,
  input: ArrayView,
  slices: Slices,
  found: Int32Array,
  kept: number,
): void {
  if (indices !== null) commitIndices(indices, found);
  if (values === null) return;
  const offsets = offsetsOf(input);
  const from = new Int32Array(found.length);
  for (let s = 0; s < slices.count; s++) {
    const start = slices.start(s);
    const first = Math.floor(s / slices.step) * kept * slices.step + (s % slices.step);
    for (let i = 0; i < kept; i++) {
      const at = first + i * slices.step;
      from[at] = offsets[start + found[at]! * slices.step]!;
    }
  }
  if (isDense(values)) collectElements(values.array, values.offset, input.array, from, values.dtype.lanes);
  else moveElements(values.array, offsetsOf(values), input.array, from, values.dtype.lanes);
}

/** Keeps the best `k` of a slice in a short sorted list: few elements of a long slice ever get in. */
class Best {
  readonly order: Int32Array;
  readonly #keys: Float64Array;

  constructor(k: number) {
    this.order = new Int32Array(k);
    this.#keys = new Float64Array(k);
  }

  select(source: Float64Array, start: number, step: number, length: number, largest: boolean): void {
    const { order } = this;
    const keys = this.#keys;
    const k = keys.length;
    let held = 0;
    for (let i = 0; i < length; i++) {
      const raw = source[start + i * step]!;
      // Smaller is better; nan is the best when the largest are wanted, else the worst.
      const key = largest ? -raw : raw;
      if (held === k && !before(key, keys[k - 1]!, largest)) continue;
      let j = held === k ? k - 1 : held++;
      while (j > 0 && before(key, keys[j - 1]!, largest)) {
        keys[j] = keys[j - 1]!;
        order[j] = order[j - 1]!;
        j--;
      }
      keys[j] = key;
      order[j] = i;
    }
  }
}

function before(a: number, b: number, nanFirst: boolean): boolean {
  if (a < b) return true;
  return nanFirst ? a !== a && b === b : a === a && b !== b;
}
