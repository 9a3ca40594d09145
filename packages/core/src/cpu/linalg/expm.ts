import { gemm } from "../matmul/index.ts";
import { factorLU, solveLU } from "./lu.ts";
import { Matrix } from "./matrix.ts";
import { axpy, scale } from "./vector.ts";

/** A B. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const [m, n, k] = [a.rows, b.cols, a.cols];
  const result = new Matrix(m, n, a.im !== null);
  const add = (x: Float64Array, y: Float64Array, out: Float64Array, sign: number, more: boolean): void =>
    gemm(m, n, k, x, 0, 1, m, y, 0, 1, k, out, 0, 1, m, sign, more);
  add(a.re, b.re, result.re, 1, false);
  if (a.im !== null && b.im !== null) {
    add(a.im, b.im, result.re, -1, true);
    add(a.re, b.im, result.im!, 1, false);
    add(a.im, b.re, result.im!, 1, true);
  }
  return result;
}

const PADE = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
  670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
];

/** The matrix exponential, by scaling and squaring with the Pade approximant of order 13 (Higham 2005). */
export function exponential(a: Matrix): Matrix {
  const n = a.rows;
  const complex = a.im !== null;
  const power = Math.max(0, Math.ceil(Math.log2(oneNorm(a) / 5.371920351148152)));
  if (!Number.isFinite(power)) {
    const result = new Matrix(n, n, complex);
    result.re.fill(oneNorm(a) === 0 ? 0 : Number.NaN);
    if (oneNorm(a) === 0) for (let i = 0; i < n; i++) result.re[i + i * n] = 1;
    return result;
  }
  const x = a.copy();
  scale(n * n, 2 ** -power, 0, x, 0);
  const x2 = multiply(x, x);
  const x4 = multiply(x2, x2);
  const x6 = multiply(x4, x2);
  const combine = (...coefficients: readonly number[]): Matrix => {
    const sum = new Matrix(n, n, complex);
    [Matrix.identity(n, n, complex), x2, x4, x6].forEach((term, i) =>
      axpy(n * n, coefficients[i]!, 0, term, 0, sum, 0),
    );
    return sum;
  };
  const p = PADE as readonly number[];
  const odd = multiply(x6, combine(0, p[9]!, p[11]!, p[13]!));
  axpy(n * n, 1, 0, combine(p[1]!, p[3]!, p[5]!, p[7]!), 0, odd, 0);
  const u = multiply(x, odd);
  const v = multiply(x6, combine(0, p[8]!, p[10]!, p[12]!));
  axpy(n * n, 1, 0, combine(p[0]!, p[2]!, p[4]!, p[6]!), 0, v, 0);
  // (V - U) R = V + U
  let result = v.copy();
  axpy(n * n, 1, 0, u, 0, result, 0);
  axpy(n * n, -1, 0, u, 0, v, 0);
  const pivots = new Int32Array(n);
  factorLU(v, pivots);
  solveLU(v, pivots, result, false);
  for (let i = 0; i < power; i++) result = multiply(result, result);
  return result;
}

function oneNorm({ rows, cols, re, im }: Matrix): number {
  let largest = 0;
  for (let j = 0; j < cols; j++) {
    let sum = 0;
    for (let i = j * rows; i < (j + 1) * rows; i++) sum += im === null ? Math.abs(re[i]!) : Math.hypot(re[i]!, im[i]!);
    largest = Number.isNaN(sum) ? sum : Math.max(largest, sum);
  }
  return largest;
}
