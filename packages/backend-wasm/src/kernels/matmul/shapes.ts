import type { Tensor } from "@tt/core";

/** A matrix in a batch of them: sizes apart, where each step leads, in elements. */
export interface Matrix {
  readonly tensor: Tensor;
  readonly batch: number;
  readonly row: number;
  readonly column: number;
}

/** out[batch][m][n] = a[batch][m][k] times b[batch][k][n] + beta * bias. */
export interface Problem {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly out: Matrix;
  /** Null where nothing is added. */
  readonly bias: Matrix | null;
}

/** The steps of a tensor of up to three dimensions, broadcast to a matrix or a batch of them. */
function matrixOf(tensor: Tensor): Matrix {
  const { shape, strides, ndim } = tensor;
  const step = (back: number): number => (ndim < back || shape[ndim - back] === 1 ? 0 : strides[ndim - back]!);
  return { tensor, batch: step(3), row: step(2), column: step(1) };
}

export function problemOf(out: Tensor, a: Tensor, b: Tensor, bias: Tensor | null): Problem {
  const rank = out.ndim;
  return {
    batch: rank === 3 ? out.shape[0]! : 1,
    m: out.shape[rank - 2]!,
    n: out.shape[rank - 1]!,
    k: a.shape[rank - 1]!,
    a: matrixOf(a),
    b: matrixOf(b),
    out: matrixOf(out),
    bias: bias === null ? null : matrixOf(bias),
  };
}

const turned = (matrix: Matrix): Matrix => ({ ...matrix, row: matrix.column, column: matrix.row });

/** The same product, transposed. */
export function transposed({ batch, m, n, k, a, b, out, bias }: Problem): Problem {
  return {
    batch,
    m: n,
    n: m,
    k,
    a: turned(b),
    b: turned(a),
    out: turned(out),
    bias: bias === null ? null : turned(bias),
  };
}
