import { anyRequiresGrad, call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { modes } from "../../dispatch/state.ts";
import { toComplex } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { callOp } from "../pointwise/formulas.ts";
import { checkSquareFloat } from "./checks.ts";
import { checkPhase, inverseGaps } from "./eigh.ts";

const solve = (a: Tensor, b: Tensor): Tensor => callOp("linalg_solve", a, b, true);

/** V^-H (diag(gL) + (V^H gV - V^H V Re diag(V^H gV)) / E) V^H with E the conjugate differences of eigenvalues. */
function eigBackward(gl: Tensor | null, gv: Tensor | null, l: Tensor, v: Tensor): Tensor | null {
  if (gv === null) return gl === null ? null : solve(v.mH, v.mH.mul(gl.unsqueeze(-1)));
  const turned = v.mH.matmul(gv);
  const diagonal = turned.diagonal(0, -2, -1);
  checkPhase(
    diagonal,
    "linalg_eig_backward: The eigenvectors in the complex case are specified up to multiplication by e^{i phi}. The specified loss function depends on this quantity, so it is ill-defined.",
  );
  let inner = turned.sub(v.mH.matmul(v.mul(callOp("real", diagonal).unsqueeze(-2))));
  inner = inner.mul(inverseGaps(conj(l)));
  if (gl !== null) inner = inner.add(gl.diag_embed());
  return solve(v.mH, inner.matmul(v.mH));
}

const eigOp: Op = defineOp({
  schema: "_linalg_eig(Tensor A, bool compute_v) -> (Tensor eigenvalues, Tensor eigenvectors)",
  doc: "Eigenvalues and eigenvectors of square matrices.",
  variants: "internal",
  kernel: "_linalg_eig",
  meta: (a: Tensor, vectors: boolean) => [
    { shape: a.shape.slice(0, -1), dtype: toComplex(a.dtype) },
    { shape: vectors ? a.shape : [0], dtype: toComplex(a.dtype) },
  ],
  derivative: {
    A: [
      (g: readonly (Tensor | null)[], l: Tensor, v: Tensor) => eigBackward(g[0] ?? null, g[1] ?? null, l, v),
      "eigenvalues",
      "eigenvectors",
    ],
  },
});

defineOp({
  schema: "linalg_eig(Tensor A) -> (Tensor eigenvalues, Tensor eigenvectors)",
  doc: "Complex eigenvalues and unit eigenvectors (as columns) of square matrices.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.eig", a),
  decompose: (a: Tensor) => call(eigOp, [a, true]),
});

defineOp({
  schema: "linalg_eigvals(Tensor A) -> Tensor",
  doc: "The complex eigenvalues of square matrices.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.eigvals", a),
  decompose: (a: Tensor) => {
    const vectors = modes().gradEnabled && anyRequiresGrad(eigOp, [a, true]);
    return (call(eigOp, [a, vectors]) as Tensor[])[0];
  },
});
