import type { DType, TypedArray } from "../dtype/dtype.ts";
import { RuntimeError } from "../errors.ts";
import { CHUNK, drawWords } from "./chunks.ts";
import type { Generator } from "./generator.ts";
import {
  checkBounds,
  floatLimits,
  int64Words,
  notImplemented,
  round,
  store,
  workspace,
  type FloatArray,
} from "./store.ts";

const INT64_MIN = -(2n ** 63n);

/** Least and greatest integer of the integral dtypes. */
export function integerLimits(dtype: DType): [bigint, bigint] {
  if (dtype.name === "bool") return [0n, 1n];
  const bits = BigInt(8 * dtype.itemsize);
  return dtype.is_signed ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
}

/**
 * Fills `out` with `n` integers of the dtype's whole range, as `random_()`: from 0 to the greatest
 * integer for integral dtypes, to 2^digits for floating-point ones.
 *
 * @throws RuntimeError when `dtype` is complex
 */
export function random(out: TypedArray, dtype: DType, n: number, generator: Generator): void {
  if (dtype.is_complex) notImplemented("random_kernel_cpu", dtype);
  if (dtype.name === "int64") {
    const words = int64Words(out);
    for (let i = 0; i < n; i++) {
      words[2 * i + 1] = generator.word() & 0x7fffffff;
      words[2 * i] = generator.word();
    }
  } else if (dtype.name === "float64") {
    fillFloat64(out as Float64Array, n, generator);
  } else if (dtype.is_floating_point) {
    fillNarrow(out, dtype, n, 2 ** floatLimits("random_kernel_cpu", dtype).digits + 1, 0, generator);
  } else {
    const mask = Number(integerLimits(dtype)[1]);
    for (let i = 0; i < n; i++) (out as Int32Array)[i] = generator.word() & mask;
  }
}

/** A double word modulo 2^53 + 1. With word = q 2^53 + r that is r - q, or 2^53 + 1 more. */
function fillFloat64(out: Float64Array, n: number, generator: Generator): void {
  for (let i = 0; i < n; i++) {
    const high = generator.word();
    const difference = (high & 0x1fffff) * 2 ** 32 + generator.random() - (high >>> 21);
    out[i] = difference < 0 ? difference + 1 + 2 ** 53 : difference;
  }
}

/**
 * Fills `out` with `n` integers of [from, to), as `random_(from, to)` and `randint`. With `to` null up
 * to the greatest integer of the dtype, as `random_(from, None)`; from -2^63 that means all 64 bits.
 *
 * Ranges below 2^32 take a word for each element, others (of the dtypes that have them) two.
 *
 * @throws RuntimeError when the range is empty or goes beyond the dtype, or the dtype is complex
 */
