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
  int8,
  readElement,
  uint8,
  writeElement,
} from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { parseExpr } from "../../expr/index.ts";
import { contiguousStrides, expandStrides } from "../../layout.ts";
import type { ArrayView } from "../view.ts";
import { map } from "./map.ts";

function view(values: readonly Scalar[], shape: readonly number[], dtype: DType): ArrayView {
  const array = new dtype.ArrayType(values.length * dtype.lanes);
  values.forEach((value, i) => writeElement(array, dtype, i, value));
  return { array, shape, strides: contiguousStrides(shape), offset: 0, dtype };
}

function empty(shape: readonly number[], dtype: DType): ArrayView {
  return view(new Array(shape.reduce((a, b) => a * b, 1)).fill(0), shape, dtype);
}

function values(of: ArrayView): Scalar[] {
  return Array.from({ length: of.array.length / of.dtype.lanes }, (_, i) => readElement(of.array, of.dtype, i));
}

/** Result of `text` on vectors of one dtype. */
function compute(text: string, dtype: DType, out: DType, ...operands: (readonly Scalar[])[]): Scalar[] {
  const n = operands[0]!.length;
  const result = empty([n], out);
  map(
    parseExpr(text),
    dtype,
    result,
    operands.map((operand) => view(operand, [n], dtype)),
    [],
  );
  return values(result);
}

/** Every index into `shape`, in row-major order. */
function* indices(shape: readonly number[]): Generator<number[]> {
  const n = shape.reduce((a, b) => a * b, 1);
  const strides = contiguousStrides(shape);
  for (let i = 0; i < n; i++) yield shape.map((size, d) => Math.floor(i / strides[d]!) % size);
}

const at = (of: ArrayView, index: readonly number[]): number =>
  of.array[of.offset + index.reduce((sum, i, d) => sum + i * of.strides[d]!, 0)] as number;

