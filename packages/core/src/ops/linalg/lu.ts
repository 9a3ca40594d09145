import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int32 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { sameShape } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import { batchOf, checkEquation, checkMatrix, checkMatrixFloat, checkSameDtype, expandBatch, raise } from "./checks.ts";
import { solveTriangular } from "./triangular.ts";

const smaller = (a: Tensor): number => Math.min(a.shape.at(-2)!, a.shape.at(-1)!);

/** The gradient of A from those of L and U, P L U being A; wide and tall matrices have a part of their own. */
function luBackward(gradL: Tensor | null, gradU: Tensor | null, p: Tensor, l: Tensor, u: Tensor): Tensor | null {
  const gl = gradL?.tril(-1) ?? null;
  const gu = gradU?.triu() ?? null;
  if (gl === null && gu === null) return null;
  const [m, k] = l.shape.slice(-2) as [number, number];
  const n = u.shape.at(-1)!;
  let g: Tensor;
  if (m === n) {
    const lower = gl === null ? null : l.mH.matmul(gl).tril(-1);
    const upper = gu === null ? null : gu.matmul(u.mH).triu();
    g = lower === null ? upper! : upper === null ? lower : lower.add(upper);
    g = solveTriangular(u.mH, g, false, false);
    g = solveTriangular(l.mH, g, true, true, true);
  } else if (m < n) {
    const square = u.narrow(-1, 0, k);
    let inner = gu === null ? l.mH.matmul(gl!) : gu.matmul(u.mH).neg();
    if (gl !== null && gu !== null) inner = l.mH.matmul(gl).add(inner);
    inner = solveTriangular(square.mH, inner.tril(-1), false, false);
    const rest = gu === null ? inner.new_zeros([...batchOf(inner), m, n - k]) : gu.narrow(-1, k, n - k);
    g = callOp("cat", [gu === null ? inner : inner.add(gu.narrow(-1, 0, k)), rest], -1);
    g = solveTriangular(l.mH, g, true, true, true);
  } else {
    const square = l.narrow(-2, 0, k);
    let inner = gl === null ? gu!.matmul(u.mH) : l.mH.matmul(gl).neg();
    if (gl !== null && gu !== null) inner = gu.matmul(u.mH).add(inner);
    inner = solveTriangular(square.mH, inner.triu(), true, true, true);
    const rest = gl === null ? inner.new_zeros([...batchOf(inner), m - k, k]) : gl.narrow(-2, k, m - k);
    g = callOp("cat", [gl === null ? inner : inner.add(gl.narrow(-2, 0, k)), rest], -2);
    g = solveTriangular(u.mH, g, false, false);
  }
  return p.matmul(g);
}

const permutation: Op = defineOp({
  schema: "_lu_permutation(Tensor LU_data, Tensor LU_pivots) -> Tensor",
  doc: "The permutation matrices that pivots stand for.",
  variants: "internal",
  nondifferentiable: true,
  kernel: "_lu_permutation",
  kernelArgs: (_lu: Tensor, pivots: Tensor) => [pivots],
  meta: (lu: Tensor) => ({ shape: [...batchOf(lu), lu.shape.at(-2)!, lu.shape.at(-2)!], dtype: lu.dtype }),
});

const permutationOf = (lu: Tensor, pivots: Tensor): Tensor => call(permutation, [lu.detach(), pivots]) as Tensor;

/** L, with ones on its diagonal, and U of their common matrix. */
function parts(lu: Tensor): [Tensor, Tensor] {
  const k = smaller(lu);
  const lower = lu.narrow(-1, 0, k).tril(-1);
  const ones = callOp("eye.m", lu.shape.at(-2)!, k, lu.dtype, null, lu.device, false, false);
  return [lower.add(ones), lu.narrow(-2, 0, k).triu()];
}

const factorEx: Op = defineOp({
  schema: "_linalg_lu_factor_ex(Tensor A) -> (Tensor LU, Tensor pivots, Tensor info)",
  doc: "L and U in one matrix, pivots counted from 1, and for each matrix 0 or the number of a zero pivot.",
  variants: "internal",
  gradName: "LinalgLuFactorExBackward0",
  kernel: "_linalg_lu_factor_ex",
  meta: (a: Tensor) => [
    { shape: a.shape, dtype: a.dtype },
    { shape: [...batchOf(a), smaller(a)], dtype: int32 },
    { shape: batchOf(a), dtype: int32 },
  ],
  derivative: {
    A: [
      (g: Tensor, lu: Tensor, pivots: Tensor) => {
        const k = smaller(lu);
        return luBackward(g.narrow(-1, 0, k), g.narrow(-2, 0, k), permutationOf(lu, pivots), ...parts(lu));
      },
      "LU",
      "pivots",
    ],
  },
});

