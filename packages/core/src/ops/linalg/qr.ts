import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { sameShape } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import { batchOf, checkFloat, checkMatrixFloat } from "./checks.ts";
import { solveTriangular } from "./triangular.ts";

/** X + X^H with the diagonal halved to its real part. */
function symmetrised(x: Tensor): Tensor {
  const lower = x.tril(-1);
  const diagonal = x.diagonal(0, -2, -1);
  const real = x.dtype.is_complex ? callOp("real", diagonal).to(x.dtype) : diagonal;
  return x.triu(1).add(lower).add(x.triu(1).mH).add(lower.mH).add(real.diag_embed());
}

/** Tall and square matrices: [gQ + Q sym(triu(gR R^H - Q^H gQ))] R^-H. */
function tallBackward(gq: Tensor | null, gr: Tensor | null, q: Tensor, r: Tensor): Tensor {
  let inner = gr === null ? null : gr.matmul(r.mH);
  if (gq !== null) {
    const turned = q.mH.matmul(gq);
    inner = inner === null ? turned.neg() : inner.sub(turned);
  }
  let g = q.matmul(symmetrised(inner!.triu()));
  if (gq !== null) g = g.add(gq);
  return solveTriangular(r.mH, g, false, false);
}

function qrBackward(grads: readonly (Tensor | null)[], a: Tensor, mode: string, q: Tensor, r: Tensor): Tensor | null {
  const [gq, gr] = [grads[0] ?? null, grads[1] ?? null];
  if (gq === null && gr === null) return null;
  const [m, n] = a.shape.slice(-2) as [number, number];
  if (mode === "r") {
    throw new RuntimeError(
      "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to require gradients through its computation.",
    );
  }
  if (mode === "complete" && m > n) {
    throw new RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.");
  }
  if (m >= n) return tallBackward(gq, gr, q, r);
  // A = [X | Y] with X = Q U and Y = Q V: V's gradient reaches X through Q.
  const rest = n - m;
  const gv = gr?.narrow(-1, m, rest) ?? null;
  const through = gv === null ? null : a.narrow(-1, m, rest).matmul(gv.mH);
  const g = gq === null ? through : through === null ? gq : gq.add(through);
  const left = tallBackward(g, gr?.narrow(-1, 0, m) ?? null, q, r.narrow(-1, 0, m));
  const right = gv === null ? left.new_zeros([...batchOf(a), m, rest]) : q.matmul(gv);
  return callOp("cat", [left, right], -1);
}

const qrOp: Op = defineOp({
  schema: "_linalg_qr(Tensor A, str mode) -> (Tensor Q, Tensor R)",
  doc: "The QR decomposition.",
  variants: "internal",
  kernel: "_linalg_qr",
  kernelArgs: (a: Tensor, mode: string) => [a, mode !== "r"],
  meta: (a: Tensor, mode: string) => {
    const [m, n] = a.shape.slice(-2) as [number, number];
    const k = mode === "complete" ? m : Math.min(m, n);
    return [
      { shape: mode === "r" ? [0] : [...batchOf(a), m, k], dtype: a.dtype },
      { shape: [...batchOf(a), k, n], dtype: a.dtype },
    ];
  },
  derivative: { A: [qrBackward, "A", "mode", "Q", "R"] },
});

/** [Q, R] of matrices. */
export const factorQR = (a: Tensor, mode = "reduced"): [Tensor, Tensor] => call(qrOp, [a, mode]) as [Tensor, Tensor];

defineOp({
  schema: 'linalg_qr(Tensor A, str mode="reduced") -> (Tensor Q, Tensor R)',
  doc: 'The QR decomposition A = Q R of matrices [..., m, n]: Q [m, k] with k = min(m, n), [m, m] in mode "complete", empty in mode "r".',
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor, mode: string) => {
    checkMatrixFloat("linalg.qr", a);
    if (!["reduced", "r", "complete"].includes(mode)) {
      throw new RuntimeError(
        `qr received unrecognized mode '${mode}' but expected one of 'reduced' (default), 'r', or 'complete'`,
      );
    }
  },
  decompose: factorQR,
});

