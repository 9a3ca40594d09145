import { Matrix, type Pair } from "./matrix.ts";
import { complexSchur, hessenberg, realSchur } from "./schur.ts";
import { axpy, divide, norm, scale } from "./vector.ts";

const value: Pair = { re: 0, im: 0 };

/**
 * Eigenvalues (a complex column) and unit eigenvectors of a square matrix (overwritten), through its Schur form and back
 * substitution; null when the QR iteration does not converge.
 */
export function eig(a: Matrix, vectors: boolean): { values: Matrix; vectors: Matrix | null } | null {
  const n = a.rows;
  const values = new Matrix(n, 1, true);
  const z = hessenberg(a);
  if (a.im === null) {
    if (!realSchur(a, z, values.re, values.im!)) return null;
  } else {
    if (!complexSchur(a, z)) return null;
    for (let i = 0; i < n; i++) {
      values.re[i] = a.re[i + i * n]!;
      values.im![i] = a.im[i + i * n]!;
    }
  }
  return { values, vectors: vectors ? eigenvectors(a, z, values) : null };
}

function eigenvectors(t: Matrix, z: Matrix, values: Matrix): Matrix {
  const n = t.rows;
  const result = new Matrix(n, n, true);
  const x = new Matrix(n, 1, true);
  let size = 0;
  for (let i = 0; i < t.re.length; i++)
    size = Math.max(size, Math.abs(t.re[i]!), t.im === null ? 0 : Math.abs(t.im[i]!));
  const basis = complexOf(z);
  for (let k = n - 1; k >= 0; k--) {
    const paired = t.im === null && k > 0 && t.re[k + (k - 1) * n] !== 0;
    x.re.fill(0);
    x.im!.fill(0);
    x.re[k] = 1;
    if (paired) {
      divide(values.re[k]! - t.re[k + k * n]!, values.im![k]!, t.re[k + (k - 1) * n]!, 0, value);
      x.re[k - 1] = value.re;
      x.im![k - 1] = value.im;
    }
    substitute(t, x, paired ? k - 2 : k - 1, k, values.re[k]!, values.im![k]!, Number.EPSILON * size);
    for (let j = 0; j <= k; j++) axpy(n, x.re[j]!, x.im![j]!, basis, j * n, result, k * n);
    scale(n, 1 / norm(n, result, k * n), 0, result, k * n);
    if (!paired) continue;
    for (let i = 0; i < n; i++) {
      result.re[i + (k - 1) * n] = result.re[i + k * n]!;
      result.im![i + (k - 1) * n] = -result.im![i + k * n]!;
    }
    k--;
  }
  return result;
}

/** Solves (T - lambda) x = 0 for the entries up to `from`, those up to `k` being known. */
function substitute(t: Matrix, x: Matrix, from: number, k: number, lr: number, li: number, least: number): void {
  const n = t.rows;
  for (let i = from; i >= 0; i--) {
    const [br, bi] = residual(t, x, i, i + 1, k);
    const dr = t.re[i + i * n]! - lr;
    const di = (t.im === null ? 0 : t.im[i + i * n]!) - li;
    if (t.im !== null || i === 0 || t.re[i + (i - 1) * n] === 0) {
      if (dr === 0 && di === 0) divide(br, bi, least === 0 ? Number.EPSILON : least, 0, value);
      else divide(br, bi, dr, di, value);
      x.re[i] = value.re;
      x.im![i] = value.im;
      continue;
    }
    // A block [a, b; c, d] of two rows by Cramer's rule.
    const [ar, ai] = residual(t, x, i - 1, i + 1, k);
    const er = t.re[i - 1 + (i - 1) * n]! - lr;
    const b = t.re[i - 1 + i * n]!;
    const c = t.re[i + (i - 1) * n]!;
    let determinant = er * dr - li * li - b * c;
    const imaginary = -li * (er + dr);
    if (determinant === 0 && imaginary === 0) determinant = least;
    divide(ar * dr + ai * li - b * br, ai * dr - ar * li - b * bi, determinant, imaginary, value);
    x.re[i - 1] = value.re;
    x.im![i - 1] = value.im;
    divide(br * er + bi * li - c * ar, bi * er - br * li - c * ai, determinant, imaginary, value);
    x.re[i] = value.re;
    x.im![i] = value.im;
    i--;
  }
}

/** Minus the sum over j of T[i, j] x[j]. */
function residual(t: Matrix, x: Matrix, i: number, from: number, to: number): [number, number] {
  let re = 0;
  let im = 0;
  for (let j = from; j <= to; j++) {
    const a = t.re[i + j * t.rows]!;
    const b = t.im === null ? 0 : t.im[i + j * t.rows]!;
    re -= a * x.re[j]! - b * x.im![j]!;
    im -= a * x.im![j]! + b * x.re[j]!;
  }
  return [re, im];
}

function complexOf(a: Matrix): Matrix {
  if (a.im !== null) return a;
  const result = new Matrix(a.rows, a.cols, true);
  result.re.set(a.re);
  return result;
}
