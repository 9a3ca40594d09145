import type { Numbers } from "../view.ts";
import { micro4x4 } from "./micro.ts";
import { packPanels, Scratch } from "./pack.ts";
import { smallGemm } from "./small.ts";

// Depth 256 keeps a pair of panels in L1; 64 x 256 and 256 x 256 doubles of A and B stay in L2.
const DEPTH = 256;
const ROWS = 64;
const COLUMNS = 256;

const packedA = new Scratch();
const packedB = new Scratch();
const tile: Float64Array = new Float64Array(16);

/**
 * C = alpha A B, or C += alpha A B when `accumulate`: A is m x k, B k x n, each given as an array, the
 * entry of its first element, and the entry strides of its rows and columns. Sums are double precision.
 */
export function gemm(
  m: number,
  n: number,
  k: number,
  a: Numbers,
  aOffset: number,
  aRow: number,
  aColumn: number,
  b: Numbers,
  bOffset: number,
  bRow: number,
  bColumn: number,
  c: Numbers,
  cOffset: number,
  cRow: number,
  cColumn: number,
  alpha: number,
  accumulate: boolean,
): void {
  // Packing pays when every packed number is used several times.
  if (m < 4 || n < 4 || k < 4 || m * n * k <= 2048) {
    // The plain loop takes four columns at a time, so the longer side goes there.
    if (n < 4 && m > n)
      smallGemm(
        n,
        m,
        k,
        b,
        bOffset,
        bColumn,
        bRow,
        a,
        aOffset,
        aColumn,
        aRow,
        c,
        cOffset,
        cColumn,
        cRow,
        alpha,
        accumulate,
      );
    else
      smallGemm(
        m,
        n,
        k,
        a,
        aOffset,
        aRow,
        aColumn,
        b,
        bOffset,
        bRow,
        bColumn,
        c,
        cOffset,
        cRow,
        cColumn,
        alpha,
        accumulate,
      );
    return;
  }
  const depth = Math.min(k, DEPTH);
  const pa = packedA.take((Math.min(m, ROWS) + 3) * depth);
  const pb = packedB.take((Math.min(n, COLUMNS) + 3) * depth);
  for (let j0 = 0; j0 < n; j0 += COLUMNS) {
    const columns = Math.min(COLUMNS, n - j0);
    for (let p0 = 0; p0 < k; p0 += DEPTH) {
      const steps = Math.min(DEPTH, k - p0);
      const add = accumulate || p0 > 0;
      packPanels(pb, b, bOffset + p0 * bRow + j0 * bColumn, bColumn, bRow, columns, steps);
      for (let i0 = 0; i0 < m; i0 += ROWS) {
        const rows = Math.min(ROWS, m - i0);
        packPanels(pa, a, aOffset + i0 * aRow + p0 * aColumn, aRow, aColumn, rows, steps);
        for (let j = 0; j < columns; j += 4) {
          for (let i = 0; i < rows; i += 4) {
            micro4x4(pa, i * steps, pb, j * steps, steps, tile);
            const at = cOffset + (i0 + i) * cRow + (j0 + j) * cColumn;
            if (rows - i >= 4 && columns - j >= 4) storeTile(c, at, cRow, cColumn, alpha, add);
            else storeEdge(c, at, cRow, cColumn, Math.min(4, rows - i), Math.min(4, columns - j), alpha, add);
          }
        }
      }
    }
  }
}

function storeTile(c: Numbers, at: number, row: number, column: number, alpha: number, add: boolean): void {
  for (let i = 0; i < 16; i += 4) {
    const c1 = at + column;
    const c2 = c1 + column;
    const c3 = c2 + column;
    if (add) {
      c[at] = c[at]! + alpha * tile[i]!;
      c[c1] = c[c1]! + alpha * tile[i + 1]!;
      c[c2] = c[c2]! + alpha * tile[i + 2]!;
      c[c3] = c[c3]! + alpha * tile[i + 3]!;
    } else {
      c[at] = alpha * tile[i]!;
      c[c1] = alpha * tile[i + 1]!;
      c[c2] = alpha * tile[i + 2]!;
      c[c3] = alpha * tile[i + 3]!;
    }
    at += row;
  }
}

function storeEdge(
  c: Numbers,
  at: number,
  row: number,
  column: number,
  rows: number,
  columns: number,
  alpha: number,
  add: boolean,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const index = at + i * row + j * column;
      const value = alpha * tile[4 * i + j]!;
      c[index] = add ? c[index]! + value : value;
    }
  }
}
