import { Matrix, type Pair } from "./matrix.ts";
import { axpy, divide, dot, norm, scale } from "./vector.ts";

const value: Pair = { re: 0, im: 0 };

/**
 * A Householder reflection H = I - tau v v^H with v[0] = 1 and H^H x = beta e1, beta real (LAPACK's larfg). `x` is
 * the `n` entries at `at`; they become beta and the rest of v. Tau goes to entry `to` of `tau`.
 */
export function reflector(n: number, x: Matrix, at: number, tau: Matrix, to: number): void {
  const re = x.re[at]!;
  const im = x.im === null ? 0 : x.im[at]!;
  const rest = norm(n - 1, x, at + 1);
  if (rest === 0 && im === 0) {
    tau.re[to] = 0;
    if (tau.im !== null) tau.im[to] = 0;
    return;
  }
  const length = Math.hypot(re, im, rest);
  const beta = re >= 0 ? -length : length;
  tau.re[to] = (beta - re) / beta;
  if (tau.im !== null) tau.im[to] = -im / beta;
  divide(1, 0, re - beta, im, value);
  scale(n - 1, value.re, value.im, x, at + 1);
  x.re[at] = beta;
  if (x.im !== null) x.im[at] = 0;
}

/** c -= tau v (v^H c), with v[0] = 1 implied, for columns `from` to `to` of C at row `row`; tau conjugated if asked. */
export function reflect(
  n: number,
  v: Matrix,
  vAt: number,
  tau: Matrix,
  tauAt: number,
  conjugate: boolean,
  c: Matrix,
  row: number,
  from: number,
  to: number,
): void {
  const tr = tau.re[tauAt]!;
  const ti = tau.im === null ? 0 : conjugate ? -tau.im[tauAt]! : tau.im[tauAt]!;
  if (tr === 0 && ti === 0) return;
  for (let j = from; j < to; j++) {
    const at = j * c.rows + row;
    dot(n - 1, v, vAt + 1, c, at + 1, value);
    const wr = value.re + c.re[at]!;
    const wi = value.im + (c.im === null ? 0 : c.im[at]!);
    const sr = -(tr * wr - ti * wi);
    const si = -(tr * wi + ti * wr);
    c.re[at] = c.re[at]! + sr;
    if (c.im !== null) c.im[at] = c.im[at]! + si;
    axpy(n - 1, sr, si, v, vAt + 1, c, at + 1);
  }
}

/** C -= tau (C v) v^H, with v[0] = 1 implied, in `rows` rows from `row` and the columns from `col` on; `z` is scratch. */
export function reflectRight(
  n: number,
  v: Matrix,
  vAt: number,
  tau: Matrix,
  tauAt: number,
  c: Matrix,
  row: number,
  rows: number,
  col: number,
  z: Matrix,
): void {
  const tr = tau.re[tauAt]!;
  const ti = tau.im === null ? 0 : tau.im[tauAt]!;
  if (tr === 0 && ti === 0) return;
  z.re.fill(0);
  z.im?.fill(0);
  const at = (j: number): number => (col + j) * c.rows + row;
  axpy(rows, 1, 0, c, at(0), z, 0);
  for (let j = 1; j < n; j++) axpy(rows, v.re[vAt + j]!, v.im === null ? 0 : v.im[vAt + j]!, c, at(j), z, 0);
  axpy(rows, -tr, -ti, z, 0, c, at(0));
  for (let j = 1; j < n; j++) {
    const vr = v.re[vAt + j]!;
    const vi = v.im === null ? 0 : -v.im[vAt + j]!;
    axpy(rows, -(tr * vr - ti * vi), -(tr * vi + ti * vr), z, 0, c, at(j));
  }
}

/** Householder QR in place (LAPACK's geqr2): R on and above the diagonal, the reflections below. */
export function factorQR(a: Matrix): Matrix {
  const { rows, cols } = a;
  const k = Math.min(rows, cols);
  const tau = new Matrix(k, 1, a.im !== null);
  for (let i = 0; i < k; i++) {
    const at = i * rows + i;
    reflector(rows - i, a, at, tau, i);
    reflect(rows - i, a, at, tau, i, true, a, i, i + 1, cols);
  }
  return tau;
}

/** The first `cols` columns of H1 H2 ... Hk (LAPACK's org2r), the reflections being given as by {@link factorQR}. */
export function formQ(a: Matrix, tau: Matrix, cols: number): Matrix {
  const { rows } = a;
  const q = Matrix.identity(rows, cols, a.im !== null);
  for (let i = tau.rows - 1; i >= 0; i--) reflect(rows - i, a, i * rows + i, tau, i, false, q, i, i, cols);
  return q;
}

/** C := Q C, or Q^H C. */
export function applyQ(a: Matrix, tau: Matrix, c: Matrix, adjoint: boolean): void {
  const { rows } = a;
  for (let step = 0; step < tau.rows; step++) {
    const i = adjoint ? step : tau.rows - 1 - step;
    reflect(rows - i, a, i * rows + i, tau, i, adjoint, c, i, 0, c.cols);
  }
}

/** The upper triangle of the first `rows` rows. */
export function upperOf(a: Matrix, rows: number): Matrix {
  const r = new Matrix(rows, a.cols, a.im !== null);
  for (let j = 0; j < a.cols; j++) {
    for (let i = 0; i <= Math.min(j, Math.min(rows, a.rows) - 1); i++) {
      r.re[j * rows + i] = a.re[j * a.rows + i]!;
      if (a.im !== null) r.im![j * rows + i] = a.im[j * a.rows + i]!;
    }
  }
  return r;
}
