import { describe, expect, it } from "vitest";
import {
  Complex,
  type DType,
  type Scalar,
  bool,
  complex64,
  float16,
  float32,
  float64,
  int32,
  int64,
  readElement,
  uint8,
  writeElement,
} from "../../dtype/index.ts";
import { contiguousStrides, reducedShape } from "../../layout.ts";
import type { ArrayView } from "../view.ts";
import { FoldKernel, type FoldSpec } from "./fold.ts";
import { parseExpr } from "../../expr/index.ts";
import { generate, interpretExtreme } from "./extreme.ts";
import { type ReduceKind, argExtreme, extreme, norm, reduce, variance } from "./index.ts";

function view(values: readonly Scalar[], shape: readonly number[], dtype: DType): ArrayView {
  const array = new dtype.ArrayType(values.length * dtype.lanes);
  values.forEach((value, i) => writeElement(array, dtype, i, value));
  return { array, shape, strides: contiguousStrides(shape), offset: 0, dtype };
}

const zeros = (shape: readonly number[], dtype: DType): ArrayView =>
  view(new Array(shape.reduce((a, b) => a * b, 1)).fill(0), shape, dtype);
const values = (of: ArrayView): Scalar[] =>
  Array.from({ length: of.array.length / of.dtype.lanes }, (_, i) => readElement(of.array, of.dtype, i));

function reduced(kind: ReduceKind, input: ArrayView, dims: readonly number[], out: DType = input.dtype): Scalar[] {
  const result = zeros(reducedShape(input.shape, dims, false), out);
  reduce(kind, result, input, dims);
  return values(result);
}

/** Rows of reduced elements, per kept element, by plain index arithmetic. */
function rows(input: ArrayView, dims: readonly number[]): number[][] {
  const { shape, strides, offset } = input;
  const keptStrides = contiguousStrides(reducedShape(shape, dims, true));
  const result: number[][] = [];
  const dense = contiguousStrides(shape);
  const n = shape.reduce((a, b) => a * b, 1);
  for (let i = 0; i < n; i++) {
    let row = 0;
    let at = offset;
    shape.forEach((size, d) => {
      const index = Math.floor(i / dense[d]!) % size;
      if (!dims.includes(d)) row += index * keptStrides[d]!;
      at += index * strides[d]!;
    });
    (result[row] ??= []).push(input.array[at] as number);
  }
  return result;
}

/** All subsets of the dimensions of some layouts of a 4-d tensor. */
function* layouts(): Generator<[ArrayView, number[]]> {
  const shape = [3, 9, 2, 17];
  const array = Float64Array.from({ length: 6000 }, (_, i) => ((i * 7919) % 503) - 250);
  for (const strides of [
    [306, 34, 17, 1],
    [1, 3, 27, 54],
    [34, 102, 17, 1],
    [612, 68, 34, 2],
    [0, 34, 17, 1],
  ]) {
    for (let mask = 0; mask < 16; mask++) {
      const dims = [0, 1, 2, 3].filter((d) => mask & (1 << d));
      yield [{ array, shape, strides, offset: 5, dtype: float64 }, dims];
    }
  }
}

