import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int32 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { batchOf, checkEquation, checkSameDtype, checkSquareFloat, expandBatch, raise } from "./checks.ts";

const factorEx: Op = defineOp({
  schema: "_linalg_ldl_factor_ex(Tensor A, bool hermitian) -> (Tensor LD, Tensor pivots, Tensor info)",
  doc: "The LDL factorisation in one matrix.",
  variants: "internal",
  nondifferentiable: true,
  kernel: "_linalg_ldl_factor_ex",
  meta: (a: Tensor) => [
    { shape: a.shape, dtype: a.dtype },
    { shape: a.shape.slice(0, -1), dtype: int32 },
    { shape: batchOf(a), dtype: int32 },
  ],
});

function factor(a: Tensor, hermitian: boolean): [Tensor, Tensor, Tensor] {
  const [ld, pivots, info] = call(factorEx, [a.detach(), hermitian && a.dtype.is_complex]) as [Tensor, Tensor, Tensor];
  return [ld.tril(), pivots, info];
}

const zeroPivot = (code: number): string =>
  `D[${code},${code}] is zero and using it on ldl_solve would result in a division by zero.`;

defineOp({
  schema:
    "linalg_ldl_factor_ex(Tensor A, *, bool hermitian=False, bool check_errors=False) -> (Tensor LD, Tensor pivots, Tensor info)",
  doc: "As `ldl_factor`, without error: `info` is 0, or the number of the first zero pivot.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("torch.linalg.ldl_factor_ex", a),
  decompose: (a: Tensor, hermitian: boolean, check: boolean) => {
    const result = factor(a, hermitian);
    if (check) raise("torch.linalg.ldl_factor_ex", result[2], zeroPivot, RuntimeError);
    return result;
  },
});

defineOp({
  schema: "linalg_ldl_factor(Tensor A, *, bool hermitian=False) -> (Tensor LD, Tensor pivots)",
  doc: "The factorisation L D L^T (L D L^H if `hermitian`) of symmetric matrices, by the pivoting of Bunch and Kaufman; the lower triangle is read.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("torch.linalg.ldl_factor", a),
  decompose: (a: Tensor, hermitian: boolean) => {
    const [ld, pivots, info] = factor(a, hermitian);
    raise("torch.linalg.ldl_factor", info, zeroPivot, RuntimeError);
    return [ld, pivots];
  },
});

const solve: Op = defineOp({
  schema: "_linalg_ldl_solve(Tensor LD, Tensor pivots, Tensor B, bool hermitian) -> Tensor",
  doc: "The solution of A X = B, batches being of equal size.",
  variants: "internal",
  nondifferentiable: true,
  kernel: "_linalg_ldl_solve",
  meta: (_ld: Tensor, _pivots: Tensor, b: Tensor) => ({ shape: b.shape, dtype: b.dtype }),
});

defineOp({
  schema: "linalg_ldl_solve(Tensor LD, Tensor pivots, Tensor B, *, bool hermitian=False) -> Tensor",
  doc: "The solution of A X = B from `ldl_factor`'s result.",
  namespace: "linalg",
  variants: "function",
  check: (ld: Tensor, pivots: Tensor, b: Tensor) => {
    checkSquareFloat("torch.linalg.ldl_solve", ld);
    if (b.ndim < 2) {
      throw new RuntimeError(
        `torch.linalg.ldl_solve: Expected B to have at least 2 dimensions, but it has ${b.ndim} dimensions instead`,
      );
    }
    if (pivots.dtype.category !== 1) {
      throw new RuntimeError("torch.linalg.ldl_solve: Expected pivots to be integers. Got " + pivots.dtype.name);
    }
    checkSameDtype("torch.linalg.ldl_solve", ld, b);
    checkEquation("torch.linalg.ldl_solve", ld, b, true);
  },
  decompose: (ld: Tensor, pivots: Tensor, b: Tensor, hermitian: boolean) => {
    const [factors, right] = expandBatch(ld.detach(), b.detach());
    const rows = pivots.expand([...batchOf(factors), pivots.shape.at(-1)!]);
    return call(solve, [factors, rows, right, hermitian && ld.dtype.is_complex]);
  },
});
