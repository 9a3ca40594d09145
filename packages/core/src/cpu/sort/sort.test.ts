import { describe, expect, it } from "vitest";
import { bool, type DType, float16, float64, int32, int64 } from "../../dtype/dtype.ts";
import { readElement } from "../../dtype/element.ts";
import { scattered, viewOf, wave } from "../testing.ts";
import type { ArrayView } from "../view.ts";
import { bincount, bincountSize, histc, histogramdd } from "./histogram.ts";
import { searchsorted } from "./search.ts";
import { kthvalue, median, mode, nanmedian, sort, topk } from "./sort.ts";
import { collectPositions, unique, uniqueConsecutive, uniqueDim } from "./unique.ts";

const nan = Number.NaN;
const inf = Number.POSITIVE_INFINITY;
const read = (view: ArrayView): unknown[] => [...view.array].map((_, i) => readElement(view.array, view.dtype, i));
const longs = (view: ArrayView): number[] => [...(view.array as BigInt64Array)].map(Number);

/** Runs a kernel with two outputs on both a dense and a strided copy of the input. */
function pair(
  shape: number[],
  data: readonly (number | bigint | boolean)[],
  outShape: number[],
  run: (values: ArrayView, indices: ArrayView, input: ArrayView) => void,
  dtype?: DType,
): [unknown[], number[]] {
  const input = viewOf(shape, data, dtype);
  const results = [input, scattered(input)].map((view): [unknown[], number[]] => {
    const values = viewOf(outShape, undefined, dtype);
    const indices = viewOf(outShape, undefined, int64);
    run(values, indices, view);
    return [read(values), longs(indices)];
  });
  expect(results[1]).toEqual(results[0]);
  return results[0]!;
}

describe("sort", () => {
  it("is stable and puts nan last, or first when descending", () => {
    const data = [2, nan, -1, 2, inf, nan, -inf];
    expect(pair([7], data, [7], (v, i, x) => sort(v, i, x, 0))).toEqual([
      [-inf, -1, 2, 2, inf, nan, nan],
      [6, 2, 0, 3, 4, 1, 5],
    ]);
    expect(pair([7], data, [7], (v, i, x) => sort(v, i, x, 0, true))).toEqual([
      [nan, nan, inf, 2, 2, -1, -inf],
      [1, 5, 4, 0, 3, 2, 6],
    ]);
  });

  it("sorts along any dimension", () => {
    expect(pair([2, 3], [3, 1, 2, 0, 5, 1], [2, 3], (v, i, x) => sort(v, i, x, 0))).toEqual([
      [0, 1, 1, 3, 5, 2],
      [1, 0, 1, 0, 1, 0],
    ]);
    expect(pair([2, 3], [3, 1, 2, 0, 5, 1], [2, 3], (v, i, x) => sort(v, i, x, 1, true))).toEqual([
      [3, 2, 1, 5, 1, 0],
      [0, 2, 1, 1, 2, 0],
    ]);
  });

  it("agrees with the built-in sort on a long slice", () => {
    const data = wave(1000).map((x) => Math.round(20 * x));
    const [values, order] = pair([1000], data, [1000], (v, i, x) => sort(v, i, x, 0));
    const expected = data.map((_, i) => i).sort((a, b) => data[a]! - data[b]! || a - b);
    expect(order).toEqual(expected);
    expect(values).toEqual(expected.map((i) => data[i]));
  });

  it("tells apart int64 values beyond 2^53, and sorts halves and bools", () => {
    const big = 2n ** 60n;
    expect(pair([3], [big + 1n, -big, big], [3], (v, i, x) => sort(v, i, x, 0), int64)).toEqual([
      [-big, big, big + 1n],
      [1, 2, 0],
    ]);
    expect(pair([3], [1, -2, 0.5], [3], (v, i, x) => sort(v, i, x, 0), float16)).toEqual([
      [-2, 0.5, 1],
      [1, 2, 0],
    ]);
    expect(pair([3], [true, false, true], [3], (v, i, x) => sort(v, i, x, 0), bool)).toEqual([
      [false, true, true],
      [1, 0, 2],
    ]);
  });
});

describe("topk", () => {
  it("takes the largest or the smallest, nan being greatest", () => {
    const data = [1, nan, 5, -inf, 3, 5];
    expect(pair([6], data, [3], (v, i, x) => topk(v, i, x, 3, 0))).toEqual([
      [nan, 5, 5],
      [1, 2, 5],
    ]);
    expect(pair([6], data, [6], (v, i, x) => topk(v, i, x, 6, 0, false))).toEqual([
      [-inf, 1, 3, 5, 5, nan],
      [3, 0, 4, 2, 5, 1],
    ]);
  });

  it("agrees with sorting when k is small", () => {
    const data = [...wave(198), nan, inf];
    for (const largest of [true, false]) {
      const [, best] = pair([2, 100], data, [2, 4], (v, i, x) => topk(v, i, x, 4, 1, largest));
      const [, order] = pair([2, 100], data, [2, 100], (v, i, x) => sort(v, i, x, 1, largest));
      expect(best).toEqual([...order.slice(0, 4), ...order.slice(100, 104)]);
    }
  });
});

