import { Matrix, type Pair } from "./matrix.ts";
import { reflect, reflector, reflectRight } from "./qr.ts";
import { squareRoot } from "./vector.ts";

const root: Pair = { re: 0, im: 0 };

/** Unitary reduction to Hessenberg form in place (Golub and Van Loan, 7.4.2); gives Z with A = Z H Z^H. */
export function hessenberg(a: Matrix): Matrix {
  const n = a.rows;
  const complex = a.im !== null;
  const tau = new Matrix(Math.max(n - 1, 1), 1, complex);
  const scratch = new Matrix(n, 1, complex);
  for (let i = 0; i < n - 2; i++) {
    const at = i * n + i + 1;
    const m = n - 1 - i;
    reflector(m, a, at, tau, i);
    reflect(m, a, at, tau, i, true, a, i + 1, i + 1, n);
    reflectRight(m, a, at, tau, i, a, 0, n, i + 1, scratch);
  }
  const z = Matrix.identity(n, n, complex);
  for (let i = n - 3; i >= 0; i--) reflect(n - 1 - i, a, i * n + i + 1, tau, i, false, z, i + 1, i + 1, n);
  for (let j = 0; j < n - 2; j++) {
    a.re.fill(0, j * n + j + 2, (j + 1) * n);
    a.im?.fill(0, j * n + j + 2, (j + 1) * n);
  }
  return z;
}

/**
 * Real Schur form of a Hessenberg matrix in place, by the Francis double-shift QR algorithm (EISPACK's hqr2): blocks of
 * one or two rows on the diagonal. Eigenvalues go to `wr` and `wi`, `z`'s columns are transformed along.
 * @returns whether it converged
 */
export function realSchur(t: Matrix, z: Matrix, wr: Float64Array, wi: Float64Array): boolean {
  const size = t.rows;
  const h = t.re;
  const eps = Number.EPSILON;
  let norm = 0;
  for (let j = 0; j < size; j++) {
    for (let i = 0; i <= Math.min(j + 1, size - 1); i++) norm += Math.abs(h[i + j * size]!);
  }
  const at = (i: number, j: number): number => h[i + j * size]!;
  let n = size - 1;
  let shifted = 0;
  let iteration = 0;
  while (n >= 0) {
    let l = n;
    for (; l > 0; l--) {
      let s = Math.abs(at(l - 1, l - 1)) + Math.abs(at(l, l));
      if (s === 0) s = norm;
      if (Math.abs(at(l, l - 1)) < eps * s) {
        h[l + (l - 1) * size] = 0;
        break;
      }
      if (at(l, l - 1) === 0) break;
    }
    if (l === n) {
      h[n + n * size] = at(n, n) + shifted;
      wr[n] = at(n, n);
      wi[n] = 0;
      n--;
      iteration = 0;
      continue;
    }
    if (l === n - 1) {
      h[n + n * size] = at(n, n) + shifted;
      h[n - 1 + (n - 1) * size] = at(n - 1, n - 1) + shifted;
      splitPair(t, z, n, wr, wi);
      n -= 2;
      iteration = 0;
      continue;
    }
    if (iteration > 60 + 10 * size) return false;
    let x = at(n, n);
    let y = at(n - 1, n - 1);
    let w = at(n, n - 1) * at(n - 1, n);
    if (iteration > 0 && iteration % 10 === 0) {
      shifted += x;
      for (let i = 0; i <= n; i++) h[i + i * size] = at(i, i) - x;
      const s = Math.abs(at(n, n - 1)) + Math.abs(at(n - 1, n - 2));
      x = 0.75 * s;
      y = x;
      w = -0.4375 * s * s;
    }
    iteration++;
    doubleStep(t, z, l, n, x, y, w);
  }
  return true;
}

