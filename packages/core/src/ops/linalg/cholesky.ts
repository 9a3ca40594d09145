import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int32 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import {
  batchOf,
  checkEquation,
  checkFloat,
  checkSameDtype,
  checkSquare,
  checkSquareFloat,
  expandBatch,
  raise,
} from "./checks.ts";
import { solveTriangular } from "./triangular.ts";

/** Murray, "Differentiation of the Cholesky decomposition" (2016), for complex matrices. */
function choleskyBackward(g: Tensor, upper: boolean, result: Tensor): Tensor {
  const [l, gl] = upper ? [result.mH, g.mH] : [result, g];
  let phi = l.mH.matmul(gl).tril();
  phi = phi.add(phi.tril(-1).mH);
  phi = solveTriangular(l.mH, phi, true);
  return solveTriangular(l, phi, false, false).mul(0.5);
}

const choleskyEx: Op = defineOp({
  schema: "_linalg_cholesky_ex(Tensor A, bool upper) -> (Tensor L, Tensor info)",
  doc: "The Cholesky factors, and for each matrix 0 or the order of the minor that failed.",
  variants: "internal",
  gradName: "LinalgCholeskyExBackward0",
  kernel: "_linalg_cholesky_ex",
  meta: (a: Tensor) => [
    { shape: a.shape, dtype: a.dtype },
    { shape: batchOf(a), dtype: int32 },
  ],
  derivative: { A: [choleskyBackward, "upper", "L"] },
});

const factor = (a: Tensor, upper: boolean): [Tensor, Tensor] => call(choleskyEx, [a, upper]) as [Tensor, Tensor];

function checked(name: string, a: Tensor, upper: boolean): Tensor {
  const [l, info] = factor(a, upper);
  raise(
    name,
    info,
    (code) =>
      `The factorization could not be completed because the input is not positive-definite (the leading minor of order ${code} is not positive-definite).`,
  );
  return l;
}

defineOp({
  schema: "linalg_cholesky_ex(Tensor A, *, bool upper=False, bool check_errors=False) -> (Tensor L, Tensor info)",
  doc: "As `cholesky`, without error: `info` is 0, or the order of the leading minor that is not positive-definite.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.cholesky_ex", a),
  decompose: (a: Tensor, upper: boolean, check: boolean) => {
    if (check) checked("linalg.cholesky_ex", a, upper);
    return factor(a, upper);
  },
});

defineOp({
  schema: "linalg_cholesky(Tensor A, *, bool upper=False) -> Tensor",
  doc: "The Cholesky factor L of A = L L^H, for Hermitian positive-definite A [..., n, n]; only the lower triangle is read.",
  example:
    'import { tensor } from "@tt/core";\nimport * as linalg from "@tt/core/linalg";\nlinalg.cholesky(tensor([[4, 2], [2, 5]])).tolist(); // [[2, 0], [1, 2]]',
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.cholesky", a),
  decompose: (a: Tensor, upper: boolean) => checked("linalg.cholesky", a, upper),
});

defineOp({
  schema: "cholesky(Tensor input, bool upper=False) -> Tensor",
  doc: "The Cholesky factor of Hermitian positive-definite matrices; `linalg.cholesky` replaces it.",
  check: (a: Tensor) => checkSquareFloat("cholesky", a),
  decompose: (a: Tensor, upper: boolean) => checked("cholesky", a, upper),
});

/** The gradient of a factor L from the sum of an expression and its adjoint. */
function factorGradient(common: Tensor, l: Tensor, upper: boolean): Tensor {
  const both = common.add(common.mH);
  return (upper ? l.matmul(both) : both.matmul(l)).neg();
}

defineOp({
  schema: "cholesky_inverse(Tensor input, bool upper=False) -> Tensor",
  doc: "The inverse of a matrix of which `input` is the Cholesky factor.",
  kernel: "cholesky_inverse",
  check: (l: Tensor) => {
    checkSquare("cholesky_inverse", l);
    checkFloat("cholesky_inverse", l);
  },
  meta: (l: Tensor) => ({ shape: l.shape, dtype: l.dtype }),
  derivative: {
    input: [
      (g: Tensor, l: Tensor, upper: boolean, result: Tensor) => {
        const common = result.matmul(g.add(g.mH)).matmul(result);
        return (upper ? l.matmul(common) : common.matmul(l)).neg();
      },
      "input",
      "upper",
      "result",
    ],
  },
});

const solve: Op = defineOp({
  schema: "_cholesky_solve_helper(Tensor input, Tensor input2, bool upper) -> Tensor",
  doc: "The solution of A X = B for batches of equal size.",
  variants: "internal",
  gradName: "CholeskySolveBackward0",
  kernel: "_cholesky_solve_helper",
  meta: (b: Tensor) => ({ shape: b.shape, dtype: b.dtype }),
  derivative: {
    "input, input2": [
      (g: Tensor, needs: readonly boolean[], l: Tensor, upper: boolean, result: Tensor) => {
        const right = callOp("cholesky_solve", g, l, upper);
        return [right, needs[1] ? factorGradient(right.matmul(result.mH), l, upper) : null];
      },
      "input2",
      "upper",
      "result",
    ],
  },
});

defineOp({
  schema: "cholesky_solve(Tensor input, Tensor input2, bool upper=False) -> Tensor",
  doc: "The solution of A X = `input`, where `input2` is the Cholesky factor of A.",
  decompose: (b: Tensor, l: Tensor, upper: boolean) => {
    for (const [name, x] of [
      ["b", b],
      ["u", l],
    ] as const) {
      if (x.ndim < 2) {
        throw new RuntimeError(`${name} should have at least 2 dimensions, but has ${x.ndim} dimensions instead`);
      }
    }
    checkFloat("cholesky_solve", b);
    checkSameDtype("cholesky_solve", l, b);
    checkEquation("cholesky_solve", l, b, true);
    return call(solve, [...expandBatch(b, l), upper]);
  },
});
