import { Complex, type Scalar } from "../../dtype/complex.ts";
import { bool, type DType, type TypedArray } from "../../dtype/dtype.ts";
import { toBigInt, writeElement } from "../../dtype/element.ts";
import { loaderOf, storerOf } from "../view.ts";

/** How a value joins the element that is already there. */
export type Combine = "add" | "mul" | "amax" | "amin";

/** dst[to[i]] = src[from[i]], in order, for elements of one dtype. */
export function moveElements(dst: TypedArray, to: Int32Array, src: TypedArray, from: Int32Array, lanes: number): void {
  const n = to.length;
  if (lanes === 2) {
    const target = dst as Float64Array;
    const source = src as Float64Array;
    for (let i = 0; i < n; i++) {
      target[2 * to[i]!] = source[2 * from[i]!]!;
      target[2 * to[i]! + 1] = source[2 * from[i]! + 1]!;
    }
  } else if (dst instanceof Float32Array) {
    const source = src as Float32Array;
    for (let i = 0; i < n; i++) dst[to[i]!] = source[from[i]!]!;
  } else if (dst instanceof BigInt64Array) {
    const source = src as BigInt64Array;
    for (let i = 0; i < n; i++) dst[to[i]!] = source[from[i]!]!;
  } else {
    const target = dst as Float64Array;
    const source = src as Float64Array;
    for (let i = 0; i < n; i++) target[to[i]!] = source[from[i]!]!;
  }
}

/** dst[start + i] = src[from[i]]: the same into dense elements. */
export function collectElements(
  dst: TypedArray,
  start: number,
  src: TypedArray,
  from: Int32Array,
  lanes: number,
): void {
  const n = from.length;
  if (lanes === 2) {
    const target = dst as Float64Array;
    const source = src as Float64Array;
    for (let i = 0; i < n; i++) {
      target[2 * (start + i)] = source[2 * from[i]!]!;
      target[2 * (start + i) + 1] = source[2 * from[i]! + 1]!;
    }
  } else if (dst instanceof Float32Array) {
    const source = src as Float32Array;
    for (let i = 0; i < n; i++) dst[start + i] = source[from[i]!]!;
  } else if (dst instanceof BigInt64Array) {
    const source = src as BigInt64Array;
    for (let i = 0; i < n; i++) dst[start + i] = source[from[i]!]!;
  } else {
    const target = dst as Float64Array;
    const source = src as Float64Array;
    for (let i = 0; i < n; i++) target[start + i] = source[from[i]!]!;
  }
}

/** dst[to[i]] = value. */
export function fillElements(dst: TypedArray, to: Int32Array, dtype: DType, value: Scalar): void {
  for (let i = 0; i < to.length; i++) writeElement(dst, dtype, to[i]!, value);
}

/** dst[to[i]] = dst[to[i]] op src[from[i]], in order; every step rounds or wraps. */
export function combineElements(
  dst: TypedArray,
  to: Int32Array,
  src: TypedArray,
  from: Int32Array,
  dtype: DType,
  op: Combine,
): void {
  const n = to.length;
  if (dtype.is_complex) {
    combineComplex(dst as Float64Array, to, src as Float64Array, from, op);
  } else if (dst instanceof BigInt64Array) {
    const source = src as BigInt64Array;
    const join = BIGINT[op];
    for (let i = 0; i < n; i++) dst[to[i]!] = join(dst[to[i]!]!, source[from[i]!]!);
  } else if (op === "add" && dst instanceof Float32Array) {
    const source = src as Float32Array;
    for (let i = 0; i < n; i++) dst[to[i]!]! += source[from[i]!]!;
  } else {
    const join = dtype.name === "int32" && op === "mul" ? Math.imul : NUMBER[op];
    const load = loaderOf(dtype);
    const store = storerOf(dtype);
    for (let i = 0; i < n; i++) store(dst, to[i]!, join(load(dst, to[i]!), load(src, from[i]!)));
  }
}

const NUMBER: Record<Combine, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  amax: (a, b) => (b > a || b !== b ? b : a),
  amin: (a, b) => (b < a || b !== b ? b : a),
};

const BIGINT: Record<Combine, (a: bigint, b: bigint) => bigint> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  amax: (a, b) => (b > a ? b : a),
  amin: (a, b) => (b < a ? b : a),
};

