import { madd } from "./exp";

/**
 * Products of few rows with a matrix that is used again and again, packed once: rows in panels of 4, columns in strips of 8.
 */

/** Depth of the blocks in which a product is computed, so that a strip stays in the first level of cache. */
const DEPTH: i32 = 400;

/** Bytes of `rows` rows of k floats in panels. */
export function panelBytes(rows: i32, k: i32): i32 {
  return ((rows + 3) & ~3) * k * 4;
}

/** Bytes of n columns of k floats in strips. */
export function stripBytes(k: i32, n: i32): i32 {
  return ((n + 7) & ~7) * k * 4;
}

/** Rows `step` bytes apart, of k floats each, into panels [k][4]; missing rows are zeros. */
export function packPanels(rows: i32, k: i32, from: usize, step: usize, to: usize): void {
  const whole = k & ~3;
  for (let i = 0; i < rows; i += 4) {
    if (i + 4 <= rows) {
      const r1 = from + step;
      const r2 = r1 + step;
      const r3 = r2 + step;
      let at: usize = 0;
      for (let p = 0; p < whole; p += 4) {
        const a = v128.load(from + at);
        const b = v128.load(r1 + at);
        const c = v128.load(r2 + at);
        const d = v128.load(r3 + at);
        const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
        const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
        const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
        const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
        v128.store(to, v128.shuffle<i64>(ab0, cd0, 1, 3), 16);
        v128.store(to, v128.shuffle<i64>(ab1, cd1, 0, 2), 32);
        v128.store(to, v128.shuffle<i64>(ab1, cd1, 1, 3), 48);
        at += 16;
        to += 64;
      }
      for (let p = whole; p < k; p++) {
        store<f32>(to, load<f32>(from + at));
        store<f32>(to, load<f32>(r1 + at), 4);
        store<f32>(to, load<f32>(r2 + at), 8);
        store<f32>(to, load<f32>(r3 + at), 12);
        at += 4;
        to += 16;
      }
      from = r3 + step;
    } else {
      for (let p = 0; p < k; p++) {
        for (let r = 0; r < 4; r++) {
          store<f32>(to, i + r < rows ? load<f32>(from + <usize>r * step + ((<usize>p) << 2)) : 0);
          to += 4;
        }
      }
    }
  }
}

/** b[k][n] (strides in bytes) into strips [k][8]; missing columns are zeros. */
export function packStrips(k: i32, n: i32, b: usize, row: isize, column: isize, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    let from = b + j * column;
    const count = min(8, n - j);
    for (let p = 0; p < k; p++) {
      let at = from;
      for (let c = 0; c < 8; c++) {
        store<f32>(to, c < count ? load<f32>(at) : 0);
        to += 4;
        at += column;
      }
      from += row;
    }
  }
}

/** c[4][8] = panel times strip, added to what is there if `add`. */
function tile(k: i32, a: usize, b: usize, c: usize, ldc: usize, add: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  const end = a + <usize>k * 16;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a += 16;
    b += 32;
  }
  put(c, c00, c01, add);
  put(c + ldc, c10, c11, add);
  put(c + 2 * ldc, c20, c21, add);
  put(c + 3 * ldc, c30, c31, add);
}

function put(c: usize, low: v128, high: v128, add: bool): void {
  v128.store(c, add ? f32x4.add(v128.load(c), low) : low);
  v128.store(c, add ? f32x4.add(v128.load(c, 16), high) : high, 16);
}

/**
 * c[rows][n] (rows `ldc` bytes apart) = panels times strips, added to what is there if `add`. `spare` are 128 bytes
 * for tiles that reach beyond c.
 */
export function panelProduct(
  rows: i32,
  n: i32,
  k: i32,
  panels: usize,
  strips: usize,
  c: usize,
  ldc: usize,
  add: bool,
  spare: usize,
): void {
  for (let p0 = 0; p0 < k; p0 += DEPTH) {
    const kc = min(DEPTH, k - p0);
    const more = add || p0 > 0;
    for (let j = 0; j < n; j += 8) {
      const strip = strips + (<usize>j * k + <usize>p0 * 8) * 4;
      const columns = min(8, n - j);
      for (let i = 0; i < rows; i += 4) {
        const panel = panels + (<usize>i * k + <usize>p0 * 4) * 4;
        const at = c + <usize>i * ldc + ((<usize>j) << 2);
        if (columns == 8 && i + 4 <= rows) tile(kc, panel, strip, at, ldc, more);
        else {
          tile(kc, panel, strip, spare, 32, false);
          commit(spare, min(4, rows - i), columns, at, ldc, more);
        }
      }
    }
  }
}

function commit(from: usize, rows: i32, columns: i32, to: usize, ldc: usize, add: bool): void {
  for (let r = 0; r < rows; r++) {
    for (let j: usize = 0; j < <usize>columns; j++) {
      const value = load<f32>(from + 4 * j);
      store<f32>(to + 4 * j, add ? load<f32>(to + 4 * j) + value : value);
    }
    from += 32;
    to += ldc;
  }
}

/** Columns of `rows` rows, `step` bytes apart, of n floats, into panels [rows][4]; missing columns are zeros. */
export function packPanelsOfColumns(rows: i32, n: i32, from: usize, step: usize, to: usize): void {
  for (let j = 0; j < n; j += 4) {
    let at = from + ((<usize>j) << 2);
    for (let i = 0; i < rows; i++) {
      if (j + 4 <= n) v128.store(to, v128.load(at));
      else for (let c = 0; c < 4; c++) store<f32>(to + (c << 2), j + c < n ? load<f32>(at + (c << 2)) : 0);
      at += step;
      to += 16;
    }
  }
}
