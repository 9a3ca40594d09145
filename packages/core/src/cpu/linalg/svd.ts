import { Matrix } from "./matrix.ts";
import { reflect, reflectRight, reflector } from "./qr.ts";
import { rotate, scale, swapColumns } from "./vector.ts";

export interface SVD {
  /** m x k, or m x m when full; null when not asked for. */
  readonly u: Matrix | null;
  readonly s: Float64Array;
  /** n x k, or n x n: the right singular vectors as columns. */
  readonly v: Matrix | null;
}

/**
 * Singular values, descending, and vectors of a finite matrix (overwritten): Householder bidiagonalisation (LAPACK's
 * gebd2) and implicitly shifted QR (Golub and Reinsch 1970, as in LINPACK's svdc).
 */
export function svd(a: Matrix, vectors: boolean, full: boolean): SVD {
  if (a.rows < a.cols) {
    const { u, s, v } = svd(a.adjoint(), vectors, full);
    return { u: v, s, v: u };
  }
  const { rows: m, cols: n } = a;
  const complex = a.im !== null;
  const s = new Float64Array(n);
  const e = new Float64Array(n + 1);
  const tauQ = new Matrix(n, 1, complex);
  const tauP = new Matrix(n, 1, complex);
  const p = new Matrix(n, n, complex);
  bidiagonalise(a, p, s, e, tauQ, tauP);
  let u: Matrix | null = null;
  let v: Matrix | null = null;
  if (vectors) {
    const columns = full ? m : n;
    u = Matrix.identity(m, columns, complex);
    for (let i = n - 1; i >= 0; i--) reflect(m - i, a, i * m + i, tauQ, i, false, u, i, i, columns);
    v = Matrix.identity(n, n, complex);
    for (let i = n - 2; i >= 0; i--) reflect(n - 1 - i, p, i * n + i + 1, tauP, i, false, v, i + 1, i + 1, n);
  }
  iterate(s, e, u, v);
  return { u, s, v };
}

/** A = Q B P^H; the reflections of Q replace A's columns, those of P go to the columns of `p`. */
function bidiagonalise(a: Matrix, p: Matrix, d: Float64Array, e: Float64Array, tauQ: Matrix, tauP: Matrix): void {
  const { rows: m, cols: n } = a;
  const z = new Matrix(m, 1, a.im !== null);
  for (let i = 0; i < n; i++) {
    const at = i * m + i;
    reflector(m - i, a, at, tauQ, i);
    reflect(m - i, a, at, tauQ, i, true, a, i, i + 1, n);
    d[i] = a.re[at]!;
    const k = n - 1 - i;
    if (k === 0) continue;
    // The rest of row i, conjugated, as a column.
    const y = i * n + i + 1;
    for (let j = 0; j < k; j++) {
      p.re[y + j] = a.re[at + (j + 1) * m]!;
      if (p.im !== null) p.im[y + j] = -a.im![at + (j + 1) * m]!;
    }
    reflector(k, p, y, tauP, i);
    e[i] = p.re[y]!;
    reflectRight(k, p, y, tauP, i, a, i + 1, m - 1 - i, i + 1, z);
  }
}

const TINY: number = 2 ** -966;

