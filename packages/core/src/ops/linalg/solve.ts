import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int32 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { numelOf, wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import { checkEquation, checkFloat, checkSameDtype, checkSquareFloat, isVectorCase, raise } from "./checks.ts";
import { torchForm } from "./forms.ts";
import { factorLU, solveLU } from "./lu.ts";

const solveEx: Op = defineOp({
  schema: "_linalg_solve_ex(Tensor A, Tensor B, bool left) -> (Tensor result, Tensor info)",
  doc: "The solution of A X = B, or X A = B, by LU factorisation.",
  variants: "internal",
  gradName: "LinalgSolveExBackward0",
  decompose: (a: Tensor, b: Tensor, left: boolean) => {
    const vector = isVectorCase(a, b);
    const [lu, pivots, info] = factorLU(a.detach());
    const right = vector ? b.detach().unsqueeze(-1) : b.detach();
    const x = solveLU(lu, pivots, right, vector || left);
    return [vector ? x.squeeze(-1) : x, info];
  },
  derivative: {
    "A, B": [
      (g: Tensor, needs: readonly boolean[], a: Tensor, b: readonly number[], left: boolean, x: Tensor) => {
        const vector = b.length === 1 || (a.ndim - 1 === b.length && b.every((size, d) => size === a.shape[d]));
        const right = (call(solveEx, [a.mH, g, left]) as Tensor[])[0]!;
        if (!needs[0]) return [null, right];
        if (vector) return [right.unsqueeze(-1).matmul(x.unsqueeze(-1).mH).neg(), right];
        return [(left ? right.matmul(x.mH) : x.mH.matmul(right)).neg(), right];
      },
      "A",
      "B.shape",
      "left",
      "result",
    ],
  },
});

/** [X, info] of A X = B, or X A = B. */
const solution = (a: Tensor, b: Tensor, left = true): [Tensor, Tensor] =>
  call(solveEx, [a, b, left]) as [Tensor, Tensor];

function checkSolve(name: string, a: Tensor, b: Tensor, left: boolean): void {
  checkFloat(name, a);
  checkSameDtype(name, a, b);
  const vector = isVectorCase(a, b);
  if (vector && !left) {
    throw new RuntimeError(
      `linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case linalg.solve is equivalent to B / A.squeeze(-1)`,
    );
  }
  checkEquation("linalg.solve", a, vector ? b.unsqueeze(-1) : b, left);
}

const singular = (): string => "The solver failed because the input matrix is singular.";

defineOp({
  schema:
    "linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor info)",
  doc: "As `solve`, without error: `info` is 0, or the number of the first zero pivot.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor, b: Tensor, left: boolean) => checkSolve("linalg.solve", a, b, left),
  decompose: (a: Tensor, b: Tensor, left: boolean, check: boolean) => {
    const result = solution(a, b, left);
    if (check) raise("torch.linalg.solve_ex", result[1], singular);
    return result;
  },
});

defineOp({
  schema: "linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor",
  doc: "The solution of A X = B (not `left`: X A = B) for A [..., n, n] and B [..., n, k] or [..., n].",
  example:
    'import { tensor } from "@tt/core";\nimport * as linalg from "@tt/core/linalg";\nlinalg.solve(tensor([[2, 0], [0, 4]]), tensor([2, 2])).tolist(); // [1, 0.5]',
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor, b: Tensor, left: boolean) => checkSolve("linalg.solve", a, b, left),
  decompose: (a: Tensor, b: Tensor, left: boolean) => {
    const [x, info] = solution(a, b, left);
    raise("torch.linalg.solve", info, singular);
    return x;
  },
});

const invEx: Op = defineOp({
  schema: "_linalg_inv_ex(Tensor A) -> (Tensor inverse, Tensor info)",
  doc: "The inverses, and for each matrix 0 or the number of a zero pivot.",
  variants: "internal",
  gradName: "LinalgInvExBackward0",
  decompose: (a: Tensor) => {
    const [lu, pivots, info] = factorLU(a.detach());
    const n = a.shape.at(-1)!;
    const ones = callOp("eye", n, a.dtype, null, a.device, false, false).expand(a.shape);
    return [solveLU(lu, pivots, ones), info.to(int32)];
  },
  derivative: {
    A: [(g: Tensor, inverse: Tensor) => inverse.mH.matmul(g.matmul(inverse.mH)).neg(), "inverse"],
  },
});

const inverse = (a: Tensor): [Tensor, Tensor] => call(invEx, [a]) as [Tensor, Tensor];

const noInverse = (code: number): string =>
  `The diagonal element ${code} is zero, the inversion could not be completed because the input matrix is singular.`;

defineOp({
  schema: "linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)",
  doc: "As `inv`, without error for singular matrices: `info` is 0, or the number of the first zero pivot.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.inv", a),
  decompose: (a: Tensor, check: boolean) => {
    const result = inverse(a);
    if (check) raise("linalg.inv_ex", result[1], noInverse);
    return result;
  },
});

defineOp({
  schema: "linalg_inv(Tensor A) -> Tensor",
  doc: "The inverses of square matrices.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.inv", a),
  decompose: (a: Tensor) => {
    const [result, info] = inverse(a);
    raise("linalg.inv", info, noInverse);
    return result;
  },
});

torchForm("inverse(Tensor input) -> Tensor", "linalg_inv", "The inverses of square matrices.");

const describe = (from: number, to: number, left: string, right: string): string =>
  `Expected self to satisfy the requirement prod(self.shape[${left}]) == prod(self.shape[${right}]), but got ${from} != ${to}`;

defineOp({
  schema: "linalg_tensorinv(Tensor A, int ind=2) -> Tensor",
  doc: "The inverse of `tensordot` with A over its first `ind` dimensions.",
  namespace: "linalg",
  variants: "function",
  decompose: (a: Tensor, ind: number) => {
    if (ind <= 0) throw new RuntimeError(`Expected a strictly positive integer for 'ind', but got ${ind}`);
    const [first, rest] = [a.shape.slice(0, ind), a.shape.slice(ind)];
    const [m, n] = [numelOf(first), numelOf(rest)];
    if (m !== n) throw new RuntimeError(describe(n, m, "ind:", ":ind"));
    return callOp("linalg_inv", a.reshape([m, m])).reshape([...rest, ...first]);
  },
});

defineOp({
  schema: "linalg_tensorsolve(Tensor A, Tensor B, int[]? dims=None) -> Tensor",
  doc: "The solution X of `tensordot(A, X, X.ndim) = B`; the dimensions `dims` of A go to its end first.",
  namespace: "linalg",
  variants: "function",
  decompose: (a: Tensor, b: Tensor, dims: readonly number[] | null) => {
    let moved = a;
    if (dims !== null) {
      const back = dims.map((d) => wrapDim(d, a.ndim));
      moved = a.movedim(
        back,
        back.map((_, i) => a.ndim - back.length + i),
      );
    }
    const rest = moved.shape.slice(b.ndim);
    const [m, n] = [numelOf(rest), numelOf(moved.shape.slice(0, b.ndim))];
    if (m !== n) throw new RuntimeError(describe(m, n, "other.ndim:", ":other.ndim"));
    return callOp("linalg_solve", moved.reshape([m, m]), b.flatten(), true).reshape(rest);
  },
});
