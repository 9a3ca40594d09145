import { stripCount, stripStart, tile, tileBytes, tileColumns, tileRows } from "./strips";
import { COMPLEX, PLAIN } from "./convert";
import { TURBO } from "./target";
import { packColumns, packRows, stripPitch } from "./pack";

/** Bytes of the terms of a row or column in a block: a strip of B about fills the first level of cache, as longer sums repay. */
const BYTES_TERMS: i32 = 2048;
/** Bytes of a block of A, which stays in the second level, and of one of B, for the third. */
const BYTES_A: i32 = 256 * 1024;
const BYTES_B: i32 = 1536 * 1024;
/** Where columns lie together, B of up to so many bytes, or for so few rows, is read where it is: packing would not be repaid. */
const BYTES_DIRECT: i32 = 16 * 1024;
const FEW: i32 = 12;

/** Which operand of a product was packed before, by packShared. */
const READY_A: i32 = 1;
const READY_B: i32 = 2;

/** Terms of a block, where there are k: so many that sums are seldom put down and taken up again, and all blocks alike. */
function depthOf<T>(k: i32): i32 {
  const most = BYTES_TERMS / <i32>sizeof<T>();
  const blocks = (k + most - 1) / most;
  return ((k + blocks - 1) / blocks + 3) & ~3;
}

/** Bytes of working memory that `gemm` and its kin need: blocks of A and B, and a tile. */
export function gemmScratch(): i32 {
  return BYTES_A + BYTES_B + 6 * 64;
}

/**
 * c[m][n] = alpha * a[m][k] times b[k][n], added to the rows of `from` (`fromRow` bytes apart) unless `from` is 0. Columns of c and of
 * `from` lie together. Complex numbers count as two terms and two columns. `ready` says which operand is packed.
 */
function product<T>(
  kind: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: isize,
  aColumn: isize,
  b: usize,
  bRow: isize,
  bColumn: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
  alpha: T,
  work: usize,
  ready: i32,
): void {
  const NR = tileColumns<T>();
  const depth = depthOf<T>(k);
  const nc = (BYTES_B / <i32>stripPitch<T>(depth)) * NR;
  const strips = stripCount<T>(m);
  const least = BYTES_A / (depth * <i32>sizeof<T>() * tileRows<T>());
  const blockB = work + BYTES_A;
  const edge = blockB + BYTES_B;
  const readyStrips = ready == READY_B ? <usize>((n + NR - 1) / NR) : 0;
  const direct =
    ready != READY_B && kind == PLAIN && bColumn == sizeof<T>() && (m <= FEW || <isize>k * bRow <= BYTES_DIRECT);
  const pair = kind == COMPLEX ? 1 : 0;
  for (let j0 = 0; j0 < n; j0 += nc) {
    const columns = min(nc, n - j0);
    const full = columns - (columns % NR);
    for (let p0 = 0; p0 < k; p0 += depth) {
      const kc = min(depth, k - p0);
      const corner = b + (p0 >> pair) * bRow + (j0 >> pair) * bColumn;
      let packedB = blockB;
      if (ready == READY_B)
        packedB = b + (p0 / depth) * readyStrips * stripPitch<T>(depth) + (j0 / NR) * stripPitch<T>(kc);
      else if (!direct) packColumns<T>(kind, kc, columns, corner, bRow, bColumn, blockB);
      else if (full < columns) packColumns<T>(kind, kc, columns - full, corner + full * bColumn, bRow, bColumn, blockB);
      for (let s0 = 0; s0 < strips; s0 += least) {
        const s1 = min(strips, s0 + least);
        const i0 = stripStart(s0, strips, m);
        let blockA = work;
        if (ready == READY_A) blockA = a + (<usize>p0 * m + <usize>i0 * kc) * sizeof<T>();
        else {
          let put = work;
          for (let s = s0; s < s1; s++) {
            const i = stripStart(s, strips, m);
            const rows = stripStart(s + 1, strips, m) - i;
            packRows<T>(kind, rows, kc, a + i * aRow + (p0 >> pair) * aColumn, aRow, aColumn, alpha, put);
            put += <usize>rows * kc * sizeof<T>();
          }
        }
        for (let j = 0; j < columns; j += NR) {
          const at = <usize>(j0 + j) * sizeof<T>();
          const count = min(NR, columns - j);
          const near = direct && j < full;
          const stripB = near ? b + p0 * bRow + at : packedB + (direct ? 0 : <usize>(j / NR) * stripPitch<T>(kc));
          const step: isize = near ? bRow : tileBytes<T>();
          const first = p0 > 0 ? c : from;
          const firstRow = p0 > 0 ? cRow : fromRow;
          let stripA = blockA;
          let i = i0;
          for (let s = s0; s < s1; s++) {
            const next = stripStart(s + 1, strips, m);
            const rows = next - i;
            if (count == NR) {
              const source = first == 0 ? 0 : first + i * firstRow + at;
              tile<T>(rows, kc, stripA, stripB, step, source, firstRow, c + i * cRow + at, cRow);
            } else {
              if (first != 0) copyEdge<T>(rows, count, first + i * firstRow + at, firstRow, edge, tileBytes<T>());
              tile<T>(rows, kc, stripA, stripB, step, first == 0 ? 0 : edge, tileBytes<T>(), edge, tileBytes<T>());
              copyEdge<T>(rows, count, edge, tileBytes<T>(), c + i * cRow + at, cRow);
            }
            stripA += <usize>rows * kc * sizeof<T>();
            i = next;
          }
        }
      }
    }
  }
}