function combineComplex(dst: Float64Array, to: Int32Array, src: Float64Array, from: Int32Array, op: Combine): void {
  for (let i = 0; i < to.length; i++) {
    const t = 2 * to[i]!;
    const f = 2 * from[i]!;
    const [ar, ai, br, bi] = [dst[t]!, dst[t + 1]!, src[f]!, src[f + 1]!];
    dst[t] = op === "add" ? ar + br : ar * br - ai * bi;
    dst[t + 1] = op === "add" ? ai + bi : ar * bi + ai * br;
  }
}

/** The element that leaves others as they are under `op`. */
export function identityOf(dtype: DType, op: Combine): Scalar {
  if (op === "add") return 0;
  if (op === "mul") return 1;
  const lowest = op === "amax";
  if (dtype.is_floating_point) return lowest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (dtype === bool) return !lowest;
  const bits = BigInt(8 * dtype.itemsize - (dtype.is_signed ? 1 : 0));
  if (lowest) return dtype.is_signed ? -(2n ** bits) : 0n;
  return 2n ** bits - 1n;
}

/** dst[to[i]] /= counts[i]; integers round down. */
export function divideElements(dst: TypedArray, to: Int32Array, counts: Int32Array, dtype: DType): void {
  if (dst instanceof BigInt64Array) {
    for (let i = 0; i < to.length; i++) {
      const count = BigInt(counts[i]!);
      const value = dst[to[i]!]!;
      const quotient = value / count;
      dst[to[i]!] = value % count < 0n ? quotient - 1n : quotient;
    }
    return;
  }
  if (dtype.is_complex) {
    for (let i = 0; i < to.length; i++) {
      for (const lane of [0, 1]) (dst as Float64Array)[2 * to[i]! + lane]! /= counts[i]!;
    }
    return;
  }
  const load = loaderOf(dtype);
  const store = storerOf(dtype);
  for (let i = 0; i < to.length; i++) {
    const quotient = load(dst, to[i]!) / counts[i]!;
    store(dst, to[i]!, dtype.is_floating_point ? quotient : Math.floor(quotient));
  }
}

/** Whether each element differs from zero (nan does), at these offsets. */
export function truthOf(array: TypedArray, dtype: DType, at: Int32Array): Uint8Array {
  const result = new Uint8Array(at.length);
  if (dtype.is_complex) {
    for (let i = 0; i < at.length; i++) result[i] = array[2 * at[i]!] !== 0 || array[2 * at[i]! + 1] !== 0 ? 1 : 0;
  } else if (array instanceof BigInt64Array) {
    for (let i = 0; i < at.length; i++) result[i] = array[at[i]!] !== 0n ? 1 : 0;
  } else {
    // The raw bits of a half are zero for 0 and 0x8000 for -0.
    const mask = dtype.is_floating_point && array instanceof Uint16Array ? 0x7fff : 0;
    for (let i = 0; i < at.length; i++) {
      const value = array[at[i]!] as number;
      result[i] = (mask === 0 ? value !== 0 : (value & mask) !== 0) ? 1 : 0;
    }
  }
  return result;
}

/** `value` times each element, for index_add's alpha; returns `src` itself when `value` is 1. */
export function scaledElements(src: TypedArray, dtype: DType, value: Scalar): TypedArray {
  if (value === 1 || value === 1n || value === true) return src;
  const result = src.slice();
  if (dtype.is_complex) {
    const z = value instanceof Complex ? value : new Complex(Number(value));
    const parts = result as Float64Array;
    for (let i = 0; i < parts.length; i += 2) {
      const [re, im] = [parts[i]!, parts[i + 1]!];
      parts[i] = re * z.re - im * z.im;
      parts[i + 1] = re * z.im + im * z.re;
    }
  } else if (result instanceof BigInt64Array) {
    const factor = toBigInt(value);
    for (let i = 0; i < result.length; i++) result[i]! *= factor;
  } else {
    const load = loaderOf(dtype);
    const store = storerOf(dtype);
    const factor = value instanceof Complex ? value.re : Number(value);
    const join = dtype.name === "int32" ? Math.imul : NUMBER.mul;
    for (let i = 0; i < result.length; i++) store(result, i, join(load(result, i), factor));
  }
  return result;
}
