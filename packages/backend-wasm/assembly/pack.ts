/**
 * Operands of a product copied into strips that the inner loops read in sequence: A in strips of up to tileRows rows, B in
 * strips of tileColumns columns, filled up with zeros. Steps are in bytes.
 */
import { tileBytes, tileColumns } from "./strips";
import { BFLOAT16, COMPLEX, FLOAT16, INT16, INT8, read, UINT8 } from "./convert";

/** Strips that are copied together: so many lines of the first level of cache are written at once. */
const SIDE: i32 = 16;

/** Bytes from a strip of B to the next: a line of the cache more than it has, or strips would all want the same places there. */
export function stripPitch<T>(k: i32): usize {
  return <usize>k * tileBytes<T>() + 64;
}

/** Transposes the 4x4 floats at the four rows and stores row j of the result at `to + j * step`. */
export function transpose4(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, step: usize): void {
  const t0 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const t3 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(t0, t2, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(t0, t2, 1, 3));
  v128.store(to + 2 * step, v128.shuffle<i64>(t1, t3, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(t1, t3, 1, 3));
}

/** A strip of `rows` rows of a[][k], times `alpha`. */
export function packRows<T>(
  kind: i32,
  rows: i32,
  k: i32,
  a: usize,
  row: isize,
  column: isize,
  alpha: T,
  to: usize,
): void {
  if (kind == COMPLEX && column == 2 * sizeof<T>()) {
    kind = 0;
    column = sizeof<T>();
  }
  if (kind == COMPLEX) return packPairs<T>(rows, k, a, row, column, alpha, to);
  if (isFloat<T>() && sizeof<T>() == 4) {
    if (kind == BFLOAT16) return packRowsAs<T, u16>(rows, k, a, row, column, alpha, to);
    if (kind == FLOAT16) return packRowsAs<T, i16>(rows, k, a, row, column, alpha, to);
    if (column == 4) {
      if (rows == 6) return packSixRows(k, a, row, <f32>alpha, to);
      if (rows == 4) return packFourRows(k, a, row, <f32>alpha, to);
    }
    if (row == 4 && rows >= 4) return packColumnsOfRows(rows, k, a, column, <f32>alpha, to);
  }
  if (!isFloat<T>() && sizeof<T>() == 4) {
    if (kind == INT8) return packRowsAs<T, i8>(rows, k, a, row, column, alpha, to);
    if (kind == UINT8) return packRowsAs<T, u8>(rows, k, a, row, column, alpha, to);
    if (kind == INT16) return packRowsAs<T, i16>(rows, k, a, row, column, alpha, to);
  }
  packRowsAs<T, T>(rows, k, a, row, column, alpha, to);
}

function packRowsAs<T, S>(rows: i32, k: i32, a: usize, row: isize, column: isize, alpha: T, to: usize): void {
  const step = <usize>rows * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    let put = to;
    let get = a;
    for (let p = 0; p < k; p++) {
      store<T>(put, <T>(read<T, S>(get) * alpha));
      put += step;
      get += column;
    }
    to += sizeof<T>();
    a += row;
  }
}

/** Real and imaginary parts count as terms of their own. */
function packPairs<T>(rows: i32, k: i32, a: usize, row: isize, column: isize, alpha: T, to: usize): void {
  const step = <usize>rows * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    let put = to;
    let get = a;
    for (let p = 0; p < k; p += 2) {
      store<T>(put, <T>(load<T>(get) * alpha));
      store<T>(put + step, <T>(load<T>(get + sizeof<T>()) * alpha));
      put += 2 * step;
      get += column;
    }
    to += sizeof<T>();
    a += row;
  }
}

