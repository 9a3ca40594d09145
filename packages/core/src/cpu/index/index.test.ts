import { describe, expect, it } from "vitest";
import { Complex } from "../../dtype/complex.ts";
import { complex64, float16, int64, uint8 } from "../../dtype/dtype.ts";
import { readElement } from "../../dtype/element.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { scattered, viewOf } from "../testing.ts";
import type { ArrayView } from "../view.ts";
import { indexedShape, indexGet, indexPut } from "./advanced.ts";
import { embedding, embeddingBackward } from "./embedding.ts";
import { gather, scatter, scatterReduce } from "./gather.ts";
import { countNonzero, maskedScatter, maskedSelect, nonzero } from "./masked.ts";
import { indexAdd, indexCopy, indexFill, indexSelect } from "./select.ts";
import { put, take } from "./take.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const longs = (shape: number[], values: number[]): ArrayView => viewOf(shape, values, int64);
const values = (view: ArrayView): unknown[] =>
  range(view.array.length / view.dtype.lanes).map((i) => readElement(view.array, view.dtype, i));

describe("gather and scatter", () => {
  it("gathers along a dimension", () => {
    const x = viewOf([2, 3], range(6));
    const index = longs([2, 2], [2, 0, 1, 1]);
    for (const view of [x, scattered(x)]) {
      const out = viewOf([2, 2]);
      gather(out, view, 1, scattered(index));
      expect(values(out)).toEqual([2, 0, 4, 4]);
    }
  });

  it("scatters, adds and multiplies in place", () => {
    const index = longs([1, 3], [0, 0, 1]);
    const self = (): ArrayView => viewOf([1, 3], [1, 2, 3]);
    const src = viewOf([1, 4], [10, 20, 30, 40]);
    const run = (reduce: "add" | "multiply" | null, from: ArrayView | number = src): unknown[] => {
      const x = self();
      scatter(x, 1, index, from, reduce);
      return values(x);
    };
    expect(run(null)).toEqual([20, 30, 3]);
    expect(run("add")).toEqual([31, 32, 3]);
    expect(run("multiply")).toEqual([200, 60, 3]);
    expect(run("multiply", 2)).toEqual([4, 4, 3]);
  });

  it("reduces integers with a mean that rounds down, as PyTorch", () => {
    const run = (includeSelf: boolean): unknown[] => {
      const x = longs([4], [1, 2, 3, 4]);
      scatterReduce(x, 0, longs([3], [0, 0, 1]), longs([3], [-4, -3, 7]), "mean", includeSelf);
      return values(x);
    };
    expect(run(true)).toEqual([-2n, 4n, 3n, 4n]);
    expect(run(false)).toEqual([-4n, 7n, 3n, 4n]);
  });

  it("keeps nan in amax and uses the dtype's bounds as identities", () => {
    const x = viewOf([2], [9, 9]);
    scatterReduce(x, 0, longs([3], [0, 0, 1]), viewOf([3], [Number.NaN, 1, 2]), "amax", false);
    expect(values(x)).toEqual([Number.NaN, 2]);
    const bytes = viewOf([2], [200, 200], uint8);
    scatterReduce(bytes, 0, longs([1], [0]), viewOf([1], [7], uint8), "amin", false);
    expect(values(bytes)).toEqual([7, 200]);
  });

  it("checks every index before it writes", () => {
    const x = viewOf([3], [1, 2, 3]);
    const call = (): void => scatter(x, 0, longs([2], [0, 5]), viewOf([2], [7, 7]));
    expect(call).toThrow(RuntimeError);
    expect(call).toThrow("index 5 is out of bounds for dimension 0 with size 3");
    expect(values(x)).toEqual([1, 2, 3]);
  });
});

describe("index_select and its kin", () => {
  it("selects slices of complex tensors", () => {
    const out = viewOf([2], undefined, complex64);
    indexSelect(out, viewOf([3], [new Complex(1, 2), 3, new Complex(5, 6)], complex64), 0, longs([2], [2, 0]));
    expect(values(out)).toEqual([new Complex(5, 6), new Complex(1, 2)]);
  });

  it("adds repeated slices one after the other, rounding each time", () => {
    const x = viewOf([1, 2], [2048, 0], float16);
    indexAdd(x, 1, longs([3], [0, 0, 1]), viewOf([1, 3], [1, 1, 2], float16));
    expect(values(x)).toEqual([2048, 2]);
    const y = viewOf([2], [1, 2]);
    indexAdd(y, 0, longs([1], [1]), viewOf([1], [5]), 3);
    expect(values(y)).toEqual([1, 17]);
  });

  it("copies and fills", () => {
    const x = viewOf([2, 2], range(4));
    indexCopy(x, 0, longs([1], [1]), viewOf([1, 2], [8, 9]));
    indexFill(x, 1, longs([1], [-2]), 5);
    expect(values(x)).toEqual([5, 1, 5, 9]);
  });

  it("fails with PyTorch's texts", () => {
    const x = viewOf([3, 2], range(6));
    const row = viewOf([1, 2]);
    const five = longs([1], [5]);
    expect(() => indexSelect(row, x, 0, five)).toThrow("index out of range in self");
    expect(() => indexCopy(x, 0, five, row)).toThrow(
      "index_copy_(): index 5 is out of bounds for dimension 0 with size 3",
    );
    expect(() => indexFill(x, 0, five, 1)).toThrow(IndexError);
    expect(() => take(row, x, longs([2], [0, 6]))).toThrow(
      "out of range: tried to access index 6 on a tensor of 6 elements.",
    );
  });
});