describe("reduce", () => {
  it("equals a naive loop for all dimensions and layouts", () => {
    for (const [input, dims] of layouts()) {
      const expected = rows(input, dims);
      expect(reduced("sum", input, dims)).toEqual(expected.map((row) => row.reduce((a, b) => a + b, 0)));
      expect(reduced("amax", input, dims)).toEqual(expected.map((row) => Math.max(...row)));
      expect(reduced("amin", input, dims)).toEqual(expected.map((row) => Math.min(...row)));
      expect(reduced("count_nonzero", input, dims, int64)).toEqual(
        expected.map((row) => BigInt(row.filter((x) => x !== 0).length)),
      );
    }
  });

  it("finds positions as a naive loop does", () => {
    for (const [input, dims] of layouts()) {
      const expected = rows(input, dims);
      const indices = zeros(reducedShape(input.shape, dims, false), int64);
      argExtreme("max", indices, input, dims);
      expect(values(indices)).toEqual(expected.map((row) => BigInt(row.indexOf(Math.max(...row)))));
      argExtreme("min", indices, input, dims);
      expect(values(indices)).toEqual(expected.map((row) => BigInt(row.indexOf(Math.min(...row)))));
    }
  });

  it("accumulates in double precision", () => {
    const n = 100_000;
    const x = view(new Array(n).fill(0.1), [n], float32);
    expect(reduced("sum", x, [0])[0]).toBeCloseTo(n * Math.fround(0.1), 2);
    expect(reduced("mean", x, [0])).toEqual([Math.fround(0.1)]);
    expect(reduced("sum", view(new Array(4096).fill(1), [4096], float16), [0])).toEqual([4096]);
  });

  it("sums integers exactly modulo 2^64", () => {
    expect(reduced("sum", view([200, 100], [2], uint8), [0], int64)).toEqual([300n]);
    expect(reduced("sum", view([2n ** 62n, 2n ** 62n, 1n], [3], int64), [0])).toEqual([-(2n ** 63n) + 1n]);
    expect(reduced("sum", view([2n ** 53n, 1n], [2], int64), [0])).toEqual([2n ** 53n + 1n]);
    expect(reduced("prod", view([3, 5, -7], [3], int32), [0], int64)).toEqual([-105n]);
    expect(reduced("sum", view([true, true, false], [3], bool), [0], int64)).toEqual([2n]);
  });

  it("gives identities for no elements", () => {
    const none = zeros([2, 0], float32);
    expect(reduced("sum", none, [1])).toEqual([0, 0]);
    expect(reduced("prod", none, [1])).toEqual([1, 1]);
    expect(reduced("mean", none, [1])).toEqual([NaN, NaN]);
    expect(reduced("all", none, [1], bool)).toEqual([true, true]);
    expect(reduced("any", none, [1], bool)).toEqual([false, false]);
  });

  it("propagates nan in extremes, drops it in nansum", () => {
    const x = view([1, NaN, 3, 4], [2, 2], float32);
    expect(reduced("amax", x, [1])).toEqual([NaN, 4]);
    expect(reduced("amin", x, [0])).toEqual([1, NaN]);
    expect(reduced("nansum", x, [0, 1])).toEqual([8]);
  });

  it("reduces truth values and complex numbers", () => {
    const x = view([0, 2, 0, 0], [2, 2], float32);
    expect(reduced("any", x, [1], bool)).toEqual([true, false]);
    expect(reduced("all", view([1, 2, 0, 1], [2, 2], uint8), [1], uint8)).toEqual([1, 0]);
    expect(reduced("amax", view([false, true], [2], bool), [0])).toEqual([true]);
    const z = view([new Complex(1, 2), new Complex(3, -1)], [2], complex64);
    expect(reduced("sum", z, [0])).toEqual([new Complex(4, 1)]);
    expect(reduced("prod", z, [0])).toEqual([new Complex(5, 5)]);
    expect(reduced("mean", z, [0])).toEqual([new Complex(2, 0.5)]);
    expect(reduced("count_nonzero", view([new Complex(0, 1), 0], [2], complex64), [0], int64)).toEqual([1n]);
  });
});

describe("extreme", () => {
  it("gives the first occurrence, and nan before all", () => {
    const x = view([1, 3, 3, NaN, 2, NaN], [2, 3], float32);
    const [value, index] = [zeros([2], float32), zeros([2], int64)];
    extreme("max", value, index, x, [1]);
    expect([values(value), values(index)]).toEqual([
      [3, NaN],
      [1n, 0n],
    ]);
    const half = view([2, 1, 1], [3], float16);
    const [least, at] = [zeros([], float16), zeros([], int64)];
    extreme("min", least, at, half, [0]);
    expect([values(least), values(at)]).toEqual([[1], [1n]]);
  });

  it("treats infinities, int64 and truth values", () => {
    for (const [dtype, row, where] of [
      [float32, [-Infinity, -Infinity], 0n],
      [int64, [-(2n ** 63n), 5n, 2n ** 62n], 2n],
      [bool, [false, true, true], 1n],
    ] as const) {
      const index = zeros([], int64);
      argExtreme("max", index, view(row, [row.length], dtype), [0]);
      expect(values(index)).toEqual([where]);
    }
  });
});

