import { describe, expect, it } from "vitest";
import { cholesky } from "./cholesky.ts";
import { eig } from "./eig.ts";
import { eigh } from "./eigh.ts";
import { exponential, multiply } from "./expm.ts";
import { factorLDL, solveLDL } from "./ldl.ts";
import { determinant, factorLU, logDeterminant, permutationOf, solveLU } from "./lu.ts";
import { Matrix } from "./matrix.ts";
import { applyQ, factorQR, formQ, upperOf } from "./qr.ts";
import { svd } from "./svd.ts";

/** Deterministic entries in [-1, 1] with no structure. */
function sample(rows: number, cols: number, complex: boolean, phase = 0): Matrix {
  const m = new Matrix(rows, cols, complex);
  for (let i = 0; i < m.re.length; i++) {
    m.re[i] = Math.sin(12.9898 * (i + 1) + phase) * Math.cos(7.3 * i * i + phase);
    if (m.im !== null) m.im[i] = Math.cos(4.1 * i * i + 2 * phase + 1);
  }
  return m;
}

function plus(a: Matrix, b: Matrix, factor = 1): Matrix {
  const result = a.copy();
  for (let i = 0; i < a.re.length; i++) {
    result.re[i] = a.re[i]! + factor * b.re[i]!;
    if (result.im !== null) result.im[i] = a.im![i]! + factor * (b.im?.[i] ?? 0);
  }
  return result;
}

const hermitian = (n: number, complex: boolean): Matrix => {
  const a = sample(n, n, complex);
  return plus(a, a.adjoint());
};

function distance(a: Matrix, b: Matrix): number {
  let most = 0;
  for (let i = 0; i < a.re.length; i++) {
    most = Math.max(most, Math.abs(a.re[i]! - b.re[i]!), Math.abs((a.im?.[i] ?? 0) - (b.im?.[i] ?? 0)));
  }
  return most;
}

function diagonal(values: ArrayLike<number>, rows: number, cols: number, complex: boolean): Matrix {
  const m = new Matrix(rows, cols, complex);
  for (let i = 0; i < Math.min(rows, cols); i++) m.re[i + i * rows] = values[i]!;
  return m;
}

function typed(a: Matrix, complex: boolean): Matrix {
  const m = new Matrix(a.rows, a.cols, complex);
  m.re.set(a.re);
  if (a.im !== null) m.im!.set(a.im);
  return m;
}

const identity = (n: number, complex: boolean): Matrix => Matrix.identity(n, n, complex);
const SHAPES = [
  [1, 1],
  [5, 5],
  [9, 4],
  [4, 9],
  [12, 1],
  [0, 3],
] as const;

