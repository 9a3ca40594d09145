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
  writeElement,
} from "../../dtype/index.ts";
import { contiguousStrides } from "../../layout.ts";
import { parseExpr } from "../../expr/index.ts";
import type { ArrayView } from "../view.ts";
import { compileExtremeScan } from "./extreme.ts";
import { scan, scanExtreme } from "./index.ts";
import { type ScanKind, compileScan } from "./scan.ts";

function view(values: readonly Scalar[], shape: readonly number[], dtype: DType): ArrayView {
  const array = new dtype.ArrayType(values.length * dtype.lanes);
  values.forEach((value, i) => writeElement(array, dtype, i, value));
  return { array, shape, strides: contiguousStrides(shape), offset: 0, dtype };
}

const values = (of: ArrayView): Scalar[] =>
  Array.from({ length: of.array.length / of.dtype.lanes }, (_, i) => readElement(of.array, of.dtype, i));
const like = (of: ArrayView, dtype: DType = of.dtype): ArrayView =>
  view(new Array(of.shape.reduce((a, b) => a * b, 1)).fill(0), of.shape, dtype);

function scanned(kind: ScanKind, input: ArrayView, dim: number, dtype: DType = input.dtype): Scalar[] {
  const out = like(input, dtype);
  scan(kind, out, input, dim);
  return values(out);
}

const x = view([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 3, 2], float32);

describe("scan", () => {
  it("runs along any dimension", () => {
    expect(scanned("cumsum", x, 0)).toEqual([1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18]);
    expect(scanned("cumsum", x, 1)).toEqual([1, 2, 4, 6, 9, 12, 7, 8, 16, 18, 27, 30]);
    expect(scanned("cumprod", x, 2)).toEqual([1, 2, 3, 12, 5, 30, 7, 56, 9, 90, 11, 132]);
  });

  it("reads and writes through strides, and in place", () => {
    const transposed = { ...x, shape: [2, 3, 2], strides: [1, 2, 6] };
    expect(scanned("cumsum", transposed, 2)).toEqual([1, 8, 3, 12, 5, 16, 2, 10, 4, 14, 6, 18]);
    const own = view([1, 2, 3], [3], float64);
    scan("cumsum", own, own, 0);
    expect(values(own)).toEqual([1, 3, 6]);
    expect(scanned("cumsum", view([5], [], float32), 0)).toEqual([5]);
    expect(scanned("cumsum", view([], [0, 3], float32), 1)).toEqual([]);
  });

  it("carries integers as 64 bits and the rest in double precision", () => {
    expect(scanned("cumsum", view([2n ** 62n, 2n ** 62n], [2], int64), 0)).toEqual([2n ** 62n, -(2n ** 63n)]);
    expect(scanned("cumsum", view([true, true], [2], bool), 0, int64)).toEqual([1n, 2n]);
    expect(scanned("cumprod", view([100000, 100000], [2], int32), 0, int64)).toEqual([100000n, 10n ** 10n]);
    const small = view(new Array(5000).fill(1), [5000], float16);
    expect(scanned("cumsum", small, 0).at(-1)).toBe(5000);
    const z = view([new Complex(0, 1), new Complex(0, 1)], [2], complex64);
    expect(scanned("cumprod", z, 0)).toEqual([new Complex(0, 1), new Complex(-1, 0)]);
  });

  it("adds exponentials without overflow", () => {
    const big = scanned("logcumsumexp", view([-Infinity, 1000, 1000, -Infinity], [4], float64), 0);
    expect(big).toEqual([-Infinity, 1000, 1000 + Math.LN2, 1000 + Math.LN2]);
  });

  it("gives the same when interpreted", () => {
    for (const [dtype, carried] of [
      [float32, float64],
      [complex64, complex64],
      [int64, int64],
    ] as const) {
      const input = view([3, 1, -2, 5], [4], dtype);
      const results = [true, false].map((generate) => {
        const out = like(input);
        const zero = dtype === int64 ? 0n : 0;
        compileScan(parseExpr("a + b"), dtype, dtype, carried, generate)(
          4,
          out.array,
          0,
          dtype.lanes,
          input.array,
          0,
          dtype.lanes,
          zero,
          0,
        );
        return values(out);
      });
      expect(results[1]).toEqual(results[0]);
      expect(Number(values(input)[0] instanceof Complex ? 3 : values(input)[0])).toBe(3);
    }
  });
});

describe("scanExtreme", () => {
  it("keeps nan and takes the last of equal ones", () => {
    const input = view([1, 3, 3, 2, NaN, 9, NaN], [7], float32);
    const [value, index] = [like(input), like(input, int64)];
    scanExtreme("max", value, index, input, 0);
    expect(values(value)).toEqual([1, 3, 3, 3, NaN, NaN, NaN]);
    expect(values(index)).toEqual([0n, 1n, 2n, 2n, 4n, 4n, 6n]);
    scanExtreme("min", value, index, input, 0);
    expect(values(value)).toEqual([1, 1, 1, 1, NaN, NaN, NaN]);
    expect(values(index)).toEqual([0n, 0n, 0n, 0n, 4n, 4n, 6n]);
  });

  it("runs along any dimension of any dtype", () => {
    for (const dtype of [int32, int64, float16, bool]) {
      const input = view([0, 1, 1, 0, 0, 1], [3, 2], dtype);
      const [value, index] = [like(input), like(input, int64)];
      scanExtreme("max", value, index, input, 0);
      expect(values(value).map(Number)).toEqual([0, 1, 1, 1, 1, 1]);
      expect(values(index)).toEqual([0n, 0n, 1n, 0n, 1n, 2n]);
    }
  });

  it("gives the same when interpreted", () => {
    const input = view([2, 5, 1, NaN, 7], [5], float32);
    const results = [true, false].map((generate) => {
      const out = new Float32Array(5);
      const words = new Int32Array(10);
      compileExtremeScan("max", float32, float32, generate)(5, out, 0, 1, words, 0, 2, input.array, 0, 1);
      return [[...out], [...words]];
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[0]).toEqual([
      [2, 5, 5, NaN, NaN],
      [0, 0, 1, 0, 1, 0, 3, 0, 3, 0],
    ]);
  });
});