export function random_from_to(
  out: TypedArray,
  dtype: DType,
  n: number,
  from: number | bigint,
  to: number | bigint | null,
  generator: Generator,
): void {
  let low = BigInt(from);
  if (to === null && low === INT64_MIN) {
    fillAllBits(out, dtype, n, generator);
    return;
  }
  let last: bigint;
  if (to === null) {
    if (dtype.is_complex)
      throw new RuntimeError("random_from_to_impl handles only integral, floating-point and boolean types");
    if (dtype.is_floating_point) {
      last = 2n ** BigInt(floatLimits("random_from_to_range_calc", dtype).digits);
      low = nextAbove(low, dtype);
      if (low >= last) {
        throw new RuntimeError(
          `random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got from=${low} > to_inc=${last}`,
        );
      }
    } else {
      last = integerLimits(dtype)[1];
    }
  } else {
    let end = BigInt(to);
    if (low >= end)
      throw new RuntimeError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${end}`);
    if (dtype.is_floating_point) {
      low = nextAbove(low, dtype);
      end = nextBelow(end, dtype);
      if (low >= end) {
        throw new RuntimeError(
          `random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from=${low} >= to=${end}`,
        );
      }
    }
    last = end - 1n;
  }
  checkRange(low, last, dtype);
  const range = last - low + 1n;
  const wide =
    dtype.name === "int64" || dtype.name === "float64" || dtype.name === "float32" || dtype.name === "bfloat16";
  if (wide && range >= 2n ** 32n) fillWide(out, dtype, n, range, low, generator);
  else if (low > -(2n ** 53n) && last < 2n ** 53n) fillNarrow(out, dtype, n, Number(range), Number(low), generator);
  else {
    const base = BigInt.asIntN(64, low);
    for (let i = 0; i < n; i++) put(out, dtype, i, (BigInt(generator.random()) % range) + base);
  }
}

function checkRange(from: bigint, last: bigint, dtype: DType): void {
  if (dtype.is_complex)
    throw new RuntimeError("check_random_bounds handles only integral, floating-point and boolean types");
  let min: number | bigint;
  let max: number | bigint;
  if (dtype.is_floating_point) {
    max = floatLimits("check_random_fp_bounds", dtype).max;
    min = -max;
  } else {
    [min, max] = integerLimits(dtype);
  }
  checkBounds(from, "from", min, max, dtype);
  checkBounds(last, "to - 1", min, max, dtype);
}

/** `value` of a float dtype as an int64; what does not fit gives the least one, as in C. */
function cast(value: bigint, dtype: DType): bigint {
  const rounded = round(Number(value), dtype);
  return Math.abs(rounded) < 2 ** 63 ? BigInt(rounded) : INT64_MIN;
}

function log2(value: bigint): bigint {
  return BigInt((value < 0n ? -value : value).toString(2).length - 1);
}

function gap(value: bigint, dtype: DType): bigint {
  const exponent = log2(value) - BigInt(floatLimits("random_update_from_to", dtype).digits) + 1n;
  return exponent > 0n ? 1n << exponent : 1n;
}

/** Moves `from` up to where rounding to the dtype stays inside the range. */
function nextAbove(from: bigint, dtype: DType): bigint {
  const rounded = cast(from + 1n, dtype);
  return rounded < from ? rounded + gap(from + 1n, dtype) : from;
}

/** Moves `to` down to where rounding to the dtype stays inside the range. */
function nextBelow(to: bigint, dtype: DType): bigint {
  const rounded = cast(to - 1n, dtype);
  return rounded >= to ? rounded - gap(to - 1n, dtype) : to;
}

/** One word for each element; `range` is at most 2^32. */
function fillNarrow(out: TypedArray, dtype: DType, n: number, range: number, base: number, generator: Generator): void {
  const pairs = dtype.name === "int64" ? int64Words(out) : null;
  const target = dtype.is_floating_point ? workspace(out, dtype, n) : (out as Int32Array);
  for (let start = 0; start < n; start += CHUNK) {
    const count = Math.min(CHUNK, n - start);
    const words = drawWords(generator, count);
    if (pairs === null) {
      for (let i = 0; i < count; i++) target[start + i] = ((words[i]! >>> 0) % range) + base;
      continue;
    }
    for (let i = 0; i < count; i++) {
      const value = ((words[i]! >>> 0) % range) + base;
      pairs[2 * (start + i)] = value;
      pairs[2 * (start + i) + 1] = Math.floor(value * 2 ** -32);
    }
  }
  if (dtype.is_floating_point) store(out, dtype, target as FloatArray, n);
}

function longWord(generator: Generator): bigint {
  const high = BigInt(generator.random());
  return (high << 32n) | BigInt(generator.random());
}

function fillWide(out: TypedArray, dtype: DType, n: number, range: bigint, base: bigint, generator: Generator): void {
  for (let i = 0; i < n; i++) put(out, dtype, i, (longWord(generator) % range) + base);
}

function fillAllBits(out: TypedArray, dtype: DType, n: number, generator: Generator): void {
  const name = dtype.name;
  if (name !== "int64" && name !== "float64" && name !== "float32" && name !== "bfloat16") {
    if (dtype.category === 1) {
      throw new RuntimeError("random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16");
    }
    notImplemented("random_full_64_bits_range_kernel_cpu", dtype);
  }
  for (let i = 0; i < n; i++) put(out, dtype, i, longWord(generator));
}

function put(out: TypedArray, dtype: DType, i: number, value: bigint): void {
  const wrapped = BigInt.asIntN(64, value);
  if (dtype.name === "int64") (out as BigInt64Array)[i] = wrapped;
  else if (dtype.name === "float32" || dtype.name === "float64") (out as Float64Array)[i] = Number(wrapped);
  else store(out.subarray(i, i + 1), dtype, Float64Array.of(Number(wrapped)), 1);
}