describe.each([false, true])("complex %s", (complex) => {
  it.each(SHAPES)("P L U is A, %i x %i", (m, n) => {
    const a = sample(m, n, complex);
    const lu = a.copy();
    const pivots = new Int32Array(Math.min(m, n));
    expect(factorLU(lu, pivots)).toBe(0);
    const k = Math.min(m, n);
    const lower = Matrix.identity(m, k, complex);
    for (let j = 0; j < k; j++) {
      for (let i = j + 1; i < m; i++) {
        lower.re[i + j * m] = lu.re[i + j * m]!;
        if (complex) lower.im![i + j * m] = lu.im![i + j * m]!;
      }
    }
    const p = typed(permutationOf(pivots, m), complex);
    expect(distance(multiply(p, multiply(lower, upperOf(lu, k))), a)).toBeLessThan(1e-13);
  });

  it("LU solves, and gives the determinant in both forms", () => {
    const a = sample(6, 6, complex);
    const lu = a.copy();
    const pivots = new Int32Array(6);
    factorLU(lu, pivots);
    for (const adjoint of [false, true]) {
      const b = sample(6, 3, complex, 1);
      const x = b.copy();
      solveLU(lu, pivots, x, adjoint);
      expect(distance(multiply(adjoint ? a.adjoint() : a, x), b)).toBeLessThan(1e-12);
    }
    const value = { re: 0, im: 0 };
    determinant(lu, pivots, value);
    const { re, im, log } = logDeterminant(lu, pivots);
    expect(re * Math.exp(log)).toBeCloseTo(value.re, 10);
    expect(im * Math.exp(log)).toBeCloseTo(value.im, 10);
  });

  it("a zero pivot is reported", () => {
    expect(factorLU(new Matrix(3, 3, complex), new Int32Array(3))).toBe(1);
  });

  it("L L^H is A, and an indefinite matrix is refused", () => {
    const half = sample(6, 6, complex);
    const a = plus(multiply(half, half.adjoint()), identity(6, complex));
    const l = a.copy();
    expect(cholesky(l)).toBe(0);
    expect(distance(multiply(l, l.adjoint()), a)).toBeLessThan(1e-13);
    expect(cholesky(diagonal([1, 1, -1, 1], 4, 4, complex))).toBe(3);
  });

  it.each(SHAPES)("Q R is A, %i x %i", (m, n) => {
    const a = sample(m, n, complex);
    const work = a.copy();
    const tau = factorQR(work);
    const k = Math.min(m, n);
    const q = formQ(work, tau, k);
    expect(distance(multiply(q, upperOf(work, k)), a)).toBeLessThan(1e-13);
    expect(distance(multiply(q.adjoint(), q), identity(k, complex))).toBeLessThan(1e-13);
    const c = a.copy();
    applyQ(work, tau, c, true);
    expect(distance(upperOf(c, k), upperOf(work, k))).toBeLessThan(1e-13);
  });

  it.each([1, 2, 7, 30])("Hermitian eigenvectors, n = %i", (n) => {
    const a = hermitian(n, complex);
    const { values, vectors } = eigh(a.copy(), true);
    expect(distance(multiply(a, vectors!), multiply(vectors!, diagonal(values, n, n, complex)))).toBeLessThan(1e-12);
    expect(distance(multiply(vectors!.adjoint(), vectors!), identity(n, complex))).toBeLessThan(1e-12);
    expect([...values]).toEqual([...values].toSorted((x, y) => x - y));
  });

  it.each([1, 2, 7, 40])("eigenvectors, n = %i", (n) => {
    const a = sample(n, n, complex);
    const { values, vectors } = eig(a.copy(), true)!;
    const scaled = new Matrix(n, n, true);
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++) {
        const at = i + j * n;
        scaled.re[at] = vectors!.re[at]! * values.re[j]! - vectors!.im![at]! * values.im![j]!;
        scaled.im![at] = vectors!.re[at]! * values.im![j]! + vectors!.im![at]! * values.re[j]!;
      }
    }
    expect(distance(multiply(typed(a, true), vectors!), scaled)).toBeLessThan(1e-11);
  });

  it.each(SHAPES)("U S V^H is A, %i x %i", (m, n) => {
    const a = sample(m, n, complex);
    for (const full of [false, true]) {
      const { u, s, v } = svd(a.copy(), true, full);
      const middle = diagonal(s, u!.cols, v!.cols, complex);
      expect(distance(multiply(multiply(u!, middle), v!.adjoint()), a)).toBeLessThan(1e-13);
      expect(distance(multiply(u!.adjoint(), u!), identity(u!.cols, complex))).toBeLessThan(1e-13);
      expect([...s]).toEqual([...s].toSorted((x, y) => y - x));
    }
  });

  it("singular values of a matrix of low rank", () => {
    const a = multiply(sample(20, 3, complex), sample(3, 15, complex, 2));
    const { u, s, v } = svd(a.copy(), true, false);
    expect(s.filter((x) => x > 1e-12)).toHaveLength(3);
    expect(distance(multiply(multiply(u!, diagonal(s, 15, 15, complex)), v!.adjoint()), a)).toBeLessThan(1e-12);
    expect(distance(multiply(u!.adjoint(), u!), identity(15, complex))).toBeLessThan(1e-12);
  });

  it("L D L^H solves an indefinite system", () => {
    for (const conjugate of complex ? [true, false] : [false]) {
      const a = hermitian(9, complex);
      if (!conjugate && complex)
        for (let j = 0; j < 9; j++) for (let i = 0; i < j; i++) a.im![i + j * 9] = a.im![j + i * 9]!;
      for (let i = 0; i < 9; i++) a.re[i * 10] = 0;
      const pivots = new Int32Array(9);
      const ld = a.copy();
      expect(factorLDL(ld, pivots, conjugate)).toBe(0);
      expect(pivots.some((p) => p < 0)).toBe(true);
      const b = sample(9, 2, complex, 3);
      const x = b.copy();
      solveLDL(ld, pivots, x, conjugate);
      expect(distance(multiply(a, x), b)).toBeLessThan(1e-11);
    }
  });

  it("exp(A) exp(-A) is the identity, also for large A", () => {
    const a = sample(6, 6, complex);
    for (let i = 0; i < a.re.length; i++) a.re[i] = 4 * a.re[i]!;
    const minus = plus(new Matrix(6, 6, complex), a, -1);
    const product = multiply(exponential(a), exponential(minus));
    expect(distance(product, identity(6, complex))).toBeLessThan(1e-7);
  });
});

it("eigenvalues of a rotation and of a defective matrix", () => {
  const turn = new Matrix(2, 2, false);
  turn.re.set([0, 1, -1, 0]);
  const { values } = eig(turn, false)!;
  expect([...values.re]).toEqual([0, 0]);
  expect([...values.im!]).toEqual([1, -1]);
  const jordan = new Matrix(2, 2, false);
  jordan.re.set([3, 0, 1, 3]);
  const found = eig(jordan, true)!;
  expect([...found.values.re]).toEqual([3, 3]);
  expect(found.vectors!.isFinite()).toBe(true);
});
