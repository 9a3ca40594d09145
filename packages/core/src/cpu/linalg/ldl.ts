import type { Matrix } from "./matrix.ts";

/** A complex number; real matrices have im 0 throughout. */
type C = readonly [number, number];

const add = (a: C, b: C): C => [a[0] + b[0], a[1] + b[1]];
const sub = (a: C, b: C): C => [a[0] - b[0], a[1] - b[1]];
const mul = (a: C, b: C): C => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
const div = (a: C, b: C): C => {
  if (b[1] === 0) return [a[0] / b[0], a[1] / b[0]];
  const size = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size];
};
const conj = (a: C): C => [a[0], -a[1]];
const size1 = (a: C): number => Math.abs(a[0]) + Math.abs(a[1]);
const ONE: C = [1, 0];

function read({ re, im, rows }: Matrix, i: number, j: number): C {
  return [re[i + j * rows]!, im === null ? 0 : im[i + j * rows]!];
}

function write({ re, im, rows }: Matrix, i: number, j: number, value: C): void {
  re[i + j * rows] = value[0];
  if (im !== null) im[i + j * rows] = value[1];
}

function exchange(a: Matrix, i: number, j: number, k: number, l: number): void {
  const first = read(a, i, j);
  write(a, i, j, read(a, k, l));
  write(a, k, l, first);
}

const ALPHA: number = (1 + Math.sqrt(17)) / 8;

/** Where the largest of the entries `at(from) ... at(to - 1)` is. */
function largest(from: number, to: number, at: (i: number) => C): { index: number; size: number } {
  let index = from;
  let size = -1;
  for (let i = from; i < to; i++) {
    const s = size1(at(i));
    if (s > size) {
      size = s;
      index = i;
    }
  }
  return { index, size: Math.max(size, 0) };
}

/**
 * L D L^T (Hermitian: L D L^H) of the lower triangle in place, with Bunch and Kaufman's pivoting (LAPACK's sytf2 and
 * hetf2). `pivots` counts from 1; a pair of equal negative entries marks a block of two rows of D.
 * @returns 0, or the number (from 1) of the first zero pivot
 */
export function factorLDL(a: Matrix, pivots: Int32Array, hermitian: boolean): number {
  const n = a.rows;
  const other = (value: C): C => (hermitian ? conj(value) : value);
  const diagonal = (k: number): number => (hermitian ? Math.abs(read(a, k, k)[0]) : size1(read(a, k, k)));
  let info = 0;
  for (let k = 0; k < n;) {
    let wide = 1;
    let pivot = k;
    const here = diagonal(k);
    const column = largest(k + 1, n, (i) => read(a, i, k));
    if (Math.max(here, column.size) === 0) {
      if (info === 0) info = k + 1;
    } else {
      if (here < ALPHA * column.size) {
        const row = column.index;
        const across = Math.max(
          largest(k, row, (j) => read(a, row, j)).size,
          largest(row + 1, n, (i) => read(a, i, row)).size,
        );
        if (here < ALPHA * column.size * (column.size / across)) {
          pivot = row;
          if (diagonal(row) < ALPHA * across) wide = 2;
        }
      }
      const last = k + wide - 1;
      if (pivot !== last) {
        for (let i = pivot + 1; i < n; i++) exchange(a, i, last, i, pivot);
        for (let j = last + 1; j < pivot; j++) {
          const first = other(read(a, j, last));
          write(a, j, last, other(read(a, pivot, j)));
          write(a, pivot, j, first);
        }
        if (hermitian) write(a, pivot, last, conj(read(a, pivot, last)));
        exchange(a, last, last, pivot, pivot);
        if (wide === 2) exchange(a, k + 1, k, pivot, k);
      }
      if (hermitian) for (let i = k; i < k + wide; i++) write(a, i, i, [read(a, i, i)[0], 0]);
      if (wide === 1) eliminateOne(a, k, other);
      else eliminateTwo(a, k, hermitian);
    }
    pivots[k] = wide === 1 ? pivot + 1 : -(pivot + 1);
    if (wide === 2) pivots[k + 1] = -(pivot + 1);
    k += wide;
  }
  return info;
}

