import type { Kernels } from "../../dispatch/backend.ts";
import { LinAlgError } from "../../errors.ts";
import type { ArrayView } from "../view.ts";
import { cholesky, solveCholesky } from "./cholesky.ts";
import { eig } from "./eig.ts";
import { eigh } from "./eigh.ts";
import { exponential } from "./expm.ts";
import { factorLDL, solveLDL } from "./ldl.ts";
import { determinant, factorLU, logDeterminant, permutationOf, solveLU, solveTriangular } from "./lu.ts";
import { Matrix, type Pair, scalars, Stack } from "./matrix.ts";
import { applyQ, factorQR, formQ, upperOf } from "./qr.ts";
import { svd } from "./svd.ts";

/** One matrix of several batches after the other. */
function each(count: number, run: (index: number) => void): void {
  for (let i = 0; i < count; i++) run(i);
}

/** Pivots as PyTorch stores them, counted from 1, to row numbers. */
function rowsOf(pivots: Stack, index: number): Int32Array {
  return Int32Array.from(pivots.get(index).re, (pivot) => pivot - 1);
}

function column(values: ArrayLike<number>): Matrix {
  const result = new Matrix(values.length, 1, false);
  result.re.set(values);
  return result;
}

function choleskyEx([out, info]: ArrayView[], a: ArrayView, upper: boolean): void {
  const [from, to, codes] = [new Stack(a), new Stack(out!), scalars(info!)];
  each(from.count, (i) => {
    const matrix = upper ? from.get(i).adjoint() : from.get(i);
    codes.put(i, 0, cholesky(matrix));
    clearUpper(matrix);
    to.set(i, upper ? matrix.adjoint() : matrix);
  });
}

function clearUpper(a: Matrix): void {
  for (let j = 1; j < a.cols; j++) {
    a.re.fill(0, j * a.rows, j * a.rows + Math.min(j, a.rows));
    a.im?.fill(0, j * a.rows, j * a.rows + Math.min(j, a.rows));
  }
}

function luFactor([lu, pivots, info]: ArrayView[], a: ArrayView): void {
  const [from, to, rows, codes] = [new Stack(a), new Stack(lu!), new Stack(pivots!, true), scalars(info!)];
  each(from.count, (i) => {
    const matrix = from.get(i);
    const found = new Int32Array(rows.rows);
    codes.put(i, 0, factorLU(matrix, found));
    to.set(i, matrix);
    found.forEach((row, k) => rows.put(i, k, row + 1));
  });
}

function permutation(out: ArrayView, pivots: ArrayView): void {
  const [from, to] = [new Stack(pivots, true), new Stack(out)];
  each(to.count, (i) => to.set(i, permutationOf(rowsOf(from, i), to.rows)));
}

function luSolve(out: ArrayView, lu: ArrayView, pivots: ArrayView, b: ArrayView, adjoint: boolean): void {
  const [factors, rows, right, to] = [new Stack(lu), new Stack(pivots, true), new Stack(b), new Stack(out)];
  each(to.count, (i) => {
    const x = right.get(i);
    solveLU(factors.get(i), rowsOf(rows, i), x, adjoint);
    to.set(i, x);
  });
}

function triangular(out: ArrayView, a: ArrayView, b: ArrayView, upper: boolean, unit: boolean): void {
  const [left, right, to] = [new Stack(a), new Stack(b), new Stack(out)];
  each(to.count, (i) => {
    const x = right.get(i);
    solveTriangular(left.get(i), x, upper, unit);
    to.set(i, x);
  });
}

function det(out: ArrayView, lu: ArrayView, pivots: ArrayView): void {
  const [factors, rows, to] = [new Stack(lu), new Stack(pivots, true), scalars(out)];
  const value: Pair = { re: 0, im: 0 };
  each(to.count, (i) => {
    determinant(factors.get(i), rowsOf(rows, i), value);
    to.put(i, 0, value.re, value.im);
  });
}

function slogdet([sign, size]: ArrayView[], lu: ArrayView, pivots: ArrayView): void {
  const [factors, rows, signs, logs] = [new Stack(lu), new Stack(pivots, true), scalars(sign!), scalars(size!)];
  each(factors.count, (i) => {
    const { re, im, log } = logDeterminant(factors.get(i), rowsOf(rows, i));
    signs.put(i, 0, re, im);
    logs.put(i, 0, log);
  });
}

function qr([q, r]: ArrayView[], a: ArrayView, vectors: boolean): void {
  const [from, r_] = [new Stack(a), new Stack(r!)];
  const q_ = vectors ? new Stack(q!) : null;
  each(from.count, (i) => {
    const matrix = from.get(i);
    const tau = factorQR(matrix);
    r_.set(i, upperOf(matrix, r_.rows));
    q_?.set(i, formQ(matrix, tau, q_.cols));
  });
}

function geqrf([out, taus]: ArrayView[], a: ArrayView): void {
  const [from, to, scales] = [new Stack(a), new Stack(out!), new Stack(taus!, true)];
  each(from.count, (i) => {
    const matrix = from.get(i);
    scales.set(i, factorQR(matrix));
    to.set(i, matrix);
  });
}

function orgqr(out: ArrayView, a: ArrayView, taus: ArrayView): void {
  const [from, scales, to] = [new Stack(a), new Stack(taus, true), new Stack(out)];
  each(to.count, (i) => to.set(i, formQ(from.get(i), scales.get(i), to.cols)));
}