describe("order statistics", () => {
  const data = [4, 1, 3, 2, nan, 7, 7, 0];
  it("finds medians, with and without nan", () => {
    expect(pair([2, 4], data, [2], (v, i, x) => median(v, i, x, 1))).toEqual([
      [2, nan],
      [3, 0],
    ]);
    expect(pair([2, 4], data, [2], (v, i, x) => nanmedian(v, i, x, 1))).toEqual([
      [2, 7],
      [3, 1],
    ]);
    expect(pair([2], [nan, nan], [1], (v, i, x) => nanmedian(v, i, x, 0))).toEqual([[nan], [0]]);
  });

  it("finds the k-th smallest and the mode", () => {
    expect(pair([2, 4], data, [4], (v, i, x) => kthvalue(v, i, x, 2, 0))).toEqual([
      [nan, 7, 7, 2],
      [1, 1, 1, 0],
    ]);
    expect(pair([6], [3, 1, 3, 1, 2, 5], [1], (v, i, x) => mode(v, i, x, 0))).toEqual([[1], [3]]);
  });
});

describe("searchsorted", () => {
  const edges = viewOf([4], [1, 3, 3, 7]);
  const find = (values: ArrayView, right: boolean, boundaries = edges, sorter: ArrayView | null = null): unknown[] => {
    const out = viewOf([...values.shape], undefined, int32);
    searchsorted(out, boundaries, values, right, sorter);
    return read(out);
  };

  it("goes before equal elements, or behind them", () => {
    const values = viewOf([2, 3], [0, 3, 9, nan, 7, 1]);
    expect(find(values, false)).toEqual([0, 1, 4, 4, 3, 0]);
    expect(find(scattered(values), true)).toEqual([0, 3, 4, 4, 4, 1]);
  });

  it("takes rows of boundaries, and a sorter", () => {
    expect(find(viewOf([2, 1], [2, 2]), false, viewOf([2, 2], [1, 3, 3, 4]))).toEqual([1, 0]);
    expect(find(viewOf([1], [5]), false, viewOf([3], [7, 1, 4]), viewOf([3], [1, 2, 0], int64))).toEqual([2]);
  });
});

describe("unique", () => {
  it("sorts, inverts and counts", () => {
    const input = viewOf([2, 3], [3, 1, 3, 2, 1, 3]);
    const { positions, inverse, counts } = unique(scattered(input));
    const out = viewOf([3]);
    collectPositions(out, scattered(input), positions);
    expect(read(out)).toEqual([1, 2, 3]);
    expect([...inverse]).toEqual([2, 0, 2, 1, 0, 2]);
    expect([...counts]).toEqual([2, 1, 3]);
  });

  it("compares slices", () => {
    const input = viewOf([3, 2], [2, 1, 1, 5, 2, 1]);
    expect(uniqueDim(input, 0)).toEqual({
      positions: Int32Array.of(1, 0),
      inverse: Int32Array.of(1, 0, 1),
      counts: Int32Array.of(1, 2),
    });
    expect([...uniqueConsecutive(input, 0).counts]).toEqual([1, 1, 1]);
    expect([...uniqueConsecutive(viewOf([5], [1, 1, 2, 2, 1]), null).counts]).toEqual([2, 2, 1]);
  });
});

describe("histograms", () => {
  it("counts in equal bins", () => {
    const out = viewOf([4]);
    histc(out, viewOf([5], [1, 2, 1, nan, 4]), 0, 4);
    expect(read(out)).toEqual([0, 2, 1, 1]);
    expect(() => histc(out, viewOf([2], [1, nan]), 0, 0)).toThrow("torch.histc: range of [nan, nan] is not finite");
    expect(() => histc(out, viewOf([1], [1]), 3, 2)).toThrow("torch.histc: max must be larger than min");
  });

  it("weighs in given bins, the last closed", () => {
    const out = viewOf([2], undefined, float64);
    histogramdd(
      out,
      viewOf([4], [0, 1, 3, 3.5], float64),
      [viewOf([3], [0, 1, 3], float64)],
      viewOf([4], [1, 2, 4, 8], float64),
    );
    expect(read(out)).toEqual([1, 6]);
  });

  it("counts integers", () => {
    const input = viewOf([4], [1, 3, 1, 0], int64);
    expect(bincountSize(input, 2)).toBe(4);
    const out = viewOf([6], undefined, int64);
    bincount(out, input, null);
    expect(read(out)).toEqual([1n, 2n, 0n, 1n, 0n, 0n]);
    const sums = viewOf([4]);
    bincount(sums, input, viewOf([4], [0.5, 1, 2, 4]));
    expect(read(sums)).toEqual([4, 2.5, 0, 1]);
    expect(() => bincountSize(viewOf([1], [-1], int64), 0)).toThrow(
      "bincount only supports 1-d non-negative integral inputs.",
    );
  });
});
