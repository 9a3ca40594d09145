import { call } from "../../dispatch/call.ts";
import { type Bound, defineOp, type Op } from "../../dispatch/op.ts";
import { complex128, float64, int64, toReal } from "../../dtype/index.ts";
import { numelOf } from "../../layout.ts";
import { fromArray } from "../../tensor/literal.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { callOp, I } from "../pointwise/formulas.ts";
import { batchOf, checkSquareFloat } from "./checks.ts";
import { torchForm } from "./forms.ts";
import { factorLU } from "./lu.ts";
import { decompose } from "./svd.ts";

const solve = (a: Tensor, b: Tensor): Tensor =>
  (callOp("linalg_solve_ex", a, b, true, false) as unknown as Tensor[])[0]!;

/** `g` times the product of all other elements of each row of `x`; zeros in `x` do no harm. */
function otherProducts(g: Tensor, x: Tensor): Tensor {
  const n = x.shape.at(-1)!;
  if (n === 1) return g;
  const ones = x.new_ones([...x.shape.slice(0, -1), 1]);
  const before = callOp("cat", [ones, x.narrow(-1, 0, n - 1)], -1).cumprod(-1);
  const after = callOp("cat", [ones, x.narrow(-1, 1, n - 1).flip([-1])], -1)
    .cumprod(-1)
    .flip([-1]);
  return g.mul(before.mul(after));
}

/** det A A^-H g, of nearly singular matrices by way of the adjugate (Higham's blog "What is the adjugate of a matrix?"). */
function detBackward(g: Tensor, a: Tensor, det: Tensor): Tensor | null {
  if (a.numel() === 0) return null;
  const small = callOp(
    "lt",
    det.detach().abs(),
    100 * (a.dtype === float64 || a.dtype === complex128 ? 2 ** -52 : 2 ** -23),
  );
  const flags = small.reshape([-1]).tolist() as boolean[];
  const regular = (x: Tensor, d: Tensor, h: Tensor): Tensor => {
    const diagonal = h.mul(conj(d)).unsqueeze(-1).expand(x.shape.slice(0, -1)).diag_embed();
    return solve(x.mH, diagonal);
  };
  const singular = (x: Tensor, _d: Tensor, h: Tensor): Tensor => {
    const [u, s, vh] = decompose(x, false);
    const alpha = conj(callOp("linalg_det", u).mul(callOp("linalg_det", vh))).mul(h);
    return u.mul(otherProducts(alpha.unsqueeze(-1), s).unsqueeze(-2)).matmul(vh);
  };
  if (!flags.includes(true)) return regular(a, det, g);
  if (!flags.includes(false)) return singular(a, det, g);
  // Both kinds in one batch: each by itself, then back in order.
  const [rows, cols] = a.shape.slice(-2) as [number, number];
  const count = numelOf(batchOf(a));
  const [x, d, h] = [a.reshape([count, rows, cols]), det.reshape([count]), g.reshape([count])];
  const order: number[] = [];
  const groups = (
    [
      [false, regular],
      [true, singular],
    ] as const
  ).map(([flag, formula]) => {
    const members = [...flags.keys()].filter((i) => flags[i] === flag);
    order.push(...members);
    const at = indices(members, a);
    return formula(x.index_select(0, at), d.index_select(0, at), h.index_select(0, at));
  });
  const back = indices(
    order.map((_, i) => order.indexOf(i)),
    a,
  );
  return callOp("cat", groups, 0).index_select(0, back).reshape(a.shape);
}

const indices = (values: readonly number[], like: Tensor): Tensor =>
  fromArray(BigInt64Array.from(values, BigInt), int64, [values.length]).to(like.device);

const fromFactors: Op = defineOp({
  schema: "_lu_det(Tensor LU, Tensor pivots) -> Tensor",
  doc: "The determinants of factored matrices.",
  variants: "internal",
  kernel: "_lu_det",
  meta: (lu: Tensor) => ({ shape: batchOf(lu), dtype: lu.dtype }),
});

const det: Op = defineOp({
  schema: "_linalg_det(Tensor A) -> Tensor",
  doc: "The determinants of square matrices.",
  variants: "internal",
  decompose: (a: Tensor) => {
    const [lu, pivots] = factorLU(a.detach());
    return call(fromFactors, [lu, pivots]);
  },
  derivative: { A: [detBackward, "A", "result"] },
});

defineOp({
  schema: "linalg_det(Tensor A) -> Tensor",
  doc: "The determinants of square matrices.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.det", a),
  decompose: (a: Tensor) => call(det, [a]),
});

torchForm("det(Tensor input) -> Tensor", "linalg_det", "The determinants of square matrices.");

const logFromFactors: Op = defineOp({
  schema: "_lu_slogdet(Tensor LU, Tensor pivots) -> (Tensor sign, Tensor logabsdet)",
  doc: "Signs and logarithms of determinants of factored matrices.",
  variants: "internal",
  kernel: "_lu_slogdet",
  meta: (lu: Tensor) => [
    { shape: batchOf(lu), dtype: lu.dtype },
    { shape: batchOf(lu), dtype: toReal(lu.dtype) },
  ],
});

const slogdet: Op = defineOp({
  schema: "_linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)",
  doc: "Signs and logarithms of the sizes of determinants.",
  variants: "internal",
  decompose: (a: Tensor) => {
    const [lu, pivots] = factorLU(a.detach());
    return call(logFromFactors, [lu, pivots]);
  },
  derivative: {
    A: [
      ([gs, gl]: readonly (Tensor | null)[], a: Tensor, sign: Tensor) => {
        let d = gl ?? null;
        if (a.dtype.is_complex && gs) {
          const turn = callOp("imag", conj(gs).mul(sign)).mul(I).neg();
          d = d === null ? turn : d.add(turn);
        }
        if (d === null) return null;
        return solve(a.mH, d.to(a.dtype).unsqueeze(-1).expand(a.shape.slice(0, -1)).diag_embed());
      },
      "A",
      "sign",
    ],
  },
});

const signAndLog = (a: Tensor): [Tensor, Tensor] => call(slogdet, [a]) as [Tensor, Tensor];

defineOp({
  schema: "linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)",
  doc: "The sign (of complex matrices: a number of size 1) and the logarithm of the size of the determinants.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquareFloat("linalg.slogdet", a),
  decompose: signAndLog,
});

torchForm(
  "slogdet(Tensor input) -> (Tensor sign, Tensor logabsdet)",
  "linalg_slogdet",
  "The sign and the logarithm of the size of the determinants.",
);

defineOp({
  schema: "logdet(Tensor input) -> Tensor",
  doc: "The logarithms of determinants; nan where one is negative.",
  out: false,
  check: (a: Bound) => checkSquareFloat("logdet", a),
  decompose: (a: Tensor) => {
    const [sign, log] = signAndLog(a);
    if (a.dtype.is_complex) return sign.log().add(log);
    return callOp("where", sign.eq(-1), Number.NaN, log);
  },
});