function ormqr(out: ArrayView, a: ArrayView, taus: ArrayView, other: ArrayView, left: boolean, adjoint: boolean): void {
  const [from, scales, right, to] = [new Stack(a), new Stack(taus, true), new Stack(other), new Stack(out)];
  each(to.count, (i) => {
    const c = left ? right.get(i) : right.get(i).adjoint();
    applyQ(from.get(i), scales.get(i), c, left ? adjoint : !adjoint);
    to.set(i, left ? c : c.adjoint());
  });
}

function checkFinite(name: string, a: Matrix, index: number, batched: boolean): void {
  if (a.isFinite()) return;
  const element = batched ? ` (Batch element ${index}):` : "";
  throw new LinAlgError(
    `${name}:${element} The algorithm failed to converge because the input matrix contained non-finite values.`,
  );
}

function eighKernel([values, vectors]: ArrayView[], a: ArrayView, upper: boolean, compute: boolean): void {
  const [from, values_] = [new Stack(a), new Stack(values!, true)];
  const vectors_ = compute ? new Stack(vectors!) : null;
  each(from.count, (i) => {
    const matrix = upper ? from.get(i).adjoint() : from.get(i);
    checkFinite("linalg.eigh", matrix, i, a.shape.length > 2);
    const found = eigh(matrix, compute);
    values_.set(i, column(found.values));
    vectors_?.set(i, found.vectors!);
  });
}

function eigKernel([values, vectors]: ArrayView[], a: ArrayView, compute: boolean): void {
  const [from, values_] = [new Stack(a), new Stack(values!, true)];
  const vectors_ = compute ? new Stack(vectors!) : null;
  each(from.count, (i) => {
    const matrix = from.get(i);
    if (!matrix.isFinite()) throw new LinAlgError("torch.linalg.eig: input tensor should not contain infs or NaNs.");
    const found = eig(matrix, compute);
    if (found === null) {
      throw new LinAlgError(
        "linalg.eig: The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues.",
      );
    }
    values_.set(i, found.values);
    vectors_?.set(i, found.vectors!);
  });
}

function svdKernel([u, s, vh]: ArrayView[], a: ArrayView, full: boolean, compute: boolean): void {
  const [from, s_] = [new Stack(a), new Stack(s!, true)];
  const [u_, vh_] = compute ? [new Stack(u!), new Stack(vh!)] : [null, null];
  each(from.count, (i) => {
    const matrix = from.get(i);
    checkFinite("linalg.svd", matrix, i, a.shape.length > 2);
    const found = svd(matrix, compute, full);
    s_.set(i, column(found.s));
    u_?.set(i, found.u!);
    vh_?.set(i, found.v!.adjoint());
  });
}

function ldlFactor([ld, pivots, info]: ArrayView[], a: ArrayView, hermitian: boolean): void {
  const [from, to, rows, codes] = [new Stack(a), new Stack(ld!), new Stack(pivots!, true), scalars(info!)];
  each(from.count, (i) => {
    const matrix = from.get(i);
    const found = new Int32Array(rows.rows);
    codes.put(i, 0, factorLDL(matrix, found, hermitian));
    to.set(i, matrix);
    found.forEach((pivot, k) => rows.put(i, k, pivot));
  });
}

function ldlSolve(out: ArrayView, ld: ArrayView, pivots: ArrayView, b: ArrayView, hermitian: boolean): void {
  const [factors, rows, right, to] = [new Stack(ld), new Stack(pivots, true), new Stack(b), new Stack(out)];
  each(to.count, (i) => {
    const x = right.get(i);
    solveLDL(factors.get(i), Int32Array.from(rows.get(i).re), x, hermitian);
    to.set(i, x);
  });
}

function choleskySolve(out: ArrayView, b: ArrayView, l: ArrayView, upper: boolean): void {
  const [right, factors, to] = [new Stack(b), new Stack(l), new Stack(out)];
  each(to.count, (i) => {
    const x = right.get(i);
    solveCholesky(upper ? factors.get(i).adjoint() : factors.get(i), x);
    to.set(i, x);
  });
}

function choleskyInverse(out: ArrayView, l: ArrayView, upper: boolean): void {
  const [factors, to] = [new Stack(l), new Stack(out)];
  each(to.count, (i) => {
    const x = Matrix.identity(to.rows, to.cols, to.complex);
    solveCholesky(upper ? factors.get(i).adjoint() : factors.get(i), x);
    to.set(i, x);
  });
}

function matrixExp(out: ArrayView, a: ArrayView): void {
  const [from, to] = [new Stack(a), new Stack(out)];
  each(to.count, (i) => to.set(i, exponential(from.get(i))));
}

/** Decompositions and solvers over batches of matrices; batch dimensions agree (expanded beforehand). */
export const linalgKernels: Kernels = {
  _linalg_cholesky_ex: choleskyEx,
  _linalg_lu_factor_ex: luFactor,
  _lu_permutation: permutation,
  _linalg_lu_solve: luSolve,
  _linalg_solve_triangular: triangular,
  _lu_det: det,
  _lu_slogdet: slogdet,
  _linalg_qr: qr,
  geqrf,
  linalg_householder_product: orgqr,
  ormqr,
  _linalg_eigh: eighKernel,
  _linalg_eig: eigKernel,
  _linalg_svd: svdKernel,
  _linalg_ldl_factor_ex: ldlFactor,
  _linalg_ldl_solve: ldlSolve,
  _cholesky_solve_helper: choleskySolve,
  cholesky_inverse: choleskyInverse,
  linalg_matrix_exp: matrixExp,
};
