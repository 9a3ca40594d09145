import { Matrix, type Pair } from "./matrix.ts";
import { axpy, divide, dot, scale, swapRows } from "./vector.ts";

const quotient: Pair = { re: 0, im: 0 };

/**
 * LU factorisation with partial pivoting in place (Golub and Van Loan, algorithm 3.4.1; LAPACK's getrf): L below the
 * diagonal, U on and above. `pivots[k]` is the row (from 0) exchanged with row k.
 * @returns 0, or the number (from 1) of the first zero pivot
 */
export function factorLU(a: Matrix, pivots: Int32Array): number {
  const { rows, cols, re, im } = a;
  let info = 0;
  for (let k = 0; k < Math.min(rows, cols); k++) {
    const column = k * rows;
    let pivot = k;
    let largest = -1;
    for (let i = k; i < rows; i++) {
      const size = Math.abs(re[column + i]!) + (im === null ? 0 : Math.abs(im[column + i]!));
      if (size > largest) {
        largest = size;
        pivot = i;
      }
    }
    pivots[k] = pivot;
    if (largest === 0) {
      if (info === 0) info = k + 1;
      continue;
    }
    if (pivot !== k) swapRows(a, k, pivot);
    if (im === null) {
      const diagonal = re[column + k]!;
      for (let i = column + k + 1; i < column + rows; i++) re[i] = re[i]! / diagonal;
    } else {
      divide(1, 0, re[column + k]!, im[column + k]!, quotient);
      scale(rows - k - 1, quotient.re, quotient.im, a, column + k + 1);
    }
    for (let j = k + 1; j < cols; j++) {
      const at = j * rows + k;
      const ar = -re[at]!;
      const ai = im === null ? 0 : -im[at]!;
      if (ar !== 0 || ai !== 0) axpy(rows - k - 1, ar, ai, a, column + k + 1, a, at + 1);
    }
  }
  return info;
}

/** Solves A X = B, or A^H X = B, in place of B for a triangular A. */
export function solveTriangular(a: Matrix, b: Matrix, upper: boolean, unit: boolean, adjoint = false): void {
  const n = a.rows;
  for (let c = 0; c < b.cols; c++) {
    const base = c * n;
    for (let step = 0; step < n; step++) {
      const j = upper === adjoint ? step : n - 1 - step;
      const below = upper ? 0 : j + 1;
      const count = upper ? j : n - 1 - j;
      const at = base + j;
      if (adjoint) {
        dot(count, a, j * n + below, b, base + below, quotient);
        b.re[at] = b.re[at]! - quotient.re;
        if (b.im !== null) b.im[at] = b.im[at]! - quotient.im;
      }
      if (!unit) divideEntry(b, at, a, j * n + j, adjoint);
      if (!adjoint) axpy(count, -b.re[at]!, b.im === null ? 0 : -b.im[at]!, a, j * n + below, b, base + below);
    }
  }
}

function divideEntry(b: Matrix, at: number, a: Matrix, by: number, conjugate: boolean): void {
  if (b.im === null || a.im === null) b.re[at] = b.re[at]! / a.re[by]!;
  else {
    divide(b.re[at]!, b.im[at]!, a.re[by]!, conjugate ? -a.im[by]! : a.im[by]!, quotient);
    b.re[at] = quotient.re;
    b.im[at] = quotient.im;
  }
}

/** Solves A X = B, or A^H X = B, in place of B, with the factors of A. */
export function solveLU(lu: Matrix, pivots: Int32Array, b: Matrix, adjoint: boolean): void {
  const n = lu.rows;
  if (!adjoint) {
    for (let k = 0; k < n; k++) if (pivots[k] !== k) swapRows(b, k, pivots[k]!);
    solveTriangular(lu, b, false, true);
    solveTriangular(lu, b, true, false);
    return;
  }
  solveTriangular(lu, b, true, false, true);
  solveTriangular(lu, b, false, true, true);
  for (let k = n - 1; k >= 0; k--) if (pivots[k] !== k) swapRows(b, k, pivots[k]!);
}

/** The permutation as a matrix P with A = P L U. */
export function permutationOf(pivots: Int32Array, n: number): Matrix {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  pivots.forEach((pivot, k) => {
    const a = order[k]!;
    order[k] = order[pivot]!;
    order[pivot] = a;
  });
  const result = new Matrix(n, n, false);
  order.forEach((row, k) => {
    result.re[row + k * n] = 1;
  });
  return result;
}

/** Sign and logarithm of the size of the determinant, from the factors. */
export function logDeterminant(lu: Matrix, pivots: Int32Array): { re: number; im: number; log: number } {
  let re = 1;
  let im = 0;
  let log = 0;
  for (let k = 0; k < lu.rows; k++) {
    const at = k * lu.rows + k;
    if (pivots[k] !== k) {
      re = -re;
      im = -im;
    }
    const x = lu.re[at]!;
    if (lu.im === null) {
      log += Math.log(Math.abs(x));
      re *= Number.isNaN(x) ? x : Math.sign(x);
    } else {
      const y = lu.im[at]!;
      const size = Math.hypot(x, y);
      log += Math.log(size);
      const [c, s] = size === 0 ? [0, 0] : [x / size, y / size];
      [re, im] = [re * c - im * s, re * s + im * c];
    }
  }
  return { re, im, log };
}

/** The determinant, from the factors. */
export function determinant(lu: Matrix, pivots: Int32Array, out: Pair): void {
  let re = 1;
  let im = 0;
  for (let k = 0; k < lu.rows; k++) {
    const at = k * lu.rows + k;
    const sign = pivots[k] === k ? 1 : -1;
    const x = sign * lu.re[at]!;
    const y = lu.im === null ? 0 : sign * lu.im[at]!;
    if (lu.im === null) re *= x;
    else [re, im] = [re * x - im * y, re * y + im * x];
  }
  out.re = re;
  out.im = im;
}
