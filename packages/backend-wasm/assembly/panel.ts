import { PLAIN } from "./convert";
import { packColumns, packRows, stripPitch } from "./pack";
import { stripCount, stripStart, tile, tileBytes, tileColumns } from "./strips";

/**
 * Products of few rows with a matrix that is used again and again: rows in panels of a register tile's height, columns in strips
 * of its width, each packed once.
 */

/** Most depth of the blocks in which a product is computed, so that a strip stays in the first level of cache. */
const DEPTH: i32 = 256;

/** Bytes of working memory of {@link panelProduct}: a row of zeros and a tile. */
export const SPARE: usize = 512;

/** Bytes of `rows` rows of k floats in panels. */
export function panelBytes(rows: i32, k: i32): i32 {
  return rows * k * 4;
}

/** Bytes of n columns of k floats in strips. */
export function stripBytes(k: i32, n: i32): i32 {
  return ((n + tileColumns<f32>() - 1) / tileColumns<f32>()) * <i32>stripPitch<f32>(k);
}

/** Rows `step` bytes apart, of k floats each, into panels. */
export function packPanels(rows: i32, k: i32, from: usize, step: usize, to: usize): void {
  panels(rows, k, from, step, 4, to);
}

/** Columns of k rows, `step` bytes apart, of n floats, into panels of n rows. */
export function packPanelsOfColumns(k: i32, n: i32, from: usize, step: usize, to: usize): void {
  panels(n, k, from, 4, step, to);
}

function panels(rows: i32, k: i32, from: usize, row: usize, column: usize, to: usize): void {
  const count = stripCount<f32>(rows);
  for (let s = 0; s < count; s++) {
    const first = stripStart(s, count, rows);
    const height = stripStart(s + 1, count, rows) - first;
    packRows<f32>(PLAIN, height, k, from + <usize>first * row, row, column, 1, to + ((<usize>(first * k)) << 2));
  }
}

/** b[k][n] (strides in bytes) into strips; missing columns are zeros. */
export function packStrips(k: i32, n: i32, b: usize, row: isize, column: isize, to: usize): void {
  packColumns<f32>(PLAIN, k, n, b, row, column, to);
}

/**
 * c[rows][n] (rows `ldc` bytes apart) = panels times strips, added to `from` (rows `fromRow` bytes apart; 0 for nothing), which may
 * be c. `spare` are {@link SPARE} bytes.
 */
export function panelProduct(
  rows: i32,
  n: i32,
  k: i32,
  panels: usize,
  strips: usize,
  from: usize,
  fromRow: usize,
  c: usize,
  ldc: usize,
  spare: usize,
): void {
  const width = tileColumns<f32>();
  const bytes = <usize>tileBytes<f32>();
  const pitch = stripPitch<f32>(k);
  const count = stripCount<f32>(rows);
  const blocks = (k + DEPTH - 1) / DEPTH;
  const depth = blocks == 0 ? 1 : (k + blocks - 1) / blocks;
  const cut = spare + 64;
  memory.fill(spare, 0, 64);
  for (let p0 = 0; p0 < k; p0 += depth) {
    const kc = min(depth, k - p0);
    let strip = strips + <usize>p0 * bytes;
    for (let j = 0; j < n; j += width) {
      const columns = min(width, n - j);
      const left = (<usize>j) << 2;
      for (let s = 0; s < count; s++) {
        const first = stripStart(s, count, rows);
        const height = stripStart(s + 1, count, rows) - first;
        const panel = panels + ((<usize>(first * k + p0 * height)) << 2);
        const at = c + <usize>first * ldc + left;
        let start = spare;
        let startRow: usize = 0;
        if (p0 > 0) {
          start = at;
          startRow = ldc;
        } else if (from != 0) {
          start = from + <usize>first * fromRow + left;
          startRow = fromRow;
        }
        if (columns == width) tile<f32>(height, kc, panel, strip, bytes, start, startRow, at, ldc);
        else {
          copyRows(height, columns, start, startRow, cut, bytes);
          tile<f32>(height, kc, panel, strip, bytes, cut, bytes, cut, bytes);
          copyRows(height, columns, cut, bytes, at, ldc);
        }
      }
      strip += pitch;
    }
  }
}

function copyRows(rows: i32, columns: i32, from: usize, fromRow: usize, to: usize, toRow: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let r = 0; r < rows; r++) {
    for (let at: usize = 0; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at));
    from += fromRow;
    to += toRow;
  }
}