describe("advanced indexing", () => {
  const x = viewOf([2, 3, 4], range(24));
  const column = longs([2, 1], [0, -1]);
  const row = longs([3], [1, 1, 0]);

  it.each([
    ["adjacent indices stay in place", [null, row, longs([], [3])], [2, 3], [7, 7, 3, 19, 19, 15]],
    ["separated ones go to the front", [longs([1], [1]), null, row], [3, 3], [13, 17, 21, 13, 17, 21, 12, 16, 20]],
    [
      "they broadcast",
      [column, row],
      [2, 3, 4],
      [4, 5, 6, 7, 4, 5, 6, 7, 0, 1, 2, 3, 16, 17, 18, 19, 16, 17, 18, 19, 12, 13, 14, 15],
    ],
  ] as const)("%s", (_, indices, shape, expected) => {
    expect(indexedShape(x.shape, indices)).toEqual(shape);
    const out = viewOf([...shape]);
    indexGet(out, scattered(x), indices);
    expect(values(out)).toEqual(expected);
  });

  it("puts broadcast values, or accumulates them", () => {
    const y = viewOf([3], [1, 2, 3]);
    indexPut(y, [longs([3], [0, 0, -1])], viewOf([1], [10]), true);
    expect(values(y)).toEqual([21, 2, 13]);
    indexPut(y, [longs([2], [0, 1])], viewOf([], [7]));
    expect(values(y)).toEqual([7, 7, 13]);
  });

  it("fails with PyTorch's texts", () => {
    expect(() => indexGet(viewOf([1, 3, 4]), x, [longs([1], [-3])])).toThrow(
      "index -3 is out of bounds for dimension 0 with size 2",
    );
    expect(() => indexedShape(x.shape, [longs([2], [0, 0]), row])).toThrow(
      "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]",
    );
  });
});

describe("masks", () => {
  it("finds, selects and scatters", () => {
    const mask = viewOf([2, 3], [0, -0.5, 0, Number.NaN, -0, 2]);
    expect(countNonzero(scattered(mask))).toBe(3);
    const where = longs([3, 2], [0, 0, 0, 0, 0, 0]);
    nonzero(where, scattered(mask));
    expect(values(where)).toEqual([0n, 1n, 1n, 0n, 1n, 2n]);
    const out = viewOf([4]);
    maskedSelect(out, viewOf([2, 3], range(6)), viewOf([3], [true, false, true], uint8), [2, 3]);
    expect(values(out)).toEqual([0, 2, 3, 5]);
    const target = viewOf([3], [1, 2, 3]);
    maskedScatter(target, viewOf([3], [1, 0, 1], uint8), viewOf([2], [8, 9]));
    expect(values(target)).toEqual([8, 2, 9]);
    expect(() => maskedScatter(target, viewOf([1], [1], uint8), viewOf([2], [8, 9]))).toThrow(
      "Number of elements of source < number of ones in mask",
    );
  });

  it("sees the zero of a half in either sign", () => {
    expect(countNonzero(viewOf([3], [0, -0, 2 ** -24], float16))).toBe(1);
  });
});

describe("take and put", () => {
  it("treats the tensor as a vector", () => {
    const x = viewOf([2, 2], range(4));
    const out = viewOf([3]);
    take(out, scattered(x), longs([3], [-1, 0, 2]));
    expect(values(out)).toEqual([3, 0, 2]);
    put(x, longs([2], [1, 1]), viewOf([2], [10, 20]), true);
    expect(values(x)).toEqual([0, 31, 2, 3]);
  });
});

describe("embedding", () => {
  it("looks rows up and sums their gradients", () => {
    const weight = viewOf([3, 2], range(6));
    const indices = longs([2, 2], [2, 0, 2, 1]);
    const out = viewOf([2, 2, 2]);
    embedding(out, weight, indices);
    expect(values(out)).toEqual([4, 5, 0, 1, 4, 5, 2, 3]);
    const grad = viewOf([3, 2]);
    embeddingBackward(grad, out, indices, 1, true);
    expect(values(grad)).toEqual([0, 1, 0, 0, 4, 5]);
    expect(() => embedding(out, weight, longs([2, 2], [0, 0, 3, 0]))).toThrow("index out of range in self");
  });
});
