import { RuntimeError } from "../../errors.ts";
import { indexValues } from "../indices.ts";
import { type ArrayView, commit, denseValues, numelOf } from "../view.ts";

/**
 * Counts per equal bin between `min` and `max` (both equal: the data's own range); `out` [bins] has the floating
 * dtype of `input`. What lies outside is not counted.
 * @throws RuntimeError when the range is not finite or runs backwards
 */
export function histc(out: ArrayView, input: ArrayView, min: number, max: number): void {
  const values = denseValues(input);
  const round = values instanceof Float32Array ? Math.fround : (x: number): number => x;
  const [left, right] = histogramRange(input, min, max, "histc").map(round) as [number, number];
  const bins = numelOf(out.shape);
  const sums = new Float64Array(bins);
  const width = round(right - left);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= left && value <= right)) continue;
    const at = Math.trunc(round(round(round(value - left) * bins) / width));
    sums[Math.min(at, bins - 1)]!++;
  }
  commit(out, sums);
}

/**
 * The outer edges of a histogram: as given, or the data's range when they are equal, widened by 1 when that is empty.
 * @throws RuntimeError when the range is not finite or runs backwards
 */
export function histogramRange(
  input: ArrayView,
  min: number,
  max: number,
  name: "histc" | "histogram",
): [number, number] {
  let left = min;
  let right = max;
  if (left === right && numelOf(input.shape) > 0) {
    const values = denseValues(input);
    left = Number.POSITIVE_INFINITY;
    right = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value !== value) {
        left = right = value;
        break;
      }
      if (value < left) left = value;
      if (value > right) right = value;
    }
  }
  if (!(Number.isFinite(left) && Number.isFinite(right))) {
    const text = (x: number): string => (x !== x ? "nan" : Number.isFinite(x) ? String(x) : x > 0 ? "inf" : "-inf");
    throw new RuntimeError(`torch.${name}: range of [${text(left)}, ${text(right)}] is not finite`);
  }
  if (left > right) throw new RuntimeError(`torch.${name}: max must be larger than min`);
  return left === right ? [left - 1, right + 1] : [left, right];
}

/**
 * Weighted counts between ascending `edges`, one vector per dimension: `input` is [m, D] (or [m] for D = 1),
 * `weight` [m] or null, `hist` [edges - 1, ...]. The last bin includes its right edge.
 */
export function histogramdd(
  hist: ArrayView,
  input: ArrayView,
  edges: readonly ArrayView[],
  weight: ArrayView | null,
): void {
  const values = denseValues(input);
  const bounds = edges.map(denseValues);
  const weights = weight && denseValues(weight);
  const rank = edges.length;
  const sums = new Float64Array(numelOf(hist.shape));
  for (let i = 0; i < values.length / rank; i++) {
    let at = 0;
    for (let d = 0; d < rank && at >= 0; d++) {
      const bin = binOf(bounds[d]!, values[i * rank + d]!);
      at = bin < 0 ? -1 : at * (bounds[d]!.length - 1) + bin;
    }
    if (at >= 0) sums[at]! += weights === null ? 1 : weights[i]!;
  }
  commit(hist, sums);
}

function binOf(edges: ArrayLike<number>, value: number): number {
  const last = edges.length - 1;
  if (!(value >= edges[0]! && value <= edges[last]!)) return -1;
  let lo = 0;
  let hi = edges.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (edges[mid]! > value) hi = mid;
    else lo = mid + 1;
  }
  return Math.min(lo - 1, last - 1);
}

/**
 * Length of bincount's result.
 * @throws RuntimeError when the input is not a vector of non-negative integers
 */
export function bincountSize(input: ArrayView, minlength: number): number {
  let size = minlength;
  const bad = (): never => {
    throw new RuntimeError("bincount only supports 1-d non-negative integral inputs.");
  };
  if (input.shape.length !== 1 || input.dtype.category !== 1) bad();
  for (const value of indexValues(input)) {
    if (value < 0) bad();
    size = Math.max(size, value + 1);
  }
  return size;
}

/** out[v] = how often `v` occurs in `input`, or the sum of the weights there. */
export function bincount(out: ArrayView, input: ArrayView, weights: ArrayView | null): void {
  const sums = new Float64Array(numelOf(out.shape));
  const factors = weights && denseValues(weights);
  indexValues(input).forEach((value, i) => {
    sums[value]! += factors === null ? 1 : factors[i]!;
  });
  commit(out, sums);
}
