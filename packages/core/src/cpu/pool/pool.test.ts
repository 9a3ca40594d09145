import { describe, expect, it } from "vitest";
import { float32, int64 } from "../../dtype/dtype.ts";
import { scattered, viewOf } from "../testing.ts";
import { adaptiveAvgPool, adaptiveAvgPoolBackward, avgPool, avgPoolBackward } from "./avg_pool.ts";
import { adaptiveMaxPool, fractionalMaxPool, maxPool, maxPoolBackward } from "./max_pool.ts";
import { maxUnpool, maxUnpoolBackward } from "./max_unpool.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const ints = (values: number[]): bigint[] => values.map(BigInt);

describe("maxPool", () => {
  const params = { kernel_size: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };

  it("takes the first maximum on ties, and lets nan win", () => {
    const nan = Number.NaN;
    const input = viewOf([1, 1, 2, 6], [5, 5, 1, nan, nan, 0, 5, 5, 9, 2, nan, 3]);
    const out = viewOf([1, 1, 1, 3]);
    const indices = viewOf([1, 1, 1, 3], undefined, int64);
    for (const view of [input, scattered(input)]) {
      maxPool(out, indices, view, params);
      expect([...out.array]).toEqual([5, nan, nan]);
      expect([...indices.array]).toEqual(ints([0, 3, 10]));
    }
  });

  it("pads with minus infinity and dilates, as F.max_pool1d(-arange(7), 3, 2, 1, dilation=2)", () => {
    const out = viewOf([1, 3]);
    const indices = viewOf([1, 3], undefined, int64);
    const input = viewOf(
      [1, 7],
      range(7).map((i) => -i),
    );
    maxPool(out, indices, input, { kernel_size: [3], stride: [2], padding: [1], dilation: [2] });
    expect([...out.array]).toEqual([-1, -1, -3]);
    expect([...indices.array]).toEqual(ints([1, 1, 3]));
    const grad = viewOf([1, 7]);
    maxPoolBackward(grad, viewOf([1, 3], [1, 10, 100]), indices, 1);
    expect([...grad.array]).toEqual([0, 11, 0, 100, 0, 0, 0]);
  });

  it("pools volumes", () => {
    const out = viewOf([2, 1, 1, 1]);
    maxPool(out, null, viewOf([2, 2, 2, 2], range(16)), {
      kernel_size: [2, 2, 2],
      stride: [2, 2, 2],
      padding: [0, 0, 0],
      dilation: [1, 1, 1],
    });
    expect([...out.array]).toEqual([7, 15]);
  });
});

describe("avgPool", () => {
  // F.avg_pool2d(arange(16).view(1, 1, 4, 4), 3, 2, 1, ceil_mode=True, ...)
  const params = { kernel_size: [3, 3], stride: [2, 2], padding: [1, 1], divisor_override: null };
  const input = viewOf([1, 1, 4, 4], range(16));

  it.each([
    [true, null, [10 / 9, 24 / 9, 15 / 9, 51 / 9, 10, 5.5, 25 / 6, 7, 3.75]],
    [false, null, [2.5, 4, 5, 8.5, 10, 11, 12.5, 14, 15]],
    [false, 2, [5, 12, 5, 25.5, 45, 16.5, 12.5, 21, 7.5]],
  ])("counts padding: %s, divisor: %s", (count_include_pad, divisor_override, expected) => {
    const out = viewOf([1, 1, 3, 3]);
    avgPool(out, input, { ...params, count_include_pad, divisor_override });
    expect([...out.array]).toEqual(expected.map(Math.fround));
  });

  it("spreads the gradient evenly", () => {
    const grad = viewOf([1, 4]);
    avgPoolBackward(grad, viewOf([1, 2], [2, 4]), {
      kernel_size: [2],
      stride: [2],
      padding: [0],
      count_include_pad: true,
      divisor_override: null,
    });
    expect([...grad.array]).toEqual([1, 1, 2, 2]);
  });
});

describe("adaptive pooling", () => {
  it("overlaps windows as PyTorch does", () => {
    // F.adaptive_avg_pool1d(arange(5).float()[None], 3), F.adaptive_max_pool1d(..., return_indices=True)
    const input = viewOf([1, 5], range(5));
    const out = viewOf([1, 3]);
    adaptiveAvgPool(out, input, 1);
    expect([...out.array]).toEqual([0.5, 2, 3.5]);
    const indices = viewOf([1, 3], undefined, int64);
    adaptiveMaxPool(out, indices, input, 1);
    expect([...out.array]).toEqual([1, 3, 4]);
    expect([...indices.array]).toEqual(ints([1, 3, 4]));
    const grad = viewOf([1, 5]);
    adaptiveAvgPoolBackward(grad, viewOf([1, 3], [2, 3, 4]), 1);
    expect([...grad.array]).toEqual([1, 2, 1, 3, 2]);
  });
});

describe("fractionalMaxPool", () => {
  it("takes the width's sample first", () => {
    // F.fractional_max_pool2d(arange(25.).view(1, 1, 5, 5), 2, 3, return_indices=True, _random_samples=tensor([[[0.9, 0.1]]]))
    const out = viewOf([1, 1, 3, 3]);
    const indices = viewOf([1, 1, 3, 3], undefined, int64);
    fractionalMaxPool(out, indices, viewOf([1, 1, 5, 5], range(25)), viewOf([1, 1, 2], [0.9, 0.1]), [2, 2]);
    const expected = [6, 7, 9, 11, 12, 14, 21, 22, 24];
    expect([...out.array]).toEqual(expected);
    expect([...indices.array]).toEqual(ints(expected));
  });
});

describe("maxUnpool", () => {
  it("is the inverse of pooling", () => {
    const out = viewOf([2, 4], undefined, float32);
    const indices = viewOf([2, 2], [1, 3, 0, 2], int64);
    maxUnpool(out, viewOf([2, 2], [5, 6, 7, 8]), indices, 1);
    expect([...out.array]).toEqual([0, 5, 0, 6, 7, 0, 8, 0]);
    const grad = viewOf([2, 2]);
    maxUnpoolBackward(grad, out, indices, 1);
    expect([...grad.array]).toEqual([5, 6, 7, 8]);
  });

  it("writes nothing when an index is out of range", () => {
    const out = viewOf([1, 1, 2, 2], [1, 2, 3, 4]);
    const call = (): void => maxUnpool(out, viewOf([1, 1, 1, 1], [1]), viewOf([1, 1, 1, 1], [9], int64), 2);
    expect(call).toThrow("Found an invalid max index: 9 (output volumes are of size 2x2");
    expect([...out.array]).toEqual([1, 2, 3, 4]);
  });
});
