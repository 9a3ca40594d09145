import { describe, expect, it } from "vitest";
import {
  Complex,
  type DType,
  DTYPES,
  bool,
  complex64,
  float16,
  float32,
  int64,
  readElement,
  writeElement,
} from "../../dtype/index.ts";
import { contiguousStrides } from "../../layout.ts";
import type { ArrayView } from "../view.ts";
import { copy, fill } from "./index.ts";

function tensor(
  shape: readonly number[],
  dtype: DType,
  strides: readonly number[] = contiguousStrides(shape),
  offset = 0,
): ArrayView {
  let last = offset;
  shape.forEach((size, d) => (last += (size - 1) * Math.abs(strides[d]!)));
  const array = new dtype.ArrayType((last + 1) * dtype.lanes);
  for (let i = 0; i <= last; i++) writeElement(array, dtype, i, (i * 7) % 128);
  return { array, shape, strides, offset, dtype };
}

const get = (of: ArrayView, ...index: number[]): unknown =>
  readElement(of.array, of.dtype, of.offset + index.reduce((sum, i, d) => sum + i * of.strides[d]!, 0));

describe("copy", () => {
  it("copies dense memory of every dtype, long and short", () => {
    for (const dtype of DTYPES) {
      for (const n of [1, 3, 200]) {
        const input = tensor([n], dtype, [1], 2);
        const out = { ...tensor([n], dtype, [1], 1), array: new dtype.ArrayType((n + 2) * dtype.lanes) };
        copy(out, input);
        for (let i = 0; i < n; i++) expect(get(out, i)).toEqual(get(input, i));
        expect(out.array[0]).toBe(new dtype.ArrayType(1)[0]);
        expect(out.array.at(-1)).toBe(new dtype.ArrayType(1)[0]);
      }
    }
  });

  it("keeps the bits of halves", () => {
    const bits = Uint16Array.of(0x7e01, 0x8000, 0x0001);
    for (const strides of [[1], [2]]) {
      const out = tensor([3], float16, strides);
      copy(out, { array: bits, shape: [3], strides: [1], offset: 0, dtype: float16 });
      expect([0, 1, 2].map((i) => out.array[i * strides[0]!])).toEqual([...bits]);
    }
  });

  it("transposes in tiles", () => {
    for (const dtype of [float32, complex64, int64]) {
      for (const [rows, columns] of [
        [70, 45],
        [33, 64],
        [1, 100],
        [40, 2],
      ] as const) {
        const input = tensor([rows, columns], dtype, [1, rows], 1);
        const out = tensor([rows, columns], dtype);
        copy(out, input);
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++) expect(get(out, i, j)).toEqual(get(input, i, j));
      }
    }
  });

  it("changes the memory format of images", () => {
    const input = tensor([2, 3, 8, 9], float32);
    const out = tensor([2, 3, 8, 9], float32, [216, 1, 27, 3]);
    copy(out, input);
    for (let n = 0; n < 2; n++)
      for (let c = 0; c < 3; c++)
        for (let h = 0; h < 8; h++)
          for (let w = 0; w < 9; w++) expect(get(out, n, c, h, w)).toBe(get(input, n, c, h, w));
  });

  it("broadcasts and converts", () => {
    const out = tensor([2, 3], int64);
    copy(out, { array: Float32Array.of(1.9, -2.9, NaN), shape: [3], strides: [1], offset: 0, dtype: float32 });
    const row = [1n, -2n, -(2n ** 63n)];
    expect([...(out.array as BigInt64Array)]).toEqual([...row, ...row]);
    const truth = tensor([2], bool);
    copy(truth, { array: Float32Array.of(0, 0, 0, -1), shape: [2], strides: [1], offset: 0, dtype: complex64 });
    expect([...truth.array]).toEqual([0, 1]);
  });
});

describe("fill", () => {
  it("sets every element of a view and no other", () => {
    for (const dtype of DTYPES) {
      for (const [strides, offset] of [
        [[3, 1], 0],
        [[4, 1], 2],
        [[1, 5], 1],
      ] as const) {
        const out = tensor([4, 3], dtype, strides, offset);
        const before = out.array.slice();
        fill(out, 1);
        const touched = new Set<number>();
        for (let i = 0; i < 4; i++) {
          for (let j = 0; j < 3; j++) {
            expect(get(out, i, j)).toEqual(
              dtype.is_complex ? new Complex(1) : dtype === bool ? true : dtype === int64 ? 1n : 1,
            );
            for (let lane = 0; lane < dtype.lanes; lane++)
              touched.add((offset + i * strides[0] + j * strides[1]) * dtype.lanes + lane);
          }
        }
        out.array.forEach((value: unknown, i: number) => touched.has(i) || expect(value).toBe(before[i]));
      }
    }
  });

  it("converts complex values and int64 exactly", () => {
    const z = tensor([2], complex64);
    fill(z, new Complex(1, -2));
    expect([...z.array]).toEqual([1, -2, 1, -2]);
    const n = tensor([1], int64);
    fill(n, 2n ** 62n + 1n);
    expect(n.array[0]).toBe(2n ** 62n + 1n);
  });
});
