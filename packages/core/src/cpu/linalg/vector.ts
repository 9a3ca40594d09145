/** Operations on stretches of columns (the first level of BLAS), for real and complex matrices alike. */
import type { Matrix, Pair } from "./matrix.ts";

/** y += a x over `n` entries. */
export function axpy(n: number, ar: number, ai: number, x: Matrix, xAt: number, y: Matrix, yAt: number): void {
  const xr = x.re;
  const yr = y.re;
  const xi = x.im;
  const yi = y.im;
  if (xi === null || yi === null) {
    const shift = xAt - yAt;
    const end = yAt + n;
    let i = yAt;
    // Four at a time: the loop's own work would cost as much as the arithmetic.
    for (; i + 3 < end; i += 4) {
      const j = i + shift;
      yr[i] = yr[i]! + ar * xr[j]!;
      yr[i + 1] = yr[i + 1]! + ar * xr[j + 1]!;
      yr[i + 2] = yr[i + 2]! + ar * xr[j + 2]!;
      yr[i + 3] = yr[i + 3]! + ar * xr[j + 3]!;
    }
    for (; i < end; i++) yr[i] = yr[i]! + ar * xr[i + shift]!;
    return;
  }
  for (let i = 0; i < n; i++) {
    const re = xr[xAt + i]!;
    const im = xi[xAt + i]!;
    yr[yAt + i] = yr[yAt + i]! + ar * re - ai * im;
    yi[yAt + i] = yi[yAt + i]! + ar * im + ai * re;
  }
}

/** conj(x) . y over `n` entries, into `out`. */
export function dot(n: number, x: Matrix, xAt: number, y: Matrix, yAt: number, out: Pair): void {
  const xr = x.re;
  const yr = y.re;
  const xi = x.im;
  const yi = y.im;
  let re = 0;
  let im = 0;
  if (xi === null || yi === null) {
    // Independent sums, so that additions need not wait for each other.
    let [a, b, c] = [0, 0, 0];
    let i = 0;
    for (; i + 3 < n; i += 4) {
      re += xr[xAt + i]! * yr[yAt + i]!;
      a += xr[xAt + i + 1]! * yr[yAt + i + 1]!;
      b += xr[xAt + i + 2]! * yr[yAt + i + 2]!;
      c += xr[xAt + i + 3]! * yr[yAt + i + 3]!;
    }
    for (; i < n; i++) re += xr[xAt + i]! * yr[yAt + i]!;
    re += a + (b + c);
  } else {
    for (let i = 0; i < n; i++) {
      const a = xr[xAt + i]!;
      const b = xi[xAt + i]!;
      const c = yr[yAt + i]!;
      const d = yi[yAt + i]!;
      re += a * c + b * d;
      im += a * d - b * c;
    }
  }
  out.re = re;
  out.im = im;
}

/** x *= a over `n` entries. */
export function scale(n: number, ar: number, ai: number, x: Matrix, at: number): void {
  const { re, im } = x;
  for (let i = at; i < at + n; i++) {
    const a = re[i]!;
    if (im === null) re[i] = a * ar;
    else {
      const b = im[i]!;
      re[i] = a * ar - b * ai;
      im[i] = a * ai + b * ar;
    }
  }
}

/** The Euclidean length of `n` entries, without overflow. */
export function norm(n: number, x: Matrix, at: number): number {
  const { re, im } = x;
  let largest = 0;
  for (let i = at; i < at + n; i++) {
    const size = Math.max(Math.abs(re[i]!), im === null ? 0 : Math.abs(im[i]!));
    if (size > largest || size !== size) largest = size;
  }
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = at; i < at + n; i++) {
    const a = re[i]! / largest;
    sum += a * a;
    if (im !== null) sum += (im[i]! / largest) ** 2;
  }
  return largest * Math.sqrt(sum);
}

/** Columns (p, q) times the rotation [[c, -s], [s, c]]: p' = c p + s q, q' = c q - s p. */
export function rotate(x: Matrix, p: number, q: number, c: number, s: number): void {
  rotatePart(x.re, x.rows, p * x.rows, q * x.rows, c, s);
  if (x.im !== null) rotatePart(x.im, x.rows, p * x.rows, q * x.rows, c, s);
}

function rotatePart(x: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const a = x[p + i]!;
    const b = x[q + i]!;
    x[p + i] = c * a + s * b;
    x[q + i] = c * b - s * a;
  }
}

/** Exchanges two columns. */
export function swapColumns(x: Matrix, p: number, q: number): void {
  const { rows } = x;
  for (let i = 0; i < rows; i++) swapEntries(x, p * rows + i, q * rows + i);
}

/** Exchanges two rows within columns `from` to `to`. */
export function swapRows(x: Matrix, p: number, q: number, from = 0, to: number = x.cols): void {
  for (let j = from; j < to; j++) swapEntries(x, j * x.rows + p, j * x.rows + q);
}

export function swapEntries({ re, im }: Matrix, p: number, q: number): void {
  const a = re[p]!;
  re[p] = re[q]!;
  re[q] = a;
  if (im === null) return;
  const b = im[p]!;
  im[p] = im[q]!;
  im[q] = b;
}

/** a / b by Smith's method, into `out`. */
export function divide(ar: number, ai: number, br: number, bi: number, out: Pair): void {
  if (bi === 0) {
    out.re = ar / br;
    out.im = ai === 0 ? 0 : ai / br;
  } else if (Math.abs(br) >= Math.abs(bi)) {
    const ratio = bi / br;
    const scale = br + bi * ratio;
    out.re = (ar + ai * ratio) / scale;
    out.im = (ai - ar * ratio) / scale;
  } else {
    const ratio = br / bi;
    const scale = br * ratio + bi;
    out.re = (ar * ratio + ai) / scale;
    out.im = (ai * ratio - ar) / scale;
  }
}

/** The principal square root, into `out`. */
export function squareRoot(re: number, im: number, out: Pair): void {
  const size = Math.hypot(re, im);
  const root = Math.sqrt((size + Math.abs(re)) / 2);
  if (size === 0) {
    out.re = 0;
    out.im = 0;
  } else if (re >= 0) {
    out.re = root;
    out.im = im / (2 * root);
  } else {
    out.re = Math.abs(im) / (2 * root);
    out.im = im < 0 ? -root : root;
  }
}