function copyEdge<T>(rows: i32, columns: i32, from: usize, fromRow: isize, to: usize, toRow: isize): void {
  for (let r = 0; r < rows; r++) {
    for (let j: usize = 0; j < <usize>columns * sizeof<T>(); j += sizeof<T>()) store<T>(to + j, load<T>(from + j));
    from += fromRow;
    to += toRow;
  }
}

/** Products of `batch` pairs of matrices, each {@link product}. `fromBatch` is 0 where `from` is. */
export function productF32(
  kind: i32,
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: isize,
  aRow: isize,
  aColumn: isize,
  b: usize,
  bBatch: isize,
  bRow: isize,
  bColumn: isize,
  from: usize,
  fromBatch: isize,
  fromRow: isize,
  c: usize,
  cBatch: isize,
  cRow: isize,
  alpha: f32,
  work: usize,
  ready: i32,
): void {
  for (; batch > 0; batch--) {
    product<f32>(kind, m, n, k, a, aRow, aColumn, b, bRow, bColumn, from, fromRow, c, cRow, alpha, work, ready);
    a += aBatch;
    b += bBatch;
    c += cBatch;
    from += fromBatch;
  }
}

export function productF64(
  kind: i32,
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: isize,
  aRow: isize,
  aColumn: isize,
  b: usize,
  bBatch: isize,
  bRow: isize,
  bColumn: isize,
  from: usize,
  fromBatch: isize,
  fromRow: isize,
  c: usize,
  cBatch: isize,
  cRow: isize,
  alpha: f64,
  work: usize,
  ready: i32,
): void {
  for (; batch > 0; batch--) {
    product<f64>(kind, m, n, k, a, aRow, aColumn, b, bRow, bColumn, from, fromRow, c, cRow, alpha, work, ready);
    a += aBatch;
    b += bBatch;
    c += cBatch;
    from += fromBatch;
  }
}

export function productI32(
  kind: i32,
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: isize,
  aRow: isize,
  aColumn: isize,
  b: usize,
  bBatch: isize,
  bRow: isize,
  bColumn: isize,
  from: usize,
  fromBatch: isize,
  fromRow: isize,
  c: usize,
  cBatch: isize,
  cRow: isize,
  alpha: i32,
  work: usize,
  ready: i32,
): void {
  for (; batch > 0; batch--) {
    product<i32>(kind, m, n, k, a, aRow, aColumn, b, bRow, bColumn, from, fromRow, c, cRow, alpha, work, ready);
    a += aBatch;
    b += bBatch;
    c += cBatch;
    from += fromBatch;
  }
}