function eliminateOne(a: Matrix, k: number, other: (value: C) => C): void {
  const r = div(ONE, read(a, k, k));
  for (let j = k + 1; j < a.rows; j++) {
    const factor = mul(r, other(read(a, j, k)));
    for (let i = j; i < a.rows; i++) write(a, i, j, sub(read(a, i, j), mul(read(a, i, k), factor)));
  }
  for (let i = k + 1; i < a.rows; i++) write(a, i, k, mul(read(a, i, k), r));
}

function eliminateTwo(a: Matrix, k: number, hermitian: boolean): void {
  const n = a.rows;
  const other = (value: C): C => (hermitian ? conj(value) : value);
  // With D = [p, conj(q); q, r], rows of L are rows of A times D^-1.
  const p = read(a, k, k);
  const q = read(a, k + 1, k);
  const r = read(a, k + 1, k + 1);
  const determinant = sub(mul(p, r), mul(q, other(q)));
  const rows: [C, C][] = [];
  for (let j = k + 2; j < n; j++) {
    const [x, y] = [read(a, j, k), read(a, j, k + 1)];
    rows.push([div(sub(mul(r, x), mul(q, y)), determinant), div(sub(mul(p, y), mul(other(q), x)), determinant)]);
  }
  for (let j = k + 2; j < n; j++) {
    const [w, v] = rows[j - k - 2]!;
    for (let i = j; i < n; i++) {
      const change = add(mul(read(a, i, k), other(w)), mul(read(a, i, k + 1), other(v)));
      write(a, i, j, sub(read(a, i, j), change));
    }
    if (hermitian) write(a, j, j, [read(a, j, j)[0], 0]);
  }
  rows.forEach(([w, v], i) => {
    write(a, k + 2 + i, k, w);
    write(a, k + 2 + i, k + 1, v);
  });
}

/** Solves A X = B in place of B with the factors of A (LAPACK's sytrs and hetrs). */
export function solveLDL(a: Matrix, pivots: Int32Array, b: Matrix, hermitian: boolean): void {
  const n = a.rows;
  const other = (value: C): C => (hermitian ? conj(value) : value);
  for (let c = 0; c < b.cols; c++) {
    const reduce = (to: number, by: number): void =>
      write(b, to, c, sub(read(b, to, c), mul(read(a, to, by), read(b, by, c))));
    const gather = (to: number, from: number): void => {
      for (let i = from; i < n; i++) write(b, to, c, sub(read(b, to, c), mul(other(read(a, i, to)), read(b, i, c))));
    };
    for (let k = 0; k < n;) {
      if (pivots[k]! > 0) {
        exchange(b, k, c, pivots[k]! - 1, c);
        for (let i = k + 1; i < n; i++) reduce(i, k);
        write(b, k, c, div(read(b, k, c), read(a, k, k)));
        k++;
        continue;
      }
      exchange(b, k + 1, c, -pivots[k]! - 1, c);
      for (let i = k + 2; i < n; i++) {
        reduce(i, k);
        reduce(i, k + 1);
      }
      const [p, q, r] = [read(a, k, k), read(a, k + 1, k), read(a, k + 1, k + 1)];
      const [x, y] = [read(b, k, c), read(b, k + 1, c)];
      const determinant = sub(mul(p, r), mul(q, other(q)));
      write(b, k, c, div(sub(mul(r, x), mul(other(q), y)), determinant));
      write(b, k + 1, c, div(sub(mul(p, y), mul(q, x)), determinant));
      k += 2;
    }
    for (let k = n - 1; k >= 0;) {
      const wide = pivots[k]! > 0 ? 1 : 2;
      gather(k, k + 1);
      if (wide === 2) gather(k - 1, k + 1);
      exchange(b, k, c, Math.abs(pivots[k]!) - 1, c);
      k -= wide;
    }
  }
}