/** [LU, pivots, info] of matrices. */
export const factorLU = (a: Tensor): [Tensor, Tensor, Tensor] => call(factorEx, [a]) as [Tensor, Tensor, Tensor];

function checkPivoting(name: string, pivot: boolean): void {
  if (!pivot) throw new RuntimeError(`${name}: LU without pivoting is not implemented on the CPU`);
}

function raiseSingular(name: string, info: Tensor): void {
  raise(
    name,
    info,
    (code) =>
      `U[${code},${code}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)`,
    RuntimeError,
  );
}

defineOp({
  schema:
    "linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor LU, Tensor pivots, Tensor info)",
  doc: "As `lu_factor`, without error for singular matrices: `info` is 0, or the number of the first zero pivot.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor, pivot: boolean) => {
    checkMatrixFloat("torch.lu_factor", a);
    checkPivoting("linalg.lu_factor", pivot);
  },
  decompose: (a: Tensor, _pivot: boolean, check: boolean) => {
    const result = factorLU(a);
    if (check) raiseSingular("torch.linalg.lu_factor_ex", result[2]);
    return result;
  },
});

defineOp({
  schema: "linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)",
  doc: "The LU factorisation A = P L U in one matrix, and the rows exchanged, counted from 1.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor, pivot: boolean) => {
    checkMatrixFloat("torch.lu_factor", a);
    checkPivoting("linalg.lu_factor", pivot);
  },
  decompose: (a: Tensor) => {
    const [lu, pivots, info] = factorLU(a);
    raiseSingular("torch.linalg.lu_factor", info);
    return [lu, pivots];
  },
});

const luOp: Op = defineOp({
  schema: "_linalg_lu(Tensor A) -> (Tensor P, Tensor L, Tensor U)",
  doc: "P, L and U of A = P L U.",
  variants: "internal",
  gradName: "LinalgLuBackward0",
  decompose: (a: Tensor) => {
    const [lu, pivots] = factorLU(a.detach());
    return [permutationOf(lu, pivots), ...parts(lu)];
  },
  derivative: {
    A: [
      (g: readonly (Tensor | null)[], p: Tensor, l: Tensor, u: Tensor) => luBackward(g[1]!, g[2]!, p, l, u),
      "P",
      "L",
      "U",
    ],
  },
});

defineOp({
  schema: "linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)",
  doc: "The LU factorisation A = P L U of matrices [..., m, n], with partial pivoting.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor, pivot: boolean) => {
    checkMatrixFloat("linalg.lu", a);
    checkPivoting("linalg.lu_factor", pivot);
  },
  decompose: (a: Tensor) => {
    const [p, l, u] = call(luOp, [a]) as [Tensor, Tensor, Tensor];
    return [p.detach(), l, u];
  },
});

defineOp({
  schema: "lu(Tensor A, bool pivot=True, bool get_infos=False) -> (Tensor LU, Tensor pivots)",
  doc: "The LU factorisation in one matrix and the rows exchanged, and the codes if asked for; `linalg.lu_factor` replaces it.",
  check: (a: Tensor, pivot: boolean) => {
    checkMatrixFloat("torch.lu_factor", a);
    checkPivoting("linalg.lu_factor", pivot);
  },
  decompose: (a: Tensor, _pivot: boolean, infos: boolean) => {
    const [lu, pivots, info] = factorLU(a);
    return infos ? [lu, pivots, info] : [lu, pivots];
  },
});

const unpack: Op = defineOp({
  schema: "_lu_unpack(Tensor LU_data) -> (Tensor L, Tensor U)",
  doc: "L and U of their common matrix.",
  variants: "internal",
  gradName: "LuUnpackBackward0",
  decompose: (lu: Tensor) => parts(lu.detach()),
  derivative: {
    LU_data: [
      (g: readonly (Tensor | null)[], shape: readonly number[]) => {
        const [m, n] = shape.slice(-2) as [number, number];
        const k = Math.min(m, n);
        const batch = shape.slice(0, -2);
        const [gl, gu] = [g[0]?.tril(-1) ?? null, g[1]?.triu() ?? null];
        const wide = gl === null || k === n ? gl : callOp("cat", [gl, gl.new_zeros([...batch, m, n - k])], -1);
        const tall = gu === null || k === m ? gu : callOp("cat", [gu, gu.new_zeros([...batch, m - k, n])], -2);
        return wide === null ? tall : tall === null ? wide : wide.add(tall);
      },
      "LU_data.shape",
    ],
  },
});

