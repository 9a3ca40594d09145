import { anyRequiresGrad, call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { modes } from "../../dispatch/state.ts";
import { toReal } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { batchOf, checkFloat } from "./checks.ts";
import { checkPhase, inverseGaps } from "./eigh.ts";

const skew = (x: Tensor): Tensor => x.sub(x.mH);

/** Differentiates U diag(S) Vh; see Wan and Zhang, "Automatic differentiation for complex valued SVD" (2019). */
function svdBackward(
  grads: readonly (Tensor | null)[],
  u: Tensor,
  s: Tensor,
  vh: Tensor,
  rows: number,
  cols: number,
): Tensor | null {
  const k = s.shape.at(-1)!;
  const gu = grads[0]?.narrow(-1, 0, k) ?? null;
  const gs = grads[1] ?? null;
  const gv = grads[2]?.narrow(-2, 0, k) ?? null;
  const [left, right] = [u.narrow(-1, 0, k), vh.narrow(-2, 0, k)];
  if (gu === null && gv === null) {
    if (gs === null) return null;
    return rows >= cols ? left.matmul(right.mul(gs.unsqueeze(-1))) : left.mul(gs.unsqueeze(-2)).matmul(right);
  }
  const turnU = gu === null ? null : skew(left.mH.matmul(gu));
  const turnV = gv === null ? null : skew(right.matmul(gv.mH));
  const both = turnU === null ? turnV! : turnV === null ? turnU : turnU.add(turnV);
  checkPhase(
    both.diagonal(0, -2, -1),
    "svd_backward: The singular vectors in the complex case are specified up to multiplication by e^{i phi}. The specified loss function depends on this phase term, making it ill-defined.",
  );
  const gaps = inverseGaps(s.mul(s));
  let inner: Tensor | null = turnU === null ? null : turnU.mul(gaps).mul(s.unsqueeze(-2));
  if (turnV !== null) {
    const term = turnV.mul(gaps).mul(s.unsqueeze(-1));
    inner = inner === null ? term : inner.add(term);
  }
  let g = inner!;
  if (gs !== null) g = g.add(gs.to(g.dtype).diag_embed());
  if (u.dtype.is_complex && turnU !== null && turnV !== null) {
    g = g.add(turnU.diagonal(0, -2, -1).div(s.mul(2)).diag_embed());
  }
  if (rows > k && gu !== null) {
    const scaled = gu.div(s.unsqueeze(-2));
    return left
      .matmul(g)
      .add(scaled)
      .sub(left.matmul(left.mH.matmul(scaled)))
      .matmul(right);
  }
  if (cols > k && gv !== null) {
    const scaled = gv.div(s.unsqueeze(-1));
    return left.matmul(g.matmul(right).add(scaled).sub(scaled.matmul(right.mH).matmul(right)));
  }
  return rows >= cols ? left.matmul(g.matmul(right)) : left.matmul(g).matmul(right);
}

const svdOp: Op = defineOp({
  schema: "_linalg_svd(Tensor A, bool full_matrices, bool compute_uv) -> (Tensor U, Tensor S, Tensor Vh)",
  doc: "The singular value decomposition.",
  variants: "internal",
  kernel: "_linalg_svd",
  meta: (a: Tensor, full: boolean, vectors: boolean) => {
    const [m, n] = a.shape.slice(-2) as [number, number];
    const k = Math.min(m, n);
    const batch = batchOf(a);
    return [
      { shape: vectors ? [...batch, m, full ? m : k] : [0], dtype: a.dtype },
      { shape: [...batch, k], dtype: toReal(a.dtype) },
      { shape: vectors ? [...batch, full ? n : k, n] : [0], dtype: a.dtype },
    ];
  },
  derivative: {
    A: [
      (g, u: Tensor, s: Tensor, vh: Tensor, shape: readonly number[]) =>
        svdBackward(g, u, s, vh, shape.at(-2)!, shape.at(-1)!),
      "U",
      "S",
      "Vh",
      "A.shape",
    ],
  },
});

/** [U, S, Vh] of matrices. */
export const decompose = (a: Tensor, full: boolean): [Tensor, Tensor, Tensor] =>
  call(svdOp, [a, full, true]) as [Tensor, Tensor, Tensor];

/** Singular values alone; a gradient needs the vectors too. */
export function singularValues(a: Tensor): Tensor {
  const vectors = modes().gradEnabled && anyRequiresGrad(svdOp, [a, false, true]);
  return (call(svdOp, [a, false, vectors]) as Tensor[])[1]!;
}

function checkSvd(a: Tensor): void {
  if (a.ndim < 2) {
    throw new RuntimeError(`linalg.svd: input should have at least 2 dimensions, but has ${a.ndim} dimensions instead`);
  }
  checkFloat("linalg.svd", a);
}

defineOp({
  schema: "linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)",
  doc: "The singular value decomposition A = U diag(S) Vh of matrices [..., m, n], singular values descending.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor, _full: boolean, driver: string | null) => {
    checkSvd(a);
    if (driver !== null)
      throw new RuntimeError(
        "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.",
      );
  },
  decompose: (a: Tensor, full: boolean) => decompose(a, full),
});

defineOp({
  schema: "linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor",
  doc: "The singular values of matrices, descending.",
  namespace: "linalg",
  variants: "function",
  check: checkSvd,
  decompose: (a: Tensor) => singularValues(a),
});

defineOp({
  schema: "svd(Tensor input, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor V)",
  doc: "The singular value decomposition with V instead of its adjoint, U and V being zero if not computed; `linalg.svd` replaces it.",
  check: checkSvd,
  decompose: (a: Tensor, some: boolean, vectors: boolean) => {
    if (vectors) {
      const [u, s, vh] = decompose(a, !some);
      return [u, s, vh.mH];
    }
    const [m, n] = a.shape.slice(-2) as [number, number];
    return [a.new_zeros([...batchOf(a), m, m]), singularValues(a), a.new_zeros([...batchOf(a), n, n])];
  },
});
