import { defineOp } from "../../dispatch/op.ts";
import type { DType, Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import { batchOf, checkFloat, checkMatrix, checkSquare } from "./checks.ts";
import { singularValues } from "./svd.ts";

type Dims = readonly number[] | null;

const vectorNorm = (x: Tensor, ord: number, dim: Dims, keepdim: boolean, dtype: DType | null): Tensor =>
  callOp("_vector_norm", x, ord, dim, keepdim, dtype);

defineOp({
  schema:
    "linalg_vector_norm(Tensor x, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
  doc: "The norm of order `ord` of vectors along `dim` (a number, several dimensions flattened, or null for all).",
  namespace: "linalg",
  variants: "function",
  decompose: (x: Tensor, ord: Scalar, dim: Dims, keepdim: boolean, dtype: DType | null) =>
    vectorNorm(x, Number(ord), dim, keepdim, dtype),
});

/** Singular values of the matrices over two dims, combined by `reduce`; the dims stay as 1 if asked for. */
function bySingularValues(
  a: Tensor,
  [d0, d1]: readonly [number, number],
  keepdim: boolean,
  reduce: (s: Tensor) => Tensor,
): Tensor {
  const result = reduce(singularValues(a.movedim([d0, d1], [-2, -1])));
  return keepdim ? [d0, d1].toSorted((x, y) => x - y).reduce((x, d) => x.unsqueeze(d), result) : result;
}

function matrixNorm(a: Tensor, ord: unknown, dim: readonly number[], keepdim: boolean, dtype: DType | null): Tensor {
  checkMatrix("linalg.matrix_norm", a);
  if (dim.length !== 2) throw new RuntimeError(`linalg.matrix_norm: dim must be a 2-tuple. Got ${dim.join(", ")}`);
  const d0 = wrapDim(dim[0]!, a.ndim);
  const d1 = wrapDim(dim[1]!, a.ndim);
  if (d0 === d1) throw new RuntimeError(`linalg.matrix_norm: dims must be different. Got (${dim[0]}, ${dim[1]})`);
  if (ord === "fro") return vectorNorm(a, 2, [d0, d1], keepdim, dtype);
  const unsupported = (): never => {
    throw new RuntimeError(`linalg.matrix_norm: Order ${String(ord)} not supported.`);
  };
  const x = dtype === null ? a : a.to(dtype);
  if (ord === "nuc") {
    checkFloat("linalg.matrix_norm", x);
    return bySingularValues(x, [d0, d1], keepdim, (s) => s.sum(-1));
  }
  if (typeof ord !== "number") return unsupported();
  const size = Math.abs(ord);
  if (size === 2) {
    checkFloat("linalg.matrix_norm", x);
    return bySingularValues(x, [d0, d1], keepdim, (s) => (ord > 0 ? s.amax(-1) : s.amin(-1)));
  }
  if (size !== 1 && size !== Number.POSITIVE_INFINITY) return unsupported();
  const [sum, pick] = size === 1 ? [d0, d1] : [d1, d0];
  const sums = vectorNorm(x, 1, [sum], keepdim, null);
  const at = !keepdim && sum < pick ? pick - 1 : pick;
  return ord > 0 ? sums.amax(at, keepdim) : sums.amin(at, keepdim);
}

defineOp({
  schema:
    'linalg_matrix_norm(Tensor A, Any ord="fro", int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  doc: 'The norm of matrices over two dims: "fro", "nuc", 1, -1, 2, -2, inf or -inf.',
  namespace: "linalg",
  variants: "function",
  decompose: (a: Tensor, ord: unknown, dim: readonly number[], keepdim: boolean, dtype: DType | null) =>
    matrixNorm(a, ord, dim, keepdim, dtype),
});

function norm(a: Tensor, ord: unknown, dim: Dims, keepdim: boolean, dtype: DType | null): Tensor {
  if (dim !== null && dim.length !== 1 && dim.length !== 2) {
    throw new RuntimeError(`linalg.norm: If dim is specified, it mut be of length 1 or 2. Got [${dim.join(", ")}]`);
  }
  if (ord === null) return vectorNorm(a, 2, dim, keepdim, dtype);
  if (dim === null && a.ndim !== 1 && a.ndim !== 2) {
    throw new RuntimeError(
      `linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ${a.ndim}D.`,
    );
  }
  const dims = dim ?? [...a.shape.keys()];
  if (dims.length === 2 || typeof ord === "string") return matrixNorm(a, ord, dims, keepdim, dtype);
  return vectorNorm(a, Number(ord), dims, keepdim, dtype);
}

defineOp({
  schema:
    "linalg_norm(Tensor A, Any ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
  doc: "The norm of vectors (one dim) or matrices (two); without `ord` the square root of the sum of squares.",
  namespace: "linalg",
  variants: "function",
  decompose: norm,
});

defineOp({
  schema: "linalg_cond(Tensor A, Any p=None) -> Tensor",
  doc: "The condition numbers of matrices with respect to a norm; of singular matrices inf.",
  namespace: "linalg",
  variants: "function",
  decompose: (a: Tensor, p: string | number | null) => {
    if (a.ndim < 2) throw new RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.");
    if (p === null || p === 2 || p === -2) {
      checkFloat("linalg.cond", a);
      if (a.numel() === 0) return singularValues(a).new_zeros(batchOf(a));
      const s = singularValues(a);
      const last = s.shape.at(-1)! - 1;
      const [top, bottom] = p === -2 ? [last, 0] : [0, last];
      return s.select(-1, top).div(s.select(-1, bottom));
    }
    checkSquare(`linalg.cond(ord=${p})`, a);
    const [inverse, info] = callOp("linalg_inv_ex", a, false) as unknown as [Tensor, Tensor];
    const failed = info.ne(0).unsqueeze(-1).unsqueeze(-1);
    const filled = inverse.masked_fill(failed, Number.POSITIVE_INFINITY);
    return matrixNorm(a, p, [-2, -1], false, null).mul(matrixNorm(filled, p, [-2, -1], false, null));
  },
});
