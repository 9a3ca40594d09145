import { describe, expect, it } from "vitest";
import { contiguousStrides, elementsOf, positions, storageLength } from "./elements.ts";

describe("elementsOf", () => {
  it("rounds float32 to its exact value and keeps float64", () => {
    expect(elementsOf({ dtype: "float32", shape: [1], data: [0.1] }).re[0]).toBe(Math.fround(0.1));
    expect(elementsOf({ dtype: "float64", shape: [1], data: [0.1] }).re[0]).toBe(0.1);
  });

  it("reads nan, infinities and negative zero", () => {
    const { re } = elementsOf({
      dtype: "float32",
      shape: [4],
      data: ["NaN", "Infinity", "-Infinity", -0],
    });
    expect([...re]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]);
  });

  it("keeps int64 exact beyond 2^53, given as text", () => {
    expect(elementsOf({ dtype: "int64", shape: [2], data: ["9223372036854775807", 3] }).re).toEqual(
      BigInt64Array.of(9223372036854775807n, 3n),
    );
  });

  it("splits complex pairs", () => {
    const { re, im } = elementsOf({
      dtype: "complex128",
      shape: [2],
      data: [
        [1, 2],
        ["NaN", -0.5],
      ],
    });
    expect([...re]).toEqual([1, Number.NaN]);
    expect([...im!]).toEqual([2, -0.5]);
  });

  it("makes sparse tensors dense, adding repeated entries", () => {
    const indices = { dtype: "int64", shape: [2, 3], data: [0, 1, 1, 1, 0, 0] };
    const values = { dtype: "float32", shape: [3], data: [2, 3, 4] };
    const { re } = elementsOf({
      layout: "sparse_coo",
      dtype: "float32",
      shape: [2, 2],
      coalesced: false,
      indices,
      values,
    });
    expect([...re]).toEqual([0, 2, 7, 0]);
  });
});

describe("strides", () => {
  it("are row-major when contiguous, with empty dimensions counted as one", () => {
    expect(contiguousStrides([2, 3, 4])).toEqual([12, 4, 1]);
    expect(contiguousStrides([2, 0, 3])).toEqual([3, 3, 1]);
    expect(contiguousStrides([])).toEqual([]);
  });

  it("place logical elements in storage", () => {
    expect([...positions([2, 3], [1, 2])]).toEqual([0, 2, 4, 1, 3, 5]);
    expect([...positions([2, 2], [0, 1], 5)]).toEqual([5, 6, 5, 6]);
    expect([...positions([], [], 7)]).toEqual([7]);
    expect([...positions([0, 3], [3, 1])]).toEqual([]);
  });

  it("decide how much storage there must be", () => {
    expect(storageLength([2, 3], [10, 2])).toBe(15);
    expect(storageLength([3], [0])).toBe(1);
    expect(storageLength([0], [1])).toBe(0);
  });
});
