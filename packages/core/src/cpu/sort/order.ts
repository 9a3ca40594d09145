/** Sorts positions by key, stably, reusing its buffers from slice to slice. */
export class Sorter {
  readonly #keys: Float64Array;
  readonly #spareKeys: Float64Array;
  readonly #spareOrder: Int32Array;
  /** Result of the last call: positions within the slice, first to last. */
  readonly order: Int32Array;

  constructor(length: number) {
    this.#keys = new Float64Array(length);
    this.#spareKeys = new Float64Array(length);
    this.#spareOrder = new Int32Array(length);
    this.order = new Int32Array(length);
  }

  /**
   * Orders the `length` keys at `start`, `start + step`, ...: nan counts as greatest, equal keys keep their order.
   * Returns how many keys are not nan.
   */
  sort(source: Float64Array, start: number, step: number, descending: boolean): number {
    const keys = this.#keys;
    const { order } = this;
    const n = order.length;
    let nans = 0;
    for (let i = 0; i < n; i++) if (source[start + i * step]! !== source[start + i * step]!) nans++;
    let at = descending ? nans : 0;
    let nanAt = descending ? 0 : n - nans;
    const first = at;
    for (let i = 0; i < n; i++) {
      const key = source[start + i * step]!;
      if (key !== key) order[nanAt++] = i;
      else {
        // Negated keys make a stable descending sort of an ascending one.
        keys[at] = descending ? -key : key;
        order[at++] = i;
      }
    }
    mergeSort(keys, order, this.#spareKeys, this.#spareOrder, first, n - nans + first);
    return n - nans;
  }
}

const RUN = 8;

/** Sorts keys[from..to) with their companions: insertion sort of short runs, then merging bottom up. */
function mergeSort(
  keys: Float64Array,
  order: Int32Array,
  spareKeys: Float64Array,
  spareOrder: Int32Array,
  from: number,
  to: number,
): void {
  for (let lo = from; lo < to; lo += RUN) insertionSort(keys, order, lo, Math.min(lo + RUN, to));
  let a = keys;
  let ao = order;
  let b = spareKeys;
  let bo = spareOrder;
  for (let width = RUN; width < to - from; width *= 2) {
    for (let lo = from; lo < to; lo += 2 * width) {
      merge(a, ao, b, bo, lo, Math.min(lo + width, to), Math.min(lo + 2 * width, to));
    }
    [a, b] = [b, a];
    [ao, bo] = [bo, ao];
  }
  if (ao !== order) order.set(ao.subarray(from, to), from);
}

function insertionSort(keys: Float64Array, order: Int32Array, lo: number, hi: number): void {
  for (let i = lo + 1; i < hi; i++) {
    const key = keys[i]!;
    const position = order[i]!;
    let j = i - 1;
    while (j >= lo && keys[j]! > key) {
      keys[j + 1] = keys[j]!;
      order[j + 1] = order[j]!;
      j--;
    }
    keys[j + 1] = key;
    order[j + 1] = position;
  }
}

function merge(
  a: Float64Array,
  ao: Int32Array,
  b: Float64Array,
  bo: Int32Array,
  lo: number,
  mid: number,
  hi: number,
): void {
  let i = lo;
  let j = mid;
  for (let k = lo; k < hi; k++) {
    if (i < mid && (j >= hi || a[i]! <= a[j]!)) {
      b[k] = a[i]!;
      bo[k] = ao[i++]!;
    } else {
      b[k] = a[j]!;
      bo[k] = ao[j++]!;
    }
  }
}