describe("variance", () => {
  const x = view([1, 2, 4, 8, 1e6 + 1, 1e6 + 3], [2, 3], float32);

  it("is computed in two passes", () => {
    const [out, mean] = [zeros([2], float32), zeros([2], float32)];
    variance("var", [out, mean], x, [1], 1);
    const spread = (row: number[]): [number, number] => {
      const m = row.reduce((a, b) => a + b) / row.length;
      return [row.reduce((sum, v) => sum + (v - m) ** 2, 0) / (row.length - 1), m];
    };
    const expected = [spread([1, 2, 4]), spread([8, 1e6 + 1, 1e6 + 3])];
    expect(values(out)).toEqual(expected.map(([v]) => Math.fround(v)));
    expect(values(mean)).toEqual(expected.map(([, m]) => Math.fround(m)));
  });

  it("takes a correction, and is nan or infinite where too few elements are left", () => {
    const out = zeros([3], float64);
    variance("std", [out], x, [0], 0);
    expect(values(out)).toEqual([3.5, (1e6 - 1) / 2, (1e6 - 1) / 2]);
    variance("var", [out], view([1, 2, 3], [1, 3], float64), [0], 1);
    expect(values(out)).toEqual([NaN, NaN, NaN]);
  });

  it("of complex numbers is real", () => {
    const out = zeros([], float32);
    variance("var", [out], view([new Complex(1, 1), new Complex(3, -1)], [2], complex64), [0], 1);
    expect(values(out)).toEqual([4]);
  });
});

describe("norm", () => {
  it.each([
    [0, 3],
    [1, 10],
    [2, Math.sqrt(38)],
    [3, 160 ** (1 / 3)],
    [0.5, (Math.sqrt(5) + Math.sqrt(2) + Math.sqrt(3)) ** 2],
    [Infinity, 5],
    [-Infinity, 0],
    [-1, 0],
  ])("of order %s", (p, expected) => {
    const out = zeros([], float64);
    norm(out, view([-5, 0, 2, 3], [4], float64), [0], p);
    expect(values(out)[0]).toBeCloseTo(expected, 12);
  });

  it("of complex numbers", () => {
    const z = view([new Complex(3, 4), new Complex(0, -12)], [2], complex64);
    for (const [p, expected] of [
      [0, 2],
      [1, 17],
      [2, 13],
      [3, (125 + 1728) ** (1 / 3)],
      [Infinity, 12],
      [-Infinity, 5],
    ] as const) {
      const out = zeros([], float32);
      norm(out, z, [0], p);
      expect(values(out)[0]).toBeCloseTo(expected, 5);
    }
  });
});

describe("interpreted kernels", () => {
  it("fold as generated ones", () => {
    const input = view(
      Array.from({ length: 60 }, (_, i) => (i % 7) - 3),
      [60],
      float32,
    );
    const specs: FoldSpec[] = [
      {
        element: parseExpr("a"),
        elementDtype: float64,
        combine: parseExpr("a + b"),
        input: float32,
        accumulator: float64,
      },
      {
        element: parseExpr("square(a - b)"),
        elementDtype: float64,
        combine: parseExpr("a + b"),
        input: float32,
        accumulator: float64,
      },
      {
        element: parseExpr("a * p"),
        elementDtype: complex64,
        combine: parseExpr("a + b"),
        input: float32,
        accumulator: complex64,
      },
      {
        element: parseExpr("bool(a)"),
        elementDtype: float32,
        combine: parseExpr("a && b"),
        input: float32,
        accumulator: bool,
      },
    ];
    for (const spec of specs) {
      const results = [true, false].flatMap((generated) => {
        const kernel = new FoldKernel(spec, generated);
        return [kernel.byAccumulator, kernel.sweeping].map((loop) => {
          const { accumulator } = spec;
          const start = accumulator === bool;
          const array = new accumulator.ArrayType(3 * accumulator.lanes).fill((start ? 1 : 0) as never);
          loop(input.array, 0, 3, 20, 20, 1, array, 0, Float64Array.of(1, 2, 3), [2], start ? true : 0);
          return [...(array as Float64Array)];
        });
      });
      for (const result of results) expect(result).toEqual(results[0]);
    }
  });

  it("find extremes as generated ones", () => {
    const input = view([1, 5, NaN, 2, 8, 8, -1, 8, 0], [3, 3], float32);
    const results = [
      generate("max", float32, float32, false),
      generate("max", float32, float32, true),
      interpretExtreme("max", float32, float32),
    ].map((loop) => {
      const [found, positions] = [new Float32Array(3).fill(-Infinity), new Float64Array(3)];
      loop(input.array, 0, 3, 3, 3, 1, found, positions, 0, 0);
      return [[...found], [...positions]];
    });
    for (const result of results)
      expect(result).toEqual([
        [NaN, 8, 8],
        [2, 1, 1],
      ]);
  });
});
