import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { complex128, type DType, float64, type Scalar, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import { batchOf, checkMatrix } from "./checks.ts";
import { eigenvalues, eigh } from "./eigh.ts";
import { decompose, singularValues } from "./svd.ts";

type Tolerance = Tensor | Scalar | null;

/** The distance from 1 to the next number. */
export const epsilonOf = (dtype: DType): number => (dtype === float64 || dtype === complex128 ? 2 ** -52 : 2 ** -23);

/** `max(atol, rtol * largest)` for each matrix: the relative tolerance is by default that of rounding, 0 if `atol` is given. */
function threshold(a: Tensor, largest: Tensor, atol: Tolerance, rtol: Tolerance): Tensor {
  const like = largest.detach();
  const tensorOf = (value: Tensor | Scalar): Tensor =>
    value instanceof Tensor
      ? value.to(like.dtype)
      : callOp("full", [], value, like.dtype, null, like.device, false, false);
  const absolute = tensorOf(atol ?? 0);
  const relative =
    rtol === null
      ? callOp("where", absolute.gt(0), 0, epsilonOf(a.dtype) * Math.max(a.shape.at(-2)!, a.shape.at(-1)!)).to(
          like.dtype,
        )
      : tensorOf(rtol);
  return absolute.unsqueeze(-1).maximum(relative.unsqueeze(-1).mul(like));
}

/** Golub and Pereyra (1973), arranged so that the smaller products come first. */
export function pinvBackward(g: Tensor, inverse: Tensor, a: Tensor): Tensor {
  const [m, n] = a.shape.slice(-2) as [number, number];
  const [gh, ih] = [g.mH, inverse.mH];
  if (m <= n) {
    const k = gh.matmul(inverse);
    const kh = k.matmul(ih);
    return kh
      .sub(inverse.matmul(k).mH)
      .sub(a.matmul(inverse).matmul(kh))
      .add(ih.matmul(inverse).matmul(gh.sub(k.matmul(a))));
  }
  const k = inverse.matmul(gh);
  const hk = ih.matmul(k);
  return gh
    .sub(a.matmul(k))
    .matmul(inverse)
    .matmul(ih)
    .sub(k.matmul(inverse).mH)
    .add(hk)
    .sub(hk.matmul(inverse).matmul(a));
}

const pinvOp: Op = defineOp({
  schema: "_linalg_pinv(Tensor A, Any atol, Any rtol, bool hermitian) -> Tensor",
  doc: "The pseudoinverse.",
  variants: "internal",
  decompose: (input: Tensor, atol: Tolerance, rtol: Tolerance, hermitian: boolean) => {
    const a = input.detach();
    const [m, n] = a.shape.slice(-2) as [number, number];
    if (a.numel() === 0) return a.new_zeros([...batchOf(a), n, m]);
    if (hermitian) {
      const [l, q] = eigh(a);
      const size = l.abs();
      const keep = size.gt(threshold(a, size.amax(-1, true), atol, rtol));
      return q.mul(callOp("where", keep, l.reciprocal(), 0).unsqueeze(-2)).matmul(q.mH);
    }
    const [u, s, vh] = decompose(a, false);
    const keep = s.gt(threshold(a, s.narrow(-1, 0, 1), atol, rtol));
    return vh.mH.mul(callOp("where", keep, s.reciprocal(), 0).unsqueeze(-2)).matmul(u.mH);
  },
  derivative: { A: [pinvBackward, "result", "A"] },
});

/** The pseudoinverse with the given tolerances. */
export const pinv = (a: Tensor, atol: Tolerance, rtol: Tolerance, hermitian: boolean): Tensor =>
  call(pinvOp, [a, atol, rtol, hermitian]) as Tensor;

function checkPinv(a: Tensor): void {
  if (a.ndim >= 2 && a.dtype.category >= 2 && a.dtype.itemsize > 2) return;
  throw new RuntimeError(
    `linalg.pinv(${scalarTypeName(a.dtype)}{[${a.shape.join(", ")}]}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types`,
  );
}

defineOp({
  schema:
    "linalg_pinv.atol_rtol(Tensor A, *, Tensor|Scalar? atol=None, Tensor|Scalar? rtol=None, bool hermitian=False) -> Tensor",
  doc: "The Moore-Penrose pseudoinverse: singular values up to `max(atol, rtol * largest)` count as 0.",
  namespace: "linalg",
  variants: "function",
  check: checkPinv,
  decompose: pinv,
});

defineOp({
  schema: "linalg_pinv(Tensor A, Tensor|Scalar rcond, bool hermitian=False) -> Tensor",
  doc: "The pseudoinverse with a relative tolerance.",
  namespace: "linalg",
  variants: "function",
  check: checkPinv,
  decompose: (a: Tensor, rcond: Tolerance, hermitian: boolean) => pinv(a, 0, rcond, hermitian),
});

defineOp({
  schema: "pinverse(Tensor input, float rcond=1e-15) -> Tensor",
  doc: "The pseudoinverse; `linalg.pinv` replaces it.",
  out: false,
  check: checkPinv,
  decompose: (a: Tensor, rcond: number) => pinv(a, 0, rcond, false),
});

function rank(a: Tensor, atol: Tolerance, rtol: Tolerance, hermitian: boolean): Tensor {
  checkMatrix("torch.linalg.matrix_rank", a, "input");
  const x = a.detach();
  if (x.numel() === 0) return x.new_zeros(batchOf(x)).long();
  const s = hermitian ? eigenvalues(x, false).abs() : singularValues(x);
  return s.gt(threshold(x, s.amax(-1, true), atol, rtol)).sum(-1);
}

defineOp({
  schema:
    "linalg_matrix_rank.atol_rtol(Tensor A, *, Tensor|Scalar? atol=None, Tensor|Scalar? rtol=None, bool hermitian=False) -> Tensor",
  doc: "The number of singular values above `max(atol, rtol * largest)`.",
  namespace: "linalg",
  variants: "function",
  decompose: rank,
});

defineOp({
  schema: "linalg_matrix_rank(Tensor A, Tensor|Scalar tol, bool hermitian=False) -> Tensor",
  doc: "The number of singular values above `tol`.",
  namespace: "linalg",
  variants: "function",
  decompose: (a: Tensor, tol: Tolerance, hermitian: boolean) => rank(a, tol, 0, hermitian),
});
