import { type DType, float32, type TypedArray } from "../dtype/dtype.ts";
import { writeElement } from "../dtype/element.ts";
import type { Scalar } from "../dtype/complex.ts";
import { type ArrayView, denseValues, numelOf } from "./view.ts";

/** Row-major strides of `shape`. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * shape[d + 1]!;
  return strides;
}

/** A dense view with these elements (all zero when not given), for tests of kernels. */
export function viewOf(shape: number[], data?: readonly Scalar[], dtype: DType = float32): ArrayView {
  const n = numelOf(shape);
  const array: TypedArray = new dtype.ArrayType(n * dtype.lanes);
  data?.forEach((value, i) => writeElement(array, dtype, i, value));
  return { array, shape, strides: rowMajorStrides(shape), offset: 0, dtype };
}

/** The same elements seen through other strides: every dimension reversed in memory, with gaps. */
export function scattered(view: ArrayView): ArrayView {
  const { shape, dtype } = view;
  const strides = shape.map((_, d) => 2 * numelOf(shape.slice(0, d)));
  const array = new dtype.ArrayType((2 * numelOf(shape) + 3) * dtype.lanes);
  const result: ArrayView = { array, shape, strides, offset: 3, dtype };
  const at = offsetsOf(result);
  offsetsOf(view).forEach((from, i) => {
    for (let lane = 0; lane < dtype.lanes; lane++) {
      (array as Float64Array)[at[i]! * dtype.lanes + lane] = (view.array as Float64Array)[from * dtype.lanes + lane]!;
    }
  });
  return result;
}

/** Element offsets in row-major order, computed the slow way. */
export function offsetsOf(view: ArrayView): number[] {
  let result = [view.offset];
  view.shape.forEach((size, d) => {
    result = result.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * view.strides[d]!));
  });
  return result;
}

/** Deterministic values in about [-1, 1]. */
export function wave(n: number, phase = 0): number[] {
  return Array.from({ length: n }, (_, i) => Math.fround(Math.sin(1.7 * i + phase)));
}

/** Largest distance of the first elements from these; nan where only one of two is nan. */
export function distance(view: ArrayView, expected: readonly number[]): number {
  const values = denseValues(view);
  return expected.reduce((most, x, i) => {
    const y = values[i]!;
    return Object.is(x, y) || x === y ? most : Math.max(most, Math.abs(x - y));
  }, 0);
}