export function productI64(
  kind: i32,
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: isize,
  aRow: isize,
  aColumn: isize,
  b: usize,
  bBatch: isize,
  bRow: isize,
  bColumn: isize,
  from: usize,
  fromBatch: isize,
  fromRow: isize,
  c: usize,
  cBatch: isize,
  cRow: isize,
  alpha: f64,
  work: usize,
  ready: i32,
): void {
  for (; batch > 0; batch--) {
    product<i64>(kind, m, n, k, a, aRow, aColumn, b, bRow, bColumn, from, fromRow, c, cRow, <i64>alpha, work, ready);
    a += aBatch;
    b += bBatch;
    c += cBatch;
    from += fromBatch;
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
  product<f32>(0, m, n, k, a, aRow, aColumn, b, bRow, bColumn, add ? c : 0, cRow, c, cRow, alpha, work, 0);
}

/** Bytes of an operand that {@link packShared} packs: m rows, or n columns (`extent`) of k elements of `size` bytes. */
export function packedBytes(left: bool, extent: i32, k: i32, size: i32): i32 {
  if (left) return extent * k * size;
  const depth = size == 8 ? depthOf<f64>(k) : depthOf<f32>(k);
  // Strips of integers are the narrowest.
  const strips = (extent * size + 31) / 32;
  return ((k + depth - 1) / depth) * strips * (depth * (TURBO ? 64 : 32) + 64);
}

/** Strips that m rows or n columns of type `type` (see typeOf) make. */
export function stripsShared(type: i32, left: bool, extent: i32): i32 {
  if (type == 0) return stripsOf<f32>(left, extent);
  if (type == 1) return stripsOf<f64>(left, extent);
  if (type == 2) return stripsOf<i32>(left, extent);
  return stripsOf<i64>(left, extent);
}

function stripsOf<T>(left: bool, extent: i32): i32 {
  return left ? stripCount<T>(extent) : (extent + tileColumns<T>() - 1) / tileColumns<T>();
}

/**
 * Packs strips `first` to `last` of a[extent][k] (`left`), times `alpha`, or of b[k][extent], for products that use it several times.
 * Types are numbered float32, float64, int32, int64.
 */
export function packShared(
  type: i32,
  kind: i32,
  left: bool,
  extent: i32,
  k: i32,
  first: i32,
  last: i32,
  from: usize,
  row: isize,
  column: isize,
  alpha: f64,
  to: usize,
): void {
  if (type == 0) packStrips<f32>(kind, left, extent, k, first, last, from, row, column, <f32>alpha, to);
  else if (type == 1) packStrips<f64>(kind, left, extent, k, first, last, from, row, column, alpha, to);
  else if (type == 2) packStrips<i32>(kind, left, extent, k, first, last, from, row, column, <i32>alpha, to);
  else packStrips<i64>(kind, left, extent, k, first, last, from, row, column, <i64>alpha, to);
}

function packStrips<T>(
  kind: i32,
  left: bool,
  extent: i32,
  k: i32,
  first: i32,
  last: i32,
  from: usize,
  row: isize,
  column: isize,
  alpha: T,
  to: usize,
): void {
  const NR = tileColumns<T>();
  const depth = depthOf<T>(k);
  const strips = stripsOf<T>(left, extent);
  const pair = kind == COMPLEX ? 1 : 0;
  for (let p0 = 0; p0 < k; p0 += depth) {
    const kc = min(depth, k - p0);
    if (left) {
      for (let s = first; s < last; s++) {
        const i = stripStart(s, strips, extent);
        const rows = stripStart(s + 1, strips, extent) - i;
        const put = to + (<usize>p0 * extent + <usize>i * kc) * sizeof<T>();
        packRows<T>(kind, rows, kc, from + i * row + (p0 >> pair) * column, row, column, alpha, put);
      }
    } else {
      const j = first * NR;
      const corner = from + (p0 >> pair) * row + (j >> pair) * column;
      const put = to + <usize>((p0 / depth) * strips) * stripPitch<T>(depth) + first * stripPitch<T>(kc);
      packColumns<T>(kind, kc, min(extent, last * NR) - j, corner, row, column, put);
    }
  }
}

/** As `gemm`, with a packed by {@link packShared}. */
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
  product<f32>(0, m, n, k, a, 0, 0, b, bRow, bColumn, add ? c : 0, cRow, c, cRow, 1, work, READY_A);
}