/** Diagonalises the real upper bidiagonal matrix of `s` and `e`, rotating the columns of `u` and `v` along. */
function iterate(s: Float64Array, e: Float64Array, u: Matrix | null, v: Matrix | null): void {
  const n = s.length;
  const turn = (x: Matrix | null, i: number, j: number, c: number, t: number): void => {
    if (x !== null) rotate(x, i, j, c, t);
  };
  let p = n;
  while (p > 0) {
    let k = p - 2;
    for (; k >= 0; k--) {
      if (Math.abs(e[k]!) <= TINY + Number.EPSILON * (Math.abs(s[k]!) + Math.abs(s[k + 1]!))) {
        e[k] = 0;
        break;
      }
    }
    if (k === p - 2) {
      settle(s, u, v, k + 1);
      p--;
      continue;
    }
    let ks = p - 1;
    for (; ks > k; ks--) {
      const t = Math.abs(e[ks]!) + (ks === k + 1 ? 0 : Math.abs(e[ks - 1]!));
      if (Math.abs(s[ks]!) <= TINY + Number.EPSILON * t) {
        s[ks] = 0;
        break;
      }
    }
    if (ks === k) step(s, e, k + 1, p, turn, u, v);
    else if (ks === p - 1) {
      // The last singular value is 0: chase e[p - 2] out along the columns.
      let f = e[p - 2]!;
      e[p - 2] = 0;
      for (let j = p - 2; j > k; j--) {
        const t = Math.hypot(s[j]!, f);
        const c = s[j]! / t;
        const r = f / t;
        s[j] = t;
        if (j !== k + 1) {
          f = -r * e[j - 1]!;
          e[j - 1] = c * e[j - 1]!;
        }
        turn(v, j, p - 1, c, r);
      }
    } else {
      // s[ks] is 0: the matrix splits there.
      let f = e[ks]!;
      e[ks] = 0;
      for (let j = ks + 1; j < p; j++) {
        const t = Math.hypot(s[j]!, f);
        const c = s[j]! / t;
        const r = f / t;
        s[j] = t;
        f = -r * e[j]!;
        e[j] = c * e[j]!;
        turn(u, j, ks, c, r);
      }
    }
  }
}

/** One QR step with Wilkinson's shift on rows `k` to `p`. */
function step(
  s: Float64Array,
  e: Float64Array,
  k: number,
  p: number,
  turn: (x: Matrix | null, i: number, j: number, c: number, t: number) => void,
  u: Matrix | null,
  v: Matrix | null,
): void {
  const size = Math.max(
    Math.abs(s[p - 1]!),
    Math.abs(s[p - 2]!),
    Math.abs(e[p - 2]!),
    Math.abs(s[k]!),
    Math.abs(e[k]!),
  );
  const sp = s[p - 1]! / size;
  const before = s[p - 2]! / size;
  const off = e[p - 2]! / size;
  const sk = s[k]! / size;
  const b = ((before + sp) * (before - sp) + off * off) / 2;
  const c2 = (sp * off) ** 2;
  let shift = 0;
  if (b !== 0 || c2 !== 0) {
    shift = b < 0 ? -Math.sqrt(b * b + c2) : Math.sqrt(b * b + c2);
    shift = c2 / (b + shift);
  }
  let f = (sk + sp) * (sk - sp) + shift;
  let g = sk * (e[k]! / size);
  for (let j = k; j < p - 1; j++) {
    let t = Math.hypot(f, g);
    let c = f / t;
    let r = g / t;
    if (j !== k) e[j - 1] = t;
    f = c * s[j]! + r * e[j]!;
    e[j] = c * e[j]! - r * s[j]!;
    g = r * s[j + 1]!;
    s[j + 1] = c * s[j + 1]!;
    turn(v, j, j + 1, c, r);
    t = Math.hypot(f, g);
    c = f / t;
    r = g / t;
    s[j] = t;
    f = c * e[j]! + r * s[j + 1]!;
    s[j + 1] = -r * e[j]! + c * s[j + 1]!;
    g = r * e[j + 1]!;
    e[j + 1] = c * e[j + 1]!;
    turn(u, j, j + 1, c, r);
  }
  e[p - 2] = f;
}

/** Makes the singular value `k` positive and moves it to its place. */
function settle(s: Float64Array, u: Matrix | null, v: Matrix | null, k: number): void {
  if (s[k]! <= 0) {
    if (v !== null && s[k]! < 0) scale(v.rows, -1, 0, v, k * v.rows);
    s[k] = Math.abs(s[k]!);
  }
  for (let i = k; i < s.length - 1 && s[i]! < s[i + 1]!; i++) {
    [s[i], s[i + 1]] = [s[i + 1]!, s[i]!];
    if (u !== null) swapColumns(u, i, i + 1);
    if (v !== null) swapColumns(v, i, i + 1);
  }
}