defineOp({
  schema: "qr(Tensor input, bool some=True) -> (Tensor Q, Tensor R)",
  doc: "The QR decomposition, with a square Q unless `some`; `linalg.qr` replaces it.",
  check: (a: Tensor) => checkMatrixFloat("linalg.qr", a),
  decompose: (a: Tensor, some: boolean) => factorQR(a, some ? "reduced" : "complete"),
});

defineOp({
  schema: "geqrf(Tensor input) -> (Tensor a, Tensor tau)",
  doc: "The QR decomposition as LAPACK has it: R on and above the diagonal, Householder vectors below, and their scales.",
  nondifferentiable: true,
  kernel: "geqrf",
  meta: (a: Tensor) => {
    if (a.ndim < 2) throw new RuntimeError("torch.geqrf: input must have at least 2 dimensions.");
    checkFloat("geqrf", a);
    return [
      { shape: a.shape, dtype: a.dtype },
      { shape: [...batchOf(a), Math.min(a.shape.at(-2)!, a.shape.at(-1)!)], dtype: a.dtype },
    ];
  },
});

/** The product H1 ... Hk taken back through its factors H = I - tau v v^H, last to first. */
function householderBackward(g: Tensor, a: Tensor, tau: Tensor): [Tensor, Tensor] | [null, null] {
  if (a.numel() === 0 || tau.numel() === 0) return [null, null];
  const [m, n] = a.shape.slice(-2) as [number, number];
  const k = tau.shape.at(-1)!;
  const vectors = a.tril(-1).add(callOp("eye.m", m, n, a.dtype, null, a.device, false, false));
  const v = (i: number): Tensor => vectors.narrow(-1, i, 1);
  const t = (i: number): Tensor => tau.narrow(-1, i, 1).unsqueeze(-1);
  const later: Tensor[] = [];
  let q = callOp("eye.m", m, n, a.dtype, null, a.device, false, false).expand(a.shape);
  for (let i = k - 1; i >= 0; i--) {
    later[i] = q;
    q = q.sub(v(i).matmul(v(i).mH.matmul(q)).mul(t(i)));
  }
  let left = g;
  const gv: Tensor[] = [];
  const gt: Tensor[] = [];
  for (let i = 0; i < k; i++) {
    const w = v(i).mH.matmul(later[i]!);
    const h = v(i).mH.matmul(left);
    gt.push(h.matmul(w.mH).neg().squeeze(-1));
    const conjugate = t(i).dtype.is_complex ? t(i).conj() : t(i);
    gv.push(
      left
        .matmul(w.mH)
        .mul(conjugate)
        .add(later[i]!.matmul(h.mH).mul(t(i)))
        .neg(),
    );
    left = left.sub(v(i).matmul(h).mul(conjugate));
  }
  if (k < n) gv.push(a.new_zeros([...batchOf(a), m, n - k]));
  return [callOp("cat", gv, -1).tril(-1), callOp("cat", gt, -1)];
}

defineOp({
  schema: "linalg_householder_product(Tensor A, Tensor tau) -> Tensor",
  doc: "The first n columns of the product of the Householder reflections that `geqrf` gives.",
  namespace: "linalg",
  variants: "function",
  kernel: "linalg_householder_product",
  meta: (a: Tensor, tau: Tensor) => {
    const name = "torch.linalg.householder_product";
    if (a.ndim < 2) throw new RuntimeError(`${name}: input must have at least 2 dimensions.`);
    if (a.shape.at(-2)! < a.shape.at(-1)!) {
      throw new RuntimeError(`${name}: input.shape[-2] must be greater than or equal to input.shape[-1]`);
    }
    if (a.shape.at(-1)! < tau.shape.at(-1)!) {
      throw new RuntimeError(`${name}: input.shape[-1] must be greater than or equal to tau.shape[-1]`);
    }
    checkTau(name, a, tau);
    return { shape: a.shape, dtype: a.dtype };
  },
  derivative: {
    "A, tau": [(g: Tensor, _needs: unknown, a: Tensor, tau: Tensor) => householderBackward(g, a, tau), "A", "tau"],
  },
});

