import { type ArrayView, denseDoubles } from "../view.ts";

/** Whether every sum of `terms` products of these numbers is exact in double precision. */
export function productsAreExact(a: Float64Array, b: Float64Array, terms: number): boolean {
  return largest(a) * largest(b) * terms <= Number.MAX_SAFE_INTEGER;
}

function largest(values: Float64Array): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) result = Math.max(result, Math.abs(values[i]!));
  return result;
}

/** The view's int64 (or narrower) values in row-major order, exactly. */
export function denseBigInts(view: ArrayView): BigInt64Array {
  if (!(view.array instanceof BigInt64Array)) return BigInt64Array.from(denseDoubles(view), BigInt);
  const { array, shape, strides, offset } = view;
  const result = new BigInt64Array(shape.reduce((x, y) => x * y, 1));
  if (result.length === 0) return result;
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < result.length; i++) {
    result[i] = array[at]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d]!++;
      at += strides[d]!;
      if (index[d]! < shape[d]!) break;
      at -= shape[d]! * strides[d]!;
      index[d] = 0;
    }
  }
  return result;
}

/** c (m x n) = a (m x k) b (k x n), all row-major at these offsets, wrapping at 64 bits. */
export function mmBigInt(
  m: number,
  n: number,
  k: number,
  a: BigInt64Array,
  aOffset: number,
  b: BigInt64Array,
  bOffset: number,
  c: BigInt64Array,
  cOffset: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0n;
      for (let p = 0; p < k; p++) sum += a[aOffset + i * k + p]! * b[bOffset + p * n + j]!;
      c[cOffset + i * n + j] = sum;
    }
  }
}
