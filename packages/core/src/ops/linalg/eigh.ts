import { anyRequiresGrad, call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { modes } from "../../dispatch/state.ts";
import { toReal } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import { checkSquareFloat } from "./checks.ts";

/** Throws when a loss depends on the phase of complex eigenvectors: parts along the diagonal must be real. */
export function checkPhase(diagonal: Tensor, message: string): void {
  if (!diagonal.dtype.is_complex) return;
  const turned = callOp("imag", diagonal.detach()).abs();
  if (turned.numel() > 0 && turned.max().item() > 1e-2) throw new RuntimeError(message);
}

/** 1 / (x_j - x_i) off the diagonal and 0 on it, for the rows of `x`. */
export function inverseGaps(x: Tensor): Tensor {
  const n = x.shape.at(-1)!;
  const eye = callOp("eye", n, null, null, x.device, false, false).to(x.dtype);
  const gaps = x.unsqueeze(-2).sub(x.unsqueeze(-1)).add(eye);
  return gaps.reciprocal().sub(eye);
}

function eighBackward(gl: Tensor | null, gv: Tensor | null, l: Tensor, v: Tensor): Tensor | null {
  if (gv === null) return gl === null ? null : v.mul(gl.unsqueeze(-2)).matmul(v.mH);
  const turned = v.mH.matmul(gv);
  checkPhase(
    turned.diagonal(0, -2, -1),
    "linalg_eigh_backward: The eigenvectors in the complex case are specified up to multiplication by e^{i phi}. The specified loss function depends on this quantity, so it is ill-defined.",
  );
  let inner = turned.sub(turned.mH).mul(0.5).mul(inverseGaps(l));
  if (gl !== null) inner = inner.add(gl.to(v.dtype).diag_embed());
  return v.matmul(inner.matmul(v.mH));
}

const eighOp: Op = defineOp({
  schema: "_linalg_eigh(Tensor A, bool upper, bool compute_v) -> (Tensor eigenvalues, Tensor eigenvectors)",
  doc: "Eigenvalues and eigenvectors of Hermitian matrices.",
  variants: "internal",
  kernel: "_linalg_eigh",
  meta: (a: Tensor, _upper: boolean, vectors: boolean) => [
    { shape: a.shape.slice(0, -1), dtype: toReal(a.dtype) },
    { shape: vectors ? a.shape : [0], dtype: a.dtype },
  ],
  derivative: {
    A: [
      (g: readonly (Tensor | null)[], l: Tensor, v: Tensor) => eighBackward(g[0] ?? null, g[1] ?? null, l, v),
      "eigenvalues",
      "eigenvectors",
    ],
  },
});

/** Eigenvalues, ascending, and eigenvectors of Hermitian matrices, of which one triangle is read. */
export const eigh = (a: Tensor, upper = false): [Tensor, Tensor] => call(eighOp, [a, upper, true]) as [Tensor, Tensor];

/** Eigenvalues alone; a gradient needs the vectors too. */
export function eigenvalues(a: Tensor, upper: boolean): Tensor {
  const vectors = modes().gradEnabled && anyRequiresGrad(eighOp, [a, upper, true]);
  return (call(eighOp, [a, upper, vectors]) as Tensor[])[0]!;
}

function isUpper(uplo: string): boolean {
  const upper = uplo.toUpperCase();
  if (upper !== "L" && upper !== "U")
    throw new RuntimeError(`Expected UPLO argument to be 'L' or 'U', but got ${uplo}`);
  return upper === "U";
}

defineOp({
  schema: 'linalg_eigh(Tensor A, str UPLO="L") -> (Tensor eigenvalues, Tensor eigenvectors)',
  doc: "Eigenvalues, ascending, and orthonormal eigenvectors (as columns) of Hermitian matrices; only the triangle UPLO is read.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.eigh", a),
  decompose: (a: Tensor, uplo: string) => eigh(a, isUpper(uplo)),
});

defineOp({
  schema: 'linalg_eigvalsh(Tensor A, str UPLO="L") -> Tensor',
  doc: "Eigenvalues of Hermitian matrices, ascending.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.eigvalsh", a),
  decompose: (a: Tensor, uplo: string) => eigenvalues(a, isUpper(uplo)),
});

defineOp({
  schema: "symeig(Tensor input, bool eigenvectors=False, bool upper=True) -> (Tensor eigenvalues, Tensor eigenvectors)",
  doc: "Eigenvalues of Hermitian matrices and, if asked for, eigenvectors (else empty); `linalg.eigh` replaces it.",
  check: (a: Tensor) => checkSquareFloat("linalg.symeig", a),
  decompose: (a: Tensor, vectors: boolean, upper: boolean) =>
    vectors ? eigh(a, upper) : [eigenvalues(a, upper), a.new_empty([0])],
});
