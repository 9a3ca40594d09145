import { describe, expect, it } from "vitest";
import { Complex } from "../../dtype/complex.ts";
import { bfloat16, complex64, type DType, float32, float64, int32, int64, int8 } from "../../dtype/dtype.ts";
import { readElement } from "../../dtype/element.ts";
import { scattered, viewOf, wave } from "../testing.ts";
import type { ArrayView } from "../view.ts";
import { addmm, bmm, mm } from "./mm.ts";

function naive(m: number, n: number, k: number, a: number[], b: number[]): number[] {
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[Math.floor(at / n) * k + p]! * b[p * n + (at % n)]!;
    return sum;
  });
}

function expectClose(actual: ArrayView, expected: number[], tolerance: number): void {
  expect(actual.array.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(Number(readElement(actual.array, actual.dtype, i)) - value)).toBeLessThanOrEqual(tolerance);
  });
}

describe("mm", () => {
  const sizes: [number, number, number][] = [
    [1, 1, 1],
    [2, 3, 4],
    [1, 9, 5],
    [9, 1, 300],
    [5, 7, 9],
    [13, 17, 15],
    [67, 6, 300],
    [6, 261, 259],
    [4, 4, 0],
  ];
  it.each(sizes)("multiplies %d x %d with inner size %d, dense and strided", (m, n, k) => {
    const a = wave(m * k);
    const b = wave(k * n, 0.3);
    const expected = naive(m, n, k, a, b);
    for (const dtype of [float32, float64]) {
      const x = viewOf([m, k], a, dtype);
      const y = viewOf([k, n], b, dtype);
      const tolerance = dtype === float32 ? 2e-6 * Math.sqrt(k) : 1e-12;
      const out = viewOf([m, n], undefined, dtype);
      mm(out, x, y);
      expectClose(out, expected, tolerance);
      mm(out, scattered(x), scattered(y));
      expectClose(out, expected, tolerance);
    }
  });

  it("wraps integers", () => {
    const product = (dtype: DType, a: (number | bigint)[], b: (number | bigint)[]): unknown => {
      const out = viewOf([1, 1], undefined, dtype);
      mm(out, viewOf([1, 2], a, dtype), viewOf([2, 1], b, dtype));
      return out.array[0];
    };
    expect(product(int8, [100, 1], [3, 1])).toBe(45);
    expect(product(int32, [2147483647, 3], [2147483647, 5])).toBe(16);
    expect(product(int64, [2n ** 40n, 7n], [2n ** 40n + 3n, 11n])).toBe(
      BigInt.asIntN(64, 2n ** 40n * (2n ** 40n + 3n) + 77n),
    );
    expect(product(int64, [3n, -7n], [5n, 11n])).toBe(-62n);
  });

  it("multiplies complex matrices", () => {
    const out = viewOf([1, 2], undefined, complex64);
    mm(
      out,
      viewOf([1, 2], [new Complex(1, 2), new Complex(0, -1)], complex64),
      viewOf([2, 2], [new Complex(3, 4), new Complex(1, 0), new Complex(2, 2), new Complex(0, 1)], complex64),
    );
    expect([...out.array]).toEqual([-3, 8, 2, 2]);
  });

  it("rounds bfloat16 once, at the store", () => {
    const out = viewOf([1, 1], undefined, bfloat16);
    mm(out, viewOf([1, 3], [1, 0.00390625, 0.00390625], bfloat16), viewOf([3, 1], [1, 1, 1], bfloat16));
    expect(readElement(out.array, bfloat16, 0)).toBe(1.0078125);
  });
});

describe("bmm", () => {
  it("takes batch stride 0", () => {
    const out = viewOf([3, 2, 2]);
    const a = viewOf([2, 2], [1, 2, 3, 4]);
    const b = viewOf([3, 2, 2], [1, 0, 0, 1, 2, 0, 0, 2, 0, 1, 1, 0]);
    bmm(out, { ...a, shape: [3, 2, 2], strides: [0, 2, 1] }, b);
    expect([...out.array]).toEqual([1, 2, 3, 4, 2, 4, 6, 8, 2, 1, 4, 3]);
  });
});

describe("addmm", () => {
  it("scales and broadcasts the bias", () => {
    const a = viewOf([2, 2], [1, 2, 3, 4]);
    const b = viewOf([2, 3], [1, 0, 1, 0, 1, 1]);
    const out = viewOf([2, 3]);
    addmm(out, viewOf([3], [10, 20, 30]), a, b);
    expect([...out.array]).toEqual([11, 22, 33, 13, 24, 37]);
    addmm(out, viewOf([2, 1], [1, 2]), a, b, 0.5, 2);
    expect([...out.array]).toEqual([2.5, 4.5, 6.5, 7, 9, 15]);
    addmm(out, viewOf([3], [Number.NaN, 0, 0]), a, b, 0);
    expect([...out.array]).toEqual([1, 2, 3, 3, 4, 7]);
  });
});