describe("map", () => {
  it("broadcasts and walks strides as a naive loop does", () => {
    const program = parseExpr("a * 100 + b");
    // Shapes with a permutation of dimensions and a step for each: all layouts that views have.
    const shapes: number[][] = [[], [1], [7], [3, 1], [1, 5], [3, 5], [2, 3, 5], [2, 1, 5], [4, 2, 3, 5], [2, 3, 1, 4]];
    const layouts = (shape: readonly number[]): ArrayView[] => {
      const orders = [
        shape.map((_, d) => d),
        shape.map((_, d) => shape.length - 1 - d),
        shape.map((_, d) => (d + 1) % shape.length),
      ];
      return orders.flatMap((order) =>
        [1, 2].map((step) => {
          const strides = new Array<number>(shape.length);
          let next = step;
          for (const d of [...order].reverse()) {
            strides[d] = next;
            next *= shape[d]!;
          }
          const array = Float32Array.from({ length: next + 3 }, (_, i) => (i * 37) % 101);
          return { array, shape, strides, offset: 3, dtype: float32 };
        }),
      );
    };
    for (const shape of shapes) {
      for (const other of shapes) {
        const rank = Math.max(shape.length, other.length);
        const wide = (s: readonly number[]): number[] => [...new Array<number>(rank - s.length).fill(1), ...s];
        const [x, y] = [wide(shape), wide(other)];
        if (x.some((size, d) => size !== y[d] && size !== 1 && y[d] !== 1)) continue;
        const target = x.map((size, d) => Math.max(size, y[d]!));
        for (const a of layouts(shape)) {
          for (const b of layouts(other)) {
            for (const out of layouts(target)) {
              map(program, float32, out, [a, b], []);
              const wideA = { ...a, strides: expandStrides(a.shape, a.strides, target) };
              const wideB = { ...b, strides: expandStrides(b.shape, b.strides, target) };
              for (const index of indices(target)) {
                if (at(out, index) !== Math.fround(at(wideA, index) * 100 + at(wideB, index))) {
                  expect.fail(JSON.stringify([a.shape, a.strides, b.shape, b.strides, out.strides, index]));
                }
              }
            }
          }
        }
      }
    }
  });

  it("refuses shapes that do not broadcast", () => {
    expect(() =>
      map(parseExpr("a + b"), float32, empty([2, 3], float32), [empty([2, 3], float32), empty([2], float32)], []),
    ).toThrow("The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0");
  });

  it("works in place", () => {
    const x = view([1, 2, 3, 4], [2, 2], float64);
    map(parseExpr("a * a + a"), float64, x, [x], []);
    expect(values(x)).toEqual([2, 6, 12, 20]);
    const z = view([new Complex(1, 2)], [1], complex64);
    map(parseExpr("a * a"), complex64, z, [z], []);
    expect(values(z)).toEqual([new Complex(-3, 4)]);
  });

  it("takes scalars as operands and as arguments, in the computation's dtype", () => {
    const out = empty([2], float32);
    map(parseExpr("a + alpha * b"), float32, out, [view([1, 2], [2], float32), 0.1], [3]);
    expect(values(out)).toEqual([1, 2].map((x) => Math.fround(x + Math.fround(0.1) * 3)));
    const big = empty([1], int64);
    map(parseExpr("a + b"), int64, big, [view([2n ** 62n], [1], int64), 2n ** 62n], []);
    expect(values(big)).toEqual([-(2n ** 63n)]);
  });

  it("handles tensors without elements and without dimensions", () => {
    const none = empty([0, 3], float32);
    map(parseExpr("a + b"), float32, none, [none, view([1, 2, 3], [3], float32)], []);
    const zero = empty([], float64);
    map(parseExpr("a + b"), float64, zero, [view([2], [], float64), view([5], [1], int32)], []);
    expect(values(zero)).toEqual([7]);
  });

  it("wraps integers", () => {
    expect(compute("a + b", int8, int8, [127, -128], [1, -1])).toEqual([-128, 127]);
    expect(compute("(a + b) / 2", uint8, uint8, [200], [100])).toEqual([22]);
    expect(compute("a * b", int32, int32, [65537], [65537])).toEqual([131073]);
    expect(compute("a * b", int64, int64, [2n ** 33n + 1n], [2n ** 33n])).toEqual([2n ** 33n]);
    expect(compute("pow(a, b)", int64, int64, [3n, -1n, 2n], [40n, -3n, -1n])).toEqual([
      12157665459056928801n - 2n ** 64n,
      -1n,
      0n,
    ]);
  });

  it("divides integers as PyTorch does", () => {
    const a = [7, -7, 7, -7];
    const b = [2, 2, -2, -2];
    for (const dtype of [int32, int64]) {
      const give = (text: string): number[] => compute(text, dtype, dtype, a, b).map(Number);
      expect(give("floor_divide(a, b)")).toEqual([3, -4, -4, 3]);
      expect(give("trunc_divide(a, b)")).toEqual([3, -3, -3, 3]);
      expect(give("remainder(a, b)")).toEqual([1, 1, -1, -1]);
      expect(give("fmod(a, b)")).toEqual([1, -1, 1, -1]);
      expect(() => compute("remainder(a, b)", dtype, dtype, [1], [0])).toThrow(new RuntimeError("ZeroDivisionError"));
    }
    // An untaken branch is not computed.
    expect(compute("b == 0 ? 0 : a / b", int32, int32, [6, 6], [0, 3])).toEqual([0, 2]);
  });

  it("converts as x86 casts do", () => {
    const source = [300.7, -1.5, NaN, 1e20, -Infinity, 2 ** 31];
    const convert = (to: DType): Scalar[] => compute("a", float64, to, source);
    expect(convert(int32)).toEqual([300, -1, -(2 ** 31), -(2 ** 31), -(2 ** 31), -(2 ** 31)]);
    expect(convert(uint8)).toEqual([44, 255, 0, 0, 0, 0]);
    expect(convert(int64)).toEqual([300n, -1n, -(2n ** 63n), -(2n ** 63n), -(2n ** 63n), 2n ** 31n]);
    expect(convert(bool)).toEqual([true, true, true, true, true, true]);
    expect(convert(float16)).toEqual([300.75, -1.5, NaN, Infinity, -Infinity, Infinity]);
    expect(compute("a", int64, float32, [2n ** 24n + 1n, -5n])).toEqual([2 ** 24, -5]);
    expect(compute("a", complex64, float32, [new Complex(3, 4)])).toEqual([3]);
    expect(compute("a", complex64, bool, [new Complex(0, 4), 0])).toEqual([true, false]);
  });

  it("rounds to the computation's dtype before a wider result", () => {
    const out = empty([1], float64);
    map(parseExpr("a / b"), float32, out, [view([1], [1], float32), view([3], [1], float32)], []);
    expect(values(out)).toEqual([Math.fround(1 / 3)]);
  });

  it("compares half precision with scalars rounded to it, and computes with more precise ones", () => {
    const x = view([0.1], [1], float16);
    const equal = empty([1], bool);
    map(parseExpr("a == b"), float16, equal, [x, 0.1], []);
    expect(values(equal)).toEqual([true]);
    const product = empty([1], float32);
    map(parseExpr("a * b"), float16, product, [view([1000], [1], float16), 0.1], []);
    expect(values(product)).toEqual([100]);
  });

  it("computes truth values as torch.bool does", () => {
    const a = [true, true, false];
    const b = [true, false, false];
    expect(compute("a + b", bool, bool, a, b)).toEqual([true, true, false]);
    expect(compute("a * b", bool, bool, a, b)).toEqual([true, false, false]);
    expect(compute("xor(a, b)", bool, bool, a, b)).toEqual([false, true, false]);
    expect(compute("a < b", bool, bool, b, a)).toEqual([false, true, false]);
    expect(compute("(a > 0) + (b > 0)", float32, float32, [1, 1, -1], [1, -1, -1])).toEqual([2, 1, 0]);
  });

  it("follows C where JavaScript's Math differs", () => {
    expect(compute("pow(a, b)", float64, float64, [1, -1, -8, 2], [NaN, Infinity, 1 / 3, -2])).toEqual([
      1,
      1,
      NaN,
      0.25,
    ]);
    expect(compute("round(a)", float64, float64, [0.5, 1.5, 2.5, -0.5, -1.5, 2 ** 53 + 2])).toEqual([
      0,
      2,
      2,
      -0,
      -2,
      2 ** 53 + 2,
    ]);
    expect(compute("max(a, b)", float64, float64, [NaN, 1], [1, NaN])).toEqual([NaN, NaN]);
    expect(compute("fmax(a, b)", float64, float64, [NaN, 1], [1, NaN])).toEqual([1, 1]);
    expect(compute("nextafter(a, b)", float32, float32, [1, 0, 1], [2, -1, 0])).toEqual([
      1 + 2 ** -23,
      -(2 ** -149),
      1 - 2 ** -24,
    ]);
    expect(compute("floor_divide(a, b)", float64, float64, [1, -1, 1, 0], [0.1, 0.3, 0, 0])).toEqual([
      9,
      -4,
      Infinity,
      NaN,
    ]);
    expect(compute("remainder(a, b)", float64, float64, [5.5, -5.5, 1], [2, 2, 0])).toEqual([1.5, 0.5, NaN]);
  });

  it("takes many operands and scalars", () => {
    const out = empty([3, 2], float32);
    const column = view([1, 2, 3], [3, 1], float32);
    const program = parseExpr("a + b * c - d / e + s * t");
    map(program, float32, out, [column, view([1, 10], [2], float32), 2, view([4], [], float32), column], [5, 6]);
    const expected = [1, 2, 3].flatMap((x) => [1, 10].map((y) => Math.fround(x + y * 2 - 4 / x + 30)));
    expect(values(out)).toEqual(expected);
  });
});
