import * as micro from "./micro";
import { TURBO } from "./target";

/** Rows of the register tile for elements of type T; scripts/micro.mjs has the same numbers. */
export function tileRows<T>(): i32 {
  if (isInteger<T>()) return 4;
  return ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
}

/** Its columns. */
export function tileColumns<T>(): i32 {
  const vectors = !isInteger<T>() && TURBO ? 4 : 2;
  return (vectors * 16) / sizeof<T>();
}

/** Bytes of a row of the tile. */
export function tileBytes<T>(): i32 {
  return !isInteger<T>() && TURBO ? 64 : 32;
}

/** Strips that m rows are cut into: the fewest, and nearly equal ones, so that no register stays empty. */
export function stripCount<T>(m: i32): i32 {
  return (m + tileRows<T>() - 1) / tileRows<T>();
}

/** First row of strip `s` of `strips`. */
export function stripStart(s: i32, strips: i32, m: i32): i32 {
  const least = m / strips;
  return s * least + min(s, m - least * strips);
}

/** The inner loop for a number of rows: see micro.ts. */
export function tile<T>(
  rows: i32,
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void {
  if (isFloat<T>()) {
    if (sizeof<T>() == 4) {
      if (ASC_FEATURE_RELAXED_SIMD) {
        if (rows == 6) return micro.f32_6(k, a, b, step, from, fromRow, c, cRow);
      }
      if (rows == 5) micro.f32_5(k, a, b, step, from, fromRow, c, cRow);
      else if (rows == 4) micro.f32_4(k, a, b, step, from, fromRow, c, cRow);
      else if (rows == 3) micro.f32_3(k, a, b, step, from, fromRow, c, cRow);
      else if (rows == 2) micro.f32_2(k, a, b, step, from, fromRow, c, cRow);
      else micro.f32_1(k, a, b, step, from, fromRow, c, cRow);
    } else {
      if (ASC_FEATURE_RELAXED_SIMD) {
        if (rows == 6) return micro.f64_6(k, a, b, step, from, fromRow, c, cRow);
      }
      if (rows == 5) micro.f64_5(k, a, b, step, from, fromRow, c, cRow);
      else if (rows == 4) micro.f64_4(k, a, b, step, from, fromRow, c, cRow);
      else if (rows == 3) micro.f64_3(k, a, b, step, from, fromRow, c, cRow);
      else if (rows == 2) micro.f64_2(k, a, b, step, from, fromRow, c, cRow);
      else micro.f64_1(k, a, b, step, from, fromRow, c, cRow);
    }
  } else if (sizeof<T>() == 4) {
    if (rows == 4) micro.i32_4(k, a, b, step, from, fromRow, c, cRow);
    else if (rows == 3) micro.i32_3(k, a, b, step, from, fromRow, c, cRow);
    else if (rows == 2) micro.i32_2(k, a, b, step, from, fromRow, c, cRow);
    else micro.i32_1(k, a, b, step, from, fromRow, c, cRow);
  } else {
    if (rows == 4) micro.i64_4(k, a, b, step, from, fromRow, c, cRow);
    else if (rows == 3) micro.i64_3(k, a, b, step, from, fromRow, c, cRow);
    else if (rows == 2) micro.i64_2(k, a, b, step, from, fromRow, c, cRow);
    else micro.i64_1(k, a, b, step, from, fromRow, c, cRow);
  }
}
