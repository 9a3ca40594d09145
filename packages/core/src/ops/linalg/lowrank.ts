import { defineOp } from "../../dispatch/op.ts";
import { get_default_dtype } from "../../dtype/index.ts";
import { ValueError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { callOp } from "../pointwise/formulas.ts";
import { factorQR } from "./qr.ts";
import { decompose } from "./svd.ts";

/** `a @ x`, or `(a - m) @ x`. */
const product = (a: Tensor, x: Tensor, m: Tensor | null): Tensor =>
  m === null ? a.matmul(x) : a.matmul(x).sub(m.matmul(x));

/** A basis of about the range of `a - m`: algorithm 4.4 of Halko, Martinsson and Tropp (2009). */
function basis(a: Tensor, q: number, niter: number, m: Tensor | null): Tensor {
  const dtype = a.dtype.category < 2 ? get_default_dtype() : a.dtype;
  const start = callOp("randn", [a.shape.at(-1)!, q], null, dtype, null, a.device, false, false);
  const [ah, mh] = [a.mH, m === null ? null : m.mH];
  let [result] = factorQR(product(a, start, m));
  for (let i = 0; i < niter; i++) {
    [result] = factorQR(product(ah, result, mh));
    [result] = factorQR(product(a, result, m));
  }
  return result;
}

/** Algorithm 5.1 of the same, on the transpose where that is the smaller work. */
function lowRank(a: Tensor, q: number, niter: number, m: Tensor | null): [Tensor, Tensor, Tensor] {
  const [rows, cols] = a.shape.slice(-2) as [number, number];
  const transposed = m === null ? null : m.mT;
  if (rows < cols || cols > q) {
    const range = basis(a.mT, q, niter, transposed);
    const [u, s, vh] = decompose(product(a, conj(range), m), false);
    return [u, s, range.matmul(vh.mH)];
  }
  const range = basis(a, q, niter, m);
  const [u, s, vh] = decompose(product(a.mT, conj(range), transposed).mT, false);
  return [range.matmul(u), s, vh.mH];
}

defineOp({
  schema: "svd_lowrank(Tensor A, int? q=6, int? niter=2, Tensor? M=None) -> (Tensor U, Tensor S, Tensor V)",
  doc: "About the `q` largest singular values and vectors of A (of A - M), by random projection; draws random numbers.",
  variants: "function",
  out: false,
  decompose: (a: Tensor, q: number | null, niter: number | null, m: Tensor | null) => lowRank(a, q ?? 6, niter ?? 2, m),
});

defineOp({
  schema: "pca_lowrank(Tensor A, int? q=None, bool center=True, int niter=2) -> (Tensor U, Tensor S, Tensor V)",
  doc: "Principal components of samples (rows), centred unless told otherwise, by random projection; draws random numbers.",
  variants: "function",
  out: false,
  decompose: (a: Tensor, q: number | null, center: boolean, niter: number) => {
    const [m, n] = a.shape.slice(-2) as [number, number];
    if (q !== null && (q < 0 || q > Math.min(m, n))) {
      throw new ValueError(`q(=${q}) must be non-negative integer and not greater than min(m, n)=${Math.min(m, n)}`);
    }
    if (niter < 0) throw new ValueError(`niter(=${niter}) must be non-negative integer`);
    const size = q ?? Math.min(6, m, n);
    return lowRank(center ? a.sub(a.mean(-2, true)) : a, size, niter, null);
  },
});
