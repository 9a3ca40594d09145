import type { Matrix } from "./matrix.ts";
import { solveTriangular } from "./lu.ts";
import { axpy, scale } from "./vector.ts";

/**
 * Cholesky factor L of the lower triangle of a Hermitian matrix, in place, zeros above (Golub and Van Loan, 4.2).
 * @returns 0, or the order (from 1) of the leading minor that is not positive-definite
 */
export function cholesky(a: Matrix): number {
  const { rows: n, re, im } = a;
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) {
      const at = k * n + j;
      axpy(n - j, -re[at]!, im === null ? 0 : im[at]!, a, at, a, j * n + j);
    }
    const pivot = re[j * n + j]!;
    if (!(pivot > 0)) return j + 1;
    const root = Math.sqrt(pivot);
    scale(n - j, 1 / root, 0, a, j * n + j);
    re[j * n + j] = root;
    if (im !== null) im[j * n + j] = 0;
    re.fill(0, j * n, j * n + j);
    im?.fill(0, j * n, j * n + j);
  }
  return 0;
}

/** Solves (L L^H) X = B in place of B. */
export function solveCholesky(l: Matrix, b: Matrix): void {
  solveTriangular(l, b, false, false);
  solveTriangular(l, b, false, false, true);
}