/** The eigenvalues of the block that ends at `n`; a block with real ones is made triangular. */
function splitPair(t: Matrix, z: Matrix, n: number, wr: Float64Array, wi: Float64Array): void {
  const size = t.rows;
  const h = t.re;
  const x = h[n + n * size]!;
  const below = h[n + (n - 1) * size]!;
  const w = below * h[n - 1 + n * size]!;
  const p = (h[n - 1 + (n - 1) * size]! - x) / 2;
  const q = p * p + w;
  const r = Math.sqrt(Math.abs(q));
  if (q < 0) {
    wr[n - 1] = x + p;
    wr[n] = x + p;
    wi[n - 1] = r;
    wi[n] = -r;
    return;
  }
  const d = p >= 0 ? p + r : p - r;
  wr[n - 1] = x + d;
  wr[n] = d === 0 ? x : x - w / d;
  wi[n - 1] = 0;
  wi[n] = 0;
  const length = Math.hypot(below, d);
  const [c, s] = [d / length, below / length];
  for (let j = n - 1; j < size; j++) {
    const a = h[n - 1 + j * size]!;
    const b = h[n + j * size]!;
    h[n - 1 + j * size] = c * a + s * b;
    h[n + j * size] = c * b - s * a;
  }
  for (const [m, rows] of [
    [h, n + 1],
    [z.re, size],
  ] as const) {
    for (let i = 0; i < rows; i++) {
      const a = m[i + (n - 1) * size]!;
      const b = m[i + n * size]!;
      m[i + (n - 1) * size] = c * a + s * b;
      m[i + n * size] = c * b - s * a;
    }
  }
  h[n + (n - 1) * size] = 0;
}

/** One double QR step on rows `l` to `n` with the shifts x, y and the product w. */
function doubleStep(t: Matrix, z: Matrix, l: number, n: number, x: number, y: number, w: number): void {
  const size = t.rows;
  const h = t.re;
  const at = (i: number, j: number): number => h[i + j * size]!;
  let p = 0;
  let q = 0;
  let r = 0;
  let m = n - 2;
  for (; m >= l; m--) {
    const d = at(m, m);
    const a = x - d;
    const b = y - d;
    p = (a * b - w) / at(m + 1, m) + at(m, m + 1);
    q = at(m + 1, m + 1) - d - a - b;
    r = at(m + 2, m + 1);
    const s = Math.abs(p) + Math.abs(q) + Math.abs(r);
    p /= s;
    q /= s;
    r /= s;
    if (m === l) break;
    const near = Math.abs(at(m - 1, m - 1)) + Math.abs(d) + Math.abs(at(m + 1, m + 1));
    if (Math.abs(at(m, m - 1)) * (Math.abs(q) + Math.abs(r)) < Number.EPSILON * Math.abs(p) * near) break;
  }
  for (let i = m + 2; i <= n; i++) {
    h[i + (i - 2) * size] = 0;
    if (i > m + 2) h[i + (i - 3) * size] = 0;
  }
  for (let k = m; k < n; k++) {
    const inner = k !== n - 1;
    let length = 1;
    if (k !== m) {
      p = at(k, k - 1);
      q = at(k + 1, k - 1);
      r = inner ? at(k + 2, k - 1) : 0;
      length = Math.abs(p) + Math.abs(q) + Math.abs(r);
      if (length === 0) continue;
      p /= length;
      q /= length;
      r /= length;
    }
    const s = p < 0 ? -Math.hypot(p, q, r) : Math.hypot(p, q, r);
    if (s === 0) continue;
    if (k !== m) h[k + (k - 1) * size] = -s * length;
    else if (l !== m) h[k + (k - 1) * size] = -at(k, k - 1);
    p += s;
    const [u, v, e] = [p / s, q / s, r / s];
    q /= p;
    r /= p;
    for (let j = k; j < size; j++) {
      let sum = at(k, j) + q * at(k + 1, j);
      if (inner) {
        sum += r * at(k + 2, j);
        h[k + 2 + j * size] = at(k + 2, j) - sum * e;
      }
      h[k + j * size] = at(k, j) - sum * u;
      h[k + 1 + j * size] = at(k + 1, j) - sum * v;
    }
    turnColumns(h, size, k, Math.min(n, k + 3) + 1, inner, u, v, e, q, r);
    turnColumns(z.re, size, k, size, inner, u, v, e, q, r);
  }
}

function turnColumns(
  a: Float64Array,
  size: number,
  k: number,
  rows: number,
  inner: boolean,
  u: number,
  v: number,
  e: number,
  q: number,
  r: number,
): void {
  const first = k * size;
  const second = first + size;
  const third = second + size;
  for (let i = 0; i < rows; i++) {
    let sum = u * a[first + i]! + v * a[second + i]!;
    if (inner) {
      sum += e * a[third + i]!;
      a[third + i] = a[third + i]! - sum * r;
    }
    a[first + i] = a[first + i]! - sum;
    a[second + i] = a[second + i]! - sum * q;
  }
}

