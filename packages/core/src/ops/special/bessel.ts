import { defineOp } from "../../dispatch/op.ts";
import { float32 } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";

defineOp({
  schema: "i0(Tensor input) -> Tensor",
  doc: "The modified Bessel function of the first kind, of order 0.",
  expr: "i0(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(callOp("special_i1", input)), "input"] },
  inplace: "function",
});

defineOp({
  schema: "special_i0e(Tensor input) -> Tensor",
  doc: "`exp(-abs(input)) * i0(input)`.",
  namespace: "special",
  variants: "function",
  gradName: "SpecialI0EBackward0",
  expr: "i0e(a)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, result: Tensor) => g.mul(callOp("special_i1e", input).sub(input.sgn().mul(result))),
      "input",
      "result",
    ],
  },
});

/** Where `input` is too small to divide by, 0.5: the slope of i1 and i1e at 0. */
function slope(g: Tensor, input: Tensor, away: (safe: Tensor) => Tensor): Tensor {
  const eps = input.dtype === float32 ? 2 ** -23 : 2 ** -52;
  const far = input.abs().gt(eps);
  return g.mul(callOp("where", far, away(callOp("where", far, input, eps)), 0.5));
}

defineOp({
  schema: "special_i1(Tensor input) -> Tensor",
  doc: "The modified Bessel function of the first kind, of order 1.",
  namespace: "special",
  variants: "function",
  gradName: "SpecialI1Backward0",
  expr: "i1(a)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, result: Tensor) => slope(g, input, (x) => x.i0().sub(result.mul(x.reciprocal()))),
      "input",
      "result",
    ],
  },
});

defineOp({
  schema: "special_i1e(Tensor input) -> Tensor",
  doc: "`exp(-abs(input)) * i1(input)`.",
  namespace: "special",
  variants: "function",
  gradName: "SpecialI1EBackward0",
  expr: "i1e(a)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, result: Tensor) =>
        slope(g, input, (x) => callOp("special_i0e", x).sub(result.mul(x.sgn().add(x.reciprocal())))),
      "input",
      "result",
    ],
  },
});

const functions: readonly (readonly [name: string, expr: string, doc: string])[] = [
  ["bessel_j0", "bessel_j0(a)", "The Bessel function of the first kind, of order 0."],
  ["bessel_j1", "bessel_j1(a)", "The Bessel function of the first kind, of order 1."],
  ["bessel_y0", "bessel_y0(a)", "The Bessel function of the second kind, of order 0."],
  ["bessel_y1", "bessel_y1(a)", "The Bessel function of the second kind, of order 1."],
  ["modified_bessel_i0", "i0(a)", "The modified Bessel function of the first kind, of order 0."],
  ["modified_bessel_i1", "i1(a)", "The modified Bessel function of the first kind, of order 1."],
  ["modified_bessel_k0", "bessel_k0(a)", "The modified Bessel function of the second kind, of order 0."],
  ["modified_bessel_k1", "bessel_k1(a)", "The modified Bessel function of the second kind, of order 1."],
  ["scaled_modified_bessel_k0", "bessel_k0e(a)", "`exp(input) * modified_bessel_k0(input)`."],
  ["scaled_modified_bessel_k1", "bessel_k1e(a)", "`exp(input) * modified_bessel_k1(input)`."],
  ["spherical_bessel_j0", "spherical_bessel_j0(a)", "The spherical Bessel function of the first kind, of order 0."],
  ["airy_ai", "airy_ai(a)", "The Airy function Ai."],
];

// PyTorch has no derivatives of these.
for (const [name, expr, doc] of functions) {
  defineOp({
    schema: `special_${name}(Tensor input) -> Tensor`,
    doc,
    namespace: "special",
    variants: "function",
    expr,
    promote: "float",
  });
}