function packSixRows(k: i32, a: usize, row: isize, alpha: f32, to: usize): void {
  const a1 = a + row;
  const a2 = a1 + row;
  const a3 = a2 + row;
  const a4 = a3 + row;
  const a5 = a4 + row;
  const factor = f32x4.splat(alpha);
  let p: usize = 0;
  const whole = <usize>(k & ~3) * 4;
  for (; p < whole; p += 16) {
    const r0 = f32x4.mul(v128.load(a + p), factor);
    const r1 = f32x4.mul(v128.load(a1 + p), factor);
    const r2 = f32x4.mul(v128.load(a2 + p), factor);
    const r3 = f32x4.mul(v128.load(a3 + p), factor);
    const r4 = f32x4.mul(v128.load(a4 + p), factor);
    const r5 = f32x4.mul(v128.load(a5 + p), factor);
    const t0 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
    const t1 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
    const t2 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
    const t3 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
    const t4 = v128.shuffle<i32>(r4, r5, 0, 4, 1, 5);
    const t5 = v128.shuffle<i32>(r4, r5, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(t0, t2, 0, 2));
    v128.store(to, v128.shuffle<i64>(t4, t0, 0, 3), 16);
    v128.store(to, v128.shuffle<i64>(t2, t4, 1, 3), 32);
    v128.store(to, v128.shuffle<i64>(t1, t3, 0, 2), 48);
    v128.store(to, v128.shuffle<i64>(t5, t1, 0, 3), 64);
    v128.store(to, v128.shuffle<i64>(t3, t5, 1, 3), 80);
    to += 96;
  }
  const end = <usize>k * 4;
  for (; p < end; p += 4) {
    store<f32>(to, load<f32>(a + p) * alpha);
    store<f32>(to, load<f32>(a1 + p) * alpha, 4);
    store<f32>(to, load<f32>(a2 + p) * alpha, 8);
    store<f32>(to, load<f32>(a3 + p) * alpha, 12);
    store<f32>(to, load<f32>(a4 + p) * alpha, 16);
    store<f32>(to, load<f32>(a5 + p) * alpha, 20);
    to += 24;
  }
}

function packFourRows(k: i32, a: usize, row: isize, alpha: f32, to: usize): void {
  const a1 = a + row;
  const a2 = a1 + row;
  const a3 = a2 + row;
  const factor = f32x4.splat(alpha);
  let p: usize = 0;
  const whole = <usize>(k & ~3) * 4;
  for (; p < whole; p += 16) {
    const r0 = f32x4.mul(v128.load(a + p), factor);
    const r1 = f32x4.mul(v128.load(a1 + p), factor);
    const r2 = f32x4.mul(v128.load(a2 + p), factor);
    const r3 = f32x4.mul(v128.load(a3 + p), factor);
    transpose4(r0, r1, r2, r3, to, 16);
    to += 64;
  }
  const end = <usize>k * 4;
  for (; p < end; p += 4) {
    store<f32>(to, load<f32>(a + p) * alpha);
    store<f32>(to, load<f32>(a1 + p) * alpha, 4);
    store<f32>(to, load<f32>(a2 + p) * alpha, 8);
    store<f32>(to, load<f32>(a3 + p) * alpha, 12);
    to += 16;
  }
}

/** 4 to 6 rows whose columns lie together. */
function packColumnsOfRows(rows: i32, k: i32, a: usize, column: isize, alpha: f32, to: usize): void {
  const factor = f32x4.splat(alpha);
  for (let p = 0; p < k; p++) {
    v128.store(to, f32x4.mul(v128.load(a), factor));
    if (rows > 4) store<f32>(to, load<f32>(a, 16) * alpha, 16);
    if (rows > 5) store<f32>(to, load<f32>(a, 20) * alpha, 20);
    to += (<usize>rows) << 2;
    a += column;
  }
}

/** Strips of columns of b[k][n]. */
export function packColumns<T>(kind: i32, k: i32, n: i32, b: usize, row: isize, column: isize, to: usize): void {
  if (kind == COMPLEX) return packTurned<T>(k, n, b, row, column, to);
  if (isFloat<T>() && sizeof<T>() == 4) {
    if (kind == BFLOAT16) return packColumnsAs<T, u16>(k, n, b, row, column, to);
    if (kind == FLOAT16) return packColumnsAs<T, i16>(k, n, b, row, column, to);
  }
  if (!isFloat<T>() && sizeof<T>() == 4) {
    if (kind == INT8) return packColumnsAs<T, i8>(k, n, b, row, column, to);
    if (kind == UINT8) return packColumnsAs<T, u8>(k, n, b, row, column, to);
    if (kind == INT16) return packColumnsAs<T, i16>(k, n, b, row, column, to);
  }
  const NR = tileColumns<T>();
  const strip = stripPitch<T>(k);
  let j = 0;
  if (column == sizeof<T>()) {
    while (j + NR <= n) {
      const count = min(SIDE, (n - j) / NR);
      copyStrips<T>(count, k, b, row, to, strip);
      j += count * NR;
      b += <usize>count * tileBytes<T>();
      to += <usize>count * strip;
    }
  } else if (row == 4 && isFloat<T>() && sizeof<T>() == 4) {
    for (; j + NR <= n; j += NR) {
      for (let half: usize = 0; half < <usize>tileBytes<T>(); half += 32) {
        transposeStrip(k, b, column, to + half, tileBytes<T>());
        b += 8 * column;
      }
      to += strip;
    }
  }
  packColumnsAs<T, T>(k, n - j, b, row, column, to);
}