/**
 * Schur form of a complex Hessenberg matrix in place, by the QR algorithm with Wilkinson's shift (Golub and Van Loan,
 * 7.5); `z`'s columns are transformed along.
 * @returns whether it converged
 */
export function complexSchur(t: Matrix, z: Matrix): boolean {
  const n = t.rows;
  const re = t.re;
  const im = t.im!;
  const size1 = (i: number, j: number): number => Math.abs(re[i + j * n]!) + Math.abs(im[i + j * n]!);
  let high = n - 1;
  let iteration = 0;
  while (high > 0) {
    let l = high;
    for (; l > 0; l--) {
      const near = size1(l - 1, l - 1) + size1(l, l);
      if (size1(l, l - 1) <= Number.EPSILON * near) {
        re[l + (l - 1) * n] = 0;
        im[l + (l - 1) * n] = 0;
        break;
      }
    }
    if (l === high) {
      high--;
      iteration = 0;
      continue;
    }
    if (++iteration > 60 + 10 * n) return false;
    let [sr, si] = wilkinson(t, high);
    if (iteration % 10 === 0) {
      sr += size1(high, high - 1);
      si = 0;
    }
    let xr = re[l + l * n]! - sr;
    let xi = im[l + l * n]! - si;
    let yr = re[l + 1 + l * n]!;
    let yi = im[l + 1 + l * n]!;
    for (let k = l; k < high; k++) {
      // A rotation [c, s; -conj(s), c] with c real that takes (x, y) to (r, 0).
      const x = Math.hypot(xr, xi);
      const y = Math.hypot(yr, yi);
      const r = Math.hypot(x, y);
      if (r > 0) {
        const c = x / r;
        const [ur, ui] = x === 0 ? [1, 0] : [xr / x, xi / x];
        turn(t, z, k, l, high, c, (ur * yr + ui * yi) / r, (ui * yr - ur * yi) / r);
      }
      if (k === high - 1) break;
      xr = re[k + 1 + k * n]!;
      xi = im[k + 1 + k * n]!;
      yr = re[k + 2 + k * n]!;
      yi = im[k + 2 + k * n]!;
    }
  }
  return true;
}

/** The eigenvalue of the trailing block of two rows that is closer to its last entry. */
function wilkinson(t: Matrix, high: number): [number, number] {
  const n = t.rows;
  const re = t.re;
  const im = t.im!;
  const [a, b, c, d] = [high - 1 + (high - 1) * n, high - 1 + high * n, high + (high - 1) * n, high + high * n];
  const hr = (re[a]! - re[d]!) / 2;
  const hi = (im[a]! - im[d]!) / 2;
  const pr = re[b]! * re[c]! - im[b]! * im[c]!;
  const pi = re[b]! * im[c]! + im[b]! * re[c]!;
  squareRoot(hr * hr - hi * hi + pr, 2 * hr * hi + pi, root);
  const sign = hr * root.re + hi * root.im > 0 ? -1 : 1;
  return [re[d]! + hr + sign * root.re, im[d]! + hi + sign * root.im];
}

function turn(t: Matrix, z: Matrix, k: number, l: number, high: number, c: number, sr: number, si: number): void {
  const n = t.rows;
  const mix = (m: Matrix, p: number, q: number, xr: number, xi: number): void => {
    // p' = c p + x q, q' = c q - conj(x) p
    const re = m.re;
    const im = m.im!;
    const [ar, ai, br, bi] = [re[p]!, im[p]!, re[q]!, im[q]!];
    re[p] = c * ar + xr * br - xi * bi;
    im[p] = c * ai + xr * bi + xi * br;
    re[q] = c * br - xr * ar - xi * ai;
    im[q] = c * bi - xr * ai + xi * ar;
  };
  for (let j = Math.max(l, k - 1); j < n; j++) mix(t, k + j * n, k + 1 + j * n, sr, si);
  for (let i = 0; i <= Math.min(k + 2, high); i++) mix(t, i + k * n, i + (k + 1) * n, sr, -si);
  for (let i = 0; i < n; i++) mix(z, i + k * n, i + (k + 1) * n, sr, -si);
}