function checkTau(name: string, a: Tensor, tau: Tensor): void {
  if (a.ndim - tau.ndim !== 1) {
    throw new RuntimeError(
      `${name}: Expected tau to have one dimension less than input, but got tau.ndim equal to ${tau.ndim} and input.ndim is equal to ${a.ndim}`,
    );
  }
  if (!sameShape(batchOf(a), tau.shape.slice(0, -1))) {
    throw new RuntimeError(
      `${name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got [${tau.shape.slice(0, -1).join(", ")}]`,
    );
  }
  if (tau.dtype !== a.dtype) {
    throw new RuntimeError(
      `${name}: tau dtype ${scalarTypeName(tau.dtype)} does not match input dtype ${scalarTypeName(a.dtype)}`,
    );
  }
}

// PyTorch documents these two functions and methods with different argument names.
defineOp({
  schema: "orgqr(Tensor input, Tensor tau) -> Tensor",
  doc: "`linalg.householder_product`.",
  variants: "function",
  decompose: (a: Tensor, tau: Tensor) => callOp("linalg_householder_product", a, tau),
});

defineOp({
  schema: "orgqr.method(Tensor input, Tensor input2) -> Tensor",
  doc: "`linalg.householder_product`.",
  variants: "method",
  decompose: (a: Tensor, tau: Tensor) => callOp("linalg_householder_product", a, tau),
});

defineOp({
  schema: "ormqr.method(Tensor input, Tensor input2, Tensor input3, bool left=True, bool transpose=False) -> Tensor",
  doc: "`input3` times the Q of a QR decomposition given as by `geqrf`: Q C, Q^H C, C Q or C Q^H.",
  variants: "method",
  decompose: (a: Tensor, tau: Tensor, other: Tensor, left: boolean, transpose: boolean) =>
    callOp("ormqr", a, tau, other, left, transpose),
});

defineOp({
  schema: "ormqr(Tensor input, Tensor tau, Tensor other, bool left=True, bool transpose=False) -> Tensor",
  doc: "`other` times the Q of a QR decomposition given as by `geqrf`: Q C, Q^H C, C Q or C Q^H.",
  variants: "function",
  nondifferentiable: true,
  kernel: "ormqr",
  meta: (a: Tensor, tau: Tensor, other: Tensor, left: boolean) => {
    const name = "torch.ormqr";
    for (const [what, x] of [
      ["input", a],
      ["other", other],
    ] as const) {
      if (x.ndim < 2) throw new RuntimeError(`${name}: ${what} must have at least 2 dimensions.`);
    }
    const dim = left ? -2 : -1;
    if (other.shape.at(dim)! < tau.shape.at(-1)!) {
      throw new RuntimeError(`${name}: other.shape[${dim}] must be greater than or equal to tau.shape[-1]`);
    }
    if (other.shape.at(dim) !== a.shape.at(-2)) {
      throw new RuntimeError(`${name}: other.shape[${dim}] must be equal to input.shape[-2]`);
    }
    if (tau.shape.at(-1)! > a.shape.at(-1)!) {
      throw new RuntimeError(`${name}: tau.shape[-1] must be less than or equal to input.shape[-1]`);
    }
    checkTau(name, a, tau);
    if (!sameShape(batchOf(a), batchOf(other))) {
      throw new RuntimeError(
        `${name}: Expected batch dimensions of other to be equal to input.shape[:-2], but got [${batchOf(other).join(", ")}]`,
      );
    }
    return { shape: other.shape, dtype: other.dtype };
  },
});
