import { commitIndices, indexValues } from "../indices.ts";
import { type ArrayView, numelOf } from "../view.ts";
import { orderKeys } from "./keys.ts";

/**
 * Where each of `values` [..., m] would go in the ascending `boundaries` [..., n] (or [n], for values of any
 * shape): before equal elements, or behind them when `right`. `sorter`, like `boundaries`, holds the positions
 * that sort them. `out` is int64 or int32, like `values`. `bucketize` is this with its arguments swapped.
 */
export function searchsorted(
  out: ArrayView,
  boundaries: ArrayView,
  values: ArrayView,
  right = false,
  sorter: ArrayView | null = null,
): void {
  const [edges, keys] = orderKeys(boundaries, values) as [Float64Array, Float64Array];
  const shared = boundaries.shape.length === 1;
  const n = boundaries.shape[boundaries.shape.length - 1]!;
  const m = values.shape.length === 0 ? 1 : values.shape[values.shape.length - 1]!;
  const order = sorter === null ? null : indexValues(sorter);
  const found = new Int32Array(numelOf(values.shape));
  for (let i = 0; i < found.length; i++) {
    const base = shared ? 0 : Math.floor(i / m) * n;
    const key = keys[i]!;
    let lo = 0;
    let hi = n;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      const edge = edges[base + (order === null ? mid : order[base + mid]!)]!;
      // Negated so that nan goes to the end.
      if (right ? !(edge > key) : !(edge >= key)) lo = mid + 1;
      else hi = mid;
    }
    found[i] = lo;
  }
  commitIndices(out, found);
}