defineOp({
  schema:
    "lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True) -> (Tensor P, Tensor L, Tensor U)",
  doc: "P, L and U from the result of `linalg.lu_factor`; what is not asked for is empty.",
  variants: "function",
  check: (lu: Tensor, pivots: Tensor, _data: boolean, unpackPivots: boolean) => {
    checkMatrix("torch.lu_unpack", lu, "LU_data");
    if (unpackPivots && pivots.dtype !== int32) {
      throw new RuntimeError("torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.");
    }
  },
  decompose: (lu: Tensor, pivots: Tensor, data: boolean, unpackPivots: boolean) => {
    const p = unpackPivots ? permutationOf(lu, pivots) : lu.new_empty([0]);
    return data ? [p, ...(call(unpack, [lu]) as Tensor[])] : [p, lu.new_empty([0]), lu.new_empty([0])];
  },
});

/** The gradient of the factors of A X = B or A^H X = B. */
function luSolveBackward(g: Tensor, lu: Tensor, pivots: Tensor, x: Tensor, adjoint: boolean): Tensor {
  const p = permutationOf(lu, pivots);
  const [l, u] = parts(lu);
  if (!adjoint) {
    const right = solveTriangular(u.mH, g.matmul(x.mH).neg(), false);
    const lower = solveTriangular(l.mH, right.matmul(u.mH), true, true, true).tril(-1);
    return lower.add(right.triu());
  }
  let right = p.mT.matmul(x).matmul(g.mH).matmul(p).neg();
  right = solveTriangular(l.mH, right, true, false, true);
  const upper = solveTriangular(u.mH, l.mH.matmul(right), false, false).triu();
  return right.tril(-1).add(upper);
}

const luSolve: Op = defineOp({
  schema: "_linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, bool adjoint) -> Tensor",
  doc: "The solution of A X = B, or A^H X = B, batches being of equal size.",
  variants: "internal",
  gradName: "LinalgLuSolveBackward0",
  kernel: "_linalg_lu_solve",
  meta: (_lu: Tensor, _pivots: Tensor, b: Tensor) => ({ shape: b.shape, dtype: b.dtype }),
  derivative: {
    LU: [luSolveBackward, "LU", "pivots", "result", "adjoint"],
    B: [
      (g: Tensor, lu: Tensor, pivots: Tensor, adjoint: boolean) => call(luSolve, [lu, pivots, g, !adjoint]) as Tensor,
      "LU",
      "pivots",
      "adjoint",
    ],
  },
});

/** X of A X = B with the factors of A; batch dimensions broadcast. */
export function solveLU(lu: Tensor, pivots: Tensor, b: Tensor, left = true, adjoint = false): Tensor {
  const [factors, right] = expandBatch(lu, left ? b : b.mH);
  const rows = sameShape(batchOf(factors), batchOf(lu))
    ? pivots
    : pivots.expand([...batchOf(factors), pivots.shape.at(-1)!]);
  const x = call(luSolve, [factors, rows, right, left ? adjoint : !adjoint]) as Tensor;
  return left ? x : x.mH;
}

function checkSolve(lu: Tensor, pivots: Tensor, b: Tensor, left: boolean): void {
  checkMatrix("linalg.lu_solve", b, "B");
  if (pivots.dtype !== int32)
    throw new RuntimeError("linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32");
  checkEquation("linalg.lu_solve", lu, b, left);
  if (lu.shape.at(-1) !== pivots.shape.at(-1)) {
    throw new RuntimeError("linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix");
  }
  if (!sameShape(batchOf(lu), pivots.shape.slice(0, -1))) {
    throw new RuntimeError(
      `linalg.lu_solve: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape [${pivots.shape.join(", ")}] instead`,
    );
  }
  checkSameDtype("linalg.lu_solve", lu, b);
}

defineOp({
  schema: "linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False) -> Tensor",
  doc: "The solution of A X = B (not `left`: X A = B; `adjoint`: with A^H) from `linalg.lu_factor`'s result.",
  namespace: "linalg",
  variants: "function",
  check: (lu: Tensor, pivots: Tensor, b: Tensor, left: boolean) => checkSolve(lu, pivots, b, left),
  decompose: solveLU,
});

defineOp({
  schema: "lu_solve(Tensor b, Tensor LU_data, Tensor LU_pivots) -> Tensor",
  doc: "The solution of A X = b from the factors of A; `linalg.lu_solve` replaces it.",
  check: (b: Tensor, lu: Tensor, pivots: Tensor) => checkSolve(lu, pivots, b, true),
  decompose: (b: Tensor, lu: Tensor, pivots: Tensor) => solveLU(lu, pivots, b),
});
