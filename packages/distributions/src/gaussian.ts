/** Linear algebra that the multivariate normal distributions share. */
import { eye, type Tensor } from "@tt/core";
import { cholesky, solve_triangular } from "@tt/core/linalg";

/** Batched matrix times vector. */
export const batchMv = (matrix: Tensor, vector: Tensor): Tensor => matrix.matmul(vector.unsqueeze(-1)).squeeze(-1);

/** The last two dimensions exchanged. */
export const transposed = (matrix: Tensor): Tensor => matrix.transpose(-2, -1);

/** The sum of logarithms of the diagonal. */
export const logDiagonalSum = (matrix: Tensor): Tensor => matrix.diagonal(0, -2, -1).log().sum(-1);

/** The trace of X times its transpose. */
export const traceXXT = (x: Tensor): Tensor => x.pow(2).sum([-2, -1]);

/** Matrices that broadcast with others of `batch_shape`. */
export const inBatch = (matrix: Tensor, batch_shape: readonly number[]): Tensor =>
  matrix.expand([...batch_shape, ...matrix.shape.slice(-2)]);

/** Squared Mahalanobis distance of `x` for the covariance L times its transpose; batches of L broadcast to those of `x`. */
export function mahalanobis(L: Tensor, x: Tensor): Tensor {
  const n = x.shape.at(-1)!;
  const xBatch = x.shape.slice(0, -1);
  const lBatch = L.shape.slice(0, -2);
  const outer = xBatch.length - lBatch.length;
  // L of (i, 1, n, n) and x of (..., i, j, n): x becomes (..., 1, j, i, 1, n), so that each L is solved for once.
  const split = lBatch.flatMap((size, k) => [xBatch[outer + k]! / size, size]);
  const evens = lBatch.map((_, k) => outer + 2 * k);
  const order = [...xBatch.slice(0, outer).keys(), ...evens, ...evens.map((k) => k + 1), outer + 2 * lBatch.length];
  const grouped = x.reshape([...xBatch.slice(0, outer), ...split, n]).permute(order);
  const flatL = L.reshape([-1, n, n]);
  const columns = grouped.reshape([-1, flatL.shape[0]!, n]).permute([1, 2, 0]);
  const distances = solve_triangular(flatL, columns, { upper: false }).pow(2).sum(-2).t();
  const back = [...xBatch.slice(0, outer).keys(), ...lBatch.flatMap((_, k) => [outer + k, outer + lBatch.length + k])];
  return distances.reshape(grouped.shape.slice(0, -1)).permute(back).reshape(xBatch);
}

/** The Cholesky factor of the inverse of P. */
export function precisionToScaleTril(P: Tensor): Tensor {
  const flipped = cholesky(P.flip([-2, -1]));
  const inverse = transposed(flipped.flip([-2, -1]));
  const identity = eye(P.shape.at(-1)!, { dtype: P.dtype, device: P.device });
  return solve_triangular(inverse, identity, { upper: false });
}
