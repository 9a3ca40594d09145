import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkEquation, checkFloat, checkSameDtype, expandBatch } from "./checks.ts";

const kernel: Op = defineOp({
  schema: "_linalg_solve_triangular(Tensor A, Tensor B, bool upper, bool unitriangular) -> Tensor",
  doc: "The solution of A X = B for triangular A, batches being of equal size.",
  variants: "internal",
  gradName: "LinalgSolveTriangularBackward0",
  kernel: "_linalg_solve_triangular",
  meta: (_a: Tensor, b: Tensor) => ({ shape: b.shape, dtype: b.dtype }),
  derivative: {
    "A, B": [
      (g: Tensor, needs: readonly boolean[], a: Tensor, upper: boolean, unit: boolean, x: Tensor) => {
        const right = solveTriangular(a.mH, g, !upper, true, unit);
        if (!needs[0]) return [null, right];
        const left = right.matmul(x.mH).neg();
        return [upper ? left.triu(unit ? 1 : 0) : left.tril(unit ? -1 : 0), right];
      },
      "A",
      "upper",
      "unitriangular",
      "result",
    ],
  },
});

/** X of A X = B (or X A = B) for triangular A; batch dimensions broadcast. */
export function solveTriangular(a: Tensor, b: Tensor, upper: boolean, left = true, unit = false): Tensor {
  const [x, y] = expandBatch(a, b);
  if (left) return call(kernel, [x, y, upper, unit]) as Tensor;
  return (call(kernel, [x.mT, y.mT, !upper, unit]) as Tensor).mT;
}

defineOp({
  schema:
    "linalg_solve_triangular(Tensor A, Tensor B, *, bool upper, bool left=True, bool unitriangular=False) -> Tensor",
  doc: "The solution of A X = B for triangular A [..., n, n], or of X A = B when not `left`; the other triangle is not read.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor, b: Tensor, _upper: boolean, left: boolean) => {
    checkEquation("linalg.solve_triangular", a, b, left);
    checkFloat("linalg.solve_triangular", a);
  },
  decompose: (a: Tensor, b: Tensor, upper: boolean, left: boolean, unit: boolean) => {
    checkSameDtype("linalg.solve_triangular", a, b);
    return solveTriangular(a, b, upper, left, unit);
  },
});

defineOp({
  schema:
    "triangular_solve(Tensor b, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False) -> (Tensor solution, Tensor cloned_coefficient)",
  doc: "The solution of A X = b for triangular A, and a copy of A; `linalg.solve_triangular` replaces it.",
  decompose: (b: Tensor, a: Tensor, upper: boolean, transpose: boolean, unit: boolean) => {
    for (const [name, x] of [
      ["b", b],
      ["A", a],
    ] as const) {
      if (x.ndim < 2) {
        throw new RuntimeError(
          `torch.triangular_solve: Expected ${name} to have at least 2 dimensions, but it has ${x.ndim} dimensions instead`,
        );
      }
    }
    checkEquation("triangular_solve", a, b, true);
    checkSameDtype("triangular_solve", a, b);
    const [left, right] = expandBatch(a, b);
    return [
      transpose ? solveTriangular(left.mT, right, !upper, true, unit) : solveTriangular(left, right, upper, true, unit),
      left.clone(),
    ];
  },
});
