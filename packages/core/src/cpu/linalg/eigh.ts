import { Matrix, type Pair } from "./matrix.ts";
import { reflect, reflector } from "./qr.ts";
import { axpy, dot, rotate, swapColumns } from "./vector.ts";

const value: Pair = { re: 0, im: 0 };

/** Copies the lower triangle of a Hermitian matrix to the upper one. */
export function mirrorLower(a: Matrix): void {
  const n = a.rows;
  for (let j = 0; j < n; j++) {
    if (a.im !== null) a.im[j * n + j] = 0;
    for (let i = j + 1; i < n; i++) {
      a.re[i * n + j] = a.re[j * n + i]!;
      if (a.im !== null) a.im[i * n + j] = -a.im[j * n + i]!;
    }
  }
}

/**
 * Eigenvalues, ascending, and eigenvectors of the Hermitian matrix in the lower triangle of `a` (overwritten): a
 * unitary reduction to a real tridiagonal matrix (LAPACK's hetd2), then QL with implicit shifts (EISPACK's tql2).
 */
export function eigh(a: Matrix, vectors: boolean): { values: Float64Array; vectors: Matrix | null } {
  const n = a.rows;
  mirrorLower(a);
  const e = new Float64Array(n);
  const tau = new Matrix(Math.max(n - 1, 0), 1, a.im !== null);
  tridiagonalise(a, tau, e);
  const d = Float64Array.from({ length: n }, (_, i) => a.re[i * n + i]!);
  let q: Matrix | null = null;
  if (vectors) {
    q = Matrix.identity(n, n, a.im !== null);
    for (let i = n - 2; i >= 0; i--) reflect(n - 1 - i, a, i * n + i + 1, tau, i, false, q, i + 1, i + 1, n);
  }
  implicitQL(d, e, q);
  sort(d, q);
  return { values: d, vectors: q };
}

function tridiagonalise(a: Matrix, tau: Matrix, e: Float64Array): void {
  const { rows: n, re, im } = a;
  const w = new Matrix(n, 1, im !== null);
  for (let i = 0; i < n - 1; i++) {
    const m = n - 1 - i;
    const at = i * n + i + 1;
    reflector(m, a, at, tau, i);
    e[i] = re[at]!;
    const tr = tau.re[i]!;
    const ti = tau.im === null ? 0 : tau.im[i]!;
    if (tr === 0 && ti === 0) continue;
    re[at] = 1;
    if (im !== null) im[at] = 0;
    // w = tau A v, then w += alpha v with alpha = -tau (w^H v) / 2, and A -= v w^H + w v^H.
    w.re.fill(0);
    w.im?.fill(0);
    for (let j = 0; j < m; j++) {
      const vr = re[at + j]!;
      const vi = im === null ? 0 : im[at + j]!;
      axpy(m, tr * vr - ti * vi, tr * vi + ti * vr, a, (i + 1 + j) * n + i + 1, w, 0);
    }
    dot(m, w, 0, a, at, value);
    axpy(m, -0.5 * (tr * value.re - ti * value.im), -0.5 * (tr * value.im + ti * value.re), a, at, w, 0);
    for (let j = 0; j < m; j++) {
      const to = (i + 1 + j) * n + i + 1;
      axpy(m, -w.re[j]!, w.im === null ? 0 : w.im[j]!, a, at, a, to);
      axpy(m, -re[at + j]!, im === null ? 0 : im[at + j]!, w, 0, a, to);
    }
  }
}

/** `d` the diagonal, `e` what is below it; `q`'s columns are rotated along. */
function implicitQL(d: Float64Array, e: Float64Array, q: Matrix | null): void {
  const n = d.length;
  let f = 0;
  let largest = 0;
  for (let l = 0; l < n; l++) {
    largest = Math.max(largest, Math.abs(d[l]!) + Math.abs(e[l]!));
    let m = l;
    while (m < n - 1 && !(Math.abs(e[m]!) <= Number.EPSILON * largest)) m++;
    if (m > l) {
      do {
        let g = d[l]!;
        let p = (d[l + 1]! - g) / (2 * e[l]!);
        let r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
        d[l] = e[l]! / (p + r);
        d[l + 1] = e[l]! * (p + r);
        const next = d[l + 1]!;
        let h = g - d[l]!;
        for (let i = l + 2; i < n; i++) d[i] = d[i]! - h;
        f += h;
        p = d[m]!;
        let c = 1;
        let c2 = 1;
        let c3 = 1;
        let s = 0;
        let s2 = 0;
        const below = e[l + 1]!;
        for (let i = m - 1; i >= l; i--) {
          c3 = c2;
          c2 = c;
          s2 = s;
          g = c * e[i]!;
          h = c * p;
          r = Math.hypot(p, e[i]!);
          e[i + 1] = s * r;
          s = e[i]! / r;
          c = p / r;
          p = c * d[i]! - s * g;
          d[i + 1] = h + s * (c * g + s * d[i]!);
          if (q !== null) rotate(q, i + 1, i, c, s);
        }
        p = (-s * s2 * c3 * below * e[l]!) / next;
        e[l] = s * p;
        d[l] = c * p;
      } while (Math.abs(e[l]!) > Number.EPSILON * largest);
    }
    d[l] = d[l]! + f;
    e[l] = 0;
  }
}

function sort(d: Float64Array, q: Matrix | null): void {
  for (let i = 0; i < d.length - 1; i++) {
    let least = i;
    for (let j = i + 1; j < d.length; j++) if (d[j]! < d[least]!) least = j;
    if (least === i) continue;
    [d[i], d[least]] = [d[least]!, d[i]!];
    if (q !== null) swapColumns(q, i, least);
  }
}
