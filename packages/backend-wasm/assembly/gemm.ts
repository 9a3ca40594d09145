import { micro5x8, micro6x8 } from "./micro.gen";
import { packA, packB, packImage, packImageT } from "./pack";

/** Rows of the register tile: see scripts/micro.mjs. */
const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
/** Blocks: a strip of B stays in the first level of cache, a block of A in the second, one of B in the third. */
const KC: i32 = 256;
const NC: i32 = 768;
const MC: i32 = ASC_FEATURE_RELAXED_SIMD ? 96 : 95;

/** How B is found: by strides, or as an image unfolded for a convolution (see pack.ts). */
const STRIDED: i32 = 0;
const IMAGE: i32 = 1;

/** Bytes of working memory that `gemm` and its kin need. */
export function gemmScratch(): i32 {
  return (MC * KC + KC * NC + 6 * 8) * 4;
}

function product(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: isize,
  aColumn: isize,
  mode: i32,
  b: usize,
  bRow: isize,
  bColumn: isize,
  c: usize,
  cRow: isize,
  alpha: f32,
  add: bool,
  work: usize,
  packed: bool,
): void {
  const padded = ((m + MR - 1) / MR) * MR;
  const blockB = work + MC * KC * 4;
  const tile = blockB + KC * NC * 4;
  for (let j0 = 0; j0 < n; j0 += NC) {
    const nc = min(NC, n - j0);
    for (let p0 = 0; p0 < k; p0 += KC) {
      const kc = min(KC, k - p0);
      if (mode == STRIDED) packB(kc, nc, b + p0 * bRow + j0 * bColumn, bRow, bColumn, blockB);
      else if (mode == IMAGE) packImage(kc, nc, b, <usize>bRow + (p0 << 2), <usize>bColumn + (j0 << 2), blockB);
      else packImageT(kc, nc, b, <usize>bRow + (j0 << 2), <usize>bColumn + (p0 << 2), blockB);
      const accumulate = add || p0 > 0;
      for (let i0 = 0; i0 < m; i0 += MC) {
        const mc = min(MC, m - i0);
        const blockA = packed ? a + ((<usize>p0 * padded + <usize>i0 * kc) << 2) : work;
        if (!packed) packA(mc, kc, a + i0 * aRow + p0 * aColumn, aRow, aColumn, MR, alpha, blockA);
        for (let j = 0; j < nc; j += 8) {
          const stripB = blockB + <usize>j * kc * 4;
          const columns = min(8, nc - j);
          for (let i = 0; i < mc; i += MR) {
            const stripA = blockA + <usize>i * kc * 4;
            const rows = min(MR, mc - i);
            const at = c + (i0 + i) * cRow + ((j0 + j) << 2);
            if (rows == MR && columns == 8) {
              if (ASC_FEATURE_RELAXED_SIMD) micro6x8(kc, stripA, stripB, at, cRow, accumulate);
              else micro5x8(kc, stripA, stripB, at, cRow, accumulate);
            } else {
              if (ASC_FEATURE_RELAXED_SIMD) micro6x8(kc, stripA, stripB, tile, 32, false);
              else micro5x8(kc, stripA, stripB, tile, 32, false);
              commitTile(tile, rows, columns, at, cRow, accumulate);
            }
          }
        }
      }
    }
  }
}

function commitTile(tile: usize, rows: i32, columns: i32, c: usize, cRow: isize, add: bool): void {
  for (let r = 0; r < rows; r++) {
    let from = tile;
    let to = c;
    if (columns == 8) {
      const v0 = v128.load(from);
      const v1 = v128.load(from, 16);
      v128.store(to, add ? f32x4.add(v128.load(to), v0) : v0);
      v128.store(to, add ? f32x4.add(v128.load(to, 16), v1) : v1, 16);
    } else {
      for (let j = 0; j < columns; j++) {
        const value = load<f32>(from);
        store<f32>(to, add ? load<f32>(to) + value : value);
        from += 4;
        to += 4;
      }
    }
    tile += 32;
    c += cRow;
  }
}

/** c[m][n] (columns together) = alpha * a[m][k] times b[k][n], added to what is there if `add`. Strides in bytes. */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: isize,
  aColumn: isize,
  b: usize,
  bRow: isize,
  bColumn: isize,
  c: usize,
  cRow: isize,
  alpha: f32,
  add: bool,
  work: usize,
): void {
  product(m, n, k, a, aRow, aColumn, STRIDED, b, bRow, bColumn, c, cRow, alpha, add, work, false);
}

/** Bytes of a[m][k] packed for good by {@link packWhole}. */
export function packedBytes(m: i32, k: i32): i32 {
  return ((m + MR - 1) / MR) * MR * k * 4;
}

/** Packs all of a[m][k], for products that use it several times. */
export function packWhole(m: i32, k: i32, a: usize, aRow: isize, aColumn: isize, to: usize): void {
  const padded = ((m + MR - 1) / MR) * MR;
  for (let p0 = 0; p0 < k; p0 += KC) {
    const kc = min(KC, k - p0);
    packA(m, kc, a + p0 * aColumn, aRow, aColumn, MR, 1, to + ((<usize>p0 * padded) << 2));
  }
}

/** As `gemm`, with a packed by {@link packWhole}. */
export function gemmPacked(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  b: usize,
  bRow: isize,
  bColumn: isize,
  c: usize,
  cRow: isize,
  add: bool,
  work: usize,
): void {
  product(m, n, k, a, 0, 0, STRIDED, b, bRow, bColumn, c, cRow, 1, add, work, true);
}

/** c[m][places] = packed a[m][taps] times the unfolded image: a convolution of one image and group. */
export function gemmImage(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  image: usize,
  taps: usize,
  places: usize,
  c: usize,
  cRow: isize,
  add: bool,
  work: usize,
): void {
  product(m, n, k, a, 0, 0, IMAGE, image, taps, places, c, cRow, 1, add, work, true);
}

/** c[m][taps] = a[m][places] times the unfolded image transposed: the gradient of a convolution's weight. */
export function gemmImageT(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: isize,
  aColumn: isize,
  image: usize,
  taps: usize,
  places: usize,
  c: usize,
  cRow: isize,
  add: bool,
  work: usize,
): void {
  product(m, n, k, a, aRow, aColumn, 2, image, taps, places, c, cRow, 1, add, work, false);
}