/** `count` strips beside each other, row after row, as that is how they lie in memory. */
function copyStrips<T>(count: i32, k: i32, b: usize, row: isize, to: usize, strip: usize): void {
  const end = to + <usize>k * tileBytes<T>();
  const width = <usize>count * tileBytes<T>();
  const even = <usize>(count & ~1) * tileBytes<T>();
  while (to < end) {
    let get = b;
    let put = to;
    while (get < b + even) {
      copyVectors<T>(get, put);
      copyVectors<T>(get + tileBytes<T>(), put + strip);
      get += 2 * tileBytes<T>();
      put += 2 * strip;
    }
    if (even < width) copyVectors<T>(get, put);
    to += tileBytes<T>();
    b += row;
  }
}

function copyVectors<T>(get: usize, put: usize): void {
  v128.store(put, v128.load(get));
  v128.store(put, v128.load(get, 16), 16);
  if (tileBytes<T>() == 64) {
    v128.store(put, v128.load(get, 32), 32);
    v128.store(put, v128.load(get, 48), 48);
  }
}

function packColumnsAs<T, S>(k: i32, n: i32, b: usize, row: isize, column: isize, to: usize): void {
  const NR = tileColumns<T>();
  for (let j = 0; j < n; j += NR) {
    for (let c = 0; c < NR; c++) {
      let put = to + c * sizeof<T>();
      if (j + c < n) {
        let get = b;
        for (let p = 0; p < k; p++) {
          store<T>(put, read<T, S>(get));
          put += tileBytes<T>();
          get += row;
        }
        b += column;
      } else {
        for (let p = 0; p < k; p++) {
          store<T>(put, 0);
          put += tileBytes<T>();
        }
      }
    }
    to += stripPitch<T>(k);
  }
}

/** Complex b as the real matrix that multiplies pairs: every number x + iy becomes the rows (x, y) and (-y, x). */
function packTurned<T>(k: i32, n: i32, b: usize, row: isize, column: isize, to: usize): void {
  const NR = tileColumns<T>();
  const step = <usize>tileBytes<T>();
  for (let j = 0; j < n; j += NR) {
    for (let c = 0; c < NR; c += 2) {
      let put = to + c * sizeof<T>();
      let get = b;
      const there = j + c < n;
      for (let p = 0; p < k; p += 2) {
        const x = there ? load<T>(get) : <T>0;
        const y = there ? load<T>(get, sizeof<T>()) : <T>0;
        store<T>(put, x);
        store<T>(put, y, sizeof<T>());
        store<T>(put + step, <T>-y);
        store<T>(put + step, x, sizeof<T>());
        put += 2 * step;
        get += row;
      }
      if (there) b += column;
    }
    to += stripPitch<T>(k);
  }
}

/** Eight rows `step` bytes apart, of k floats each, as k rows of eight, `width` bytes apart. */
export function transposeStrip(k: i32, from: usize, step: isize, to: usize, width: usize = 32): void {
  const r1 = from + step;
  const r2 = r1 + step;
  const r3 = r2 + step;
  const r4 = r3 + step;
  const r5 = r4 + step;
  const r6 = r5 + step;
  const r7 = r6 + step;
  let p: usize = 0;
  const whole = <usize>(k & ~3) * 4;
  for (; p < whole; p += 16) {
    transpose4(v128.load(from + p), v128.load(r1 + p), v128.load(r2 + p), v128.load(r3 + p), to, width);
    transpose4(v128.load(r4 + p), v128.load(r5 + p), v128.load(r6 + p), v128.load(r7 + p), to + 16, width);
    to += 4 * width;
  }
  const end = <usize>k * 4;
  for (; p < end; p += 4) {
    store<f32>(to, load<f32>(from + p));
    store<f32>(to, load<f32>(r1 + p), 4);
    store<f32>(to, load<f32>(r2 + p), 8);
    store<f32>(to, load<f32>(r3 + p), 12);
    store<f32>(to, load<f32>(r4 + p), 16);
    store<f32>(to, load<f32>(r5 + p), 20);
    store<f32>(to, load<f32>(r6 + p), 24);
    store<f32>(to, load<f32>(r7 + p), 28);
    to += width;
  }
}
