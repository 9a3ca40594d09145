import { defineOp } from "../../dispatch/op.ts";
import { someTensor } from "../pointwise/formulas.ts";

const polynomials: readonly (readonly [name: string, expr: string, doc: string])[] = [
  ["chebyshev_polynomial_t", "chebyshev_t(a, b)", "The Chebyshev polynomial of the first kind"],
  ["chebyshev_polynomial_u", "chebyshev_u(a, b)", "The Chebyshev polynomial of the second kind"],
  ["chebyshev_polynomial_v", "chebyshev_v(a, b)", "The Chebyshev polynomial of the third kind"],
  ["chebyshev_polynomial_w", "chebyshev_w(a, b)", "The Chebyshev polynomial of the fourth kind"],
  [
    "shifted_chebyshev_polynomial_t",
    "chebyshev_t(2 * a - 1, b)",
    "The Chebyshev polynomial of the first kind, shifted to [0, 1],",
  ],
  [
    "shifted_chebyshev_polynomial_u",
    "chebyshev_u(2 * a - 1, b)",
    "The Chebyshev polynomial of the second kind, shifted to [0, 1],",
  ],
  [
    "shifted_chebyshev_polynomial_v",
    "chebyshev_v(2 * a - 1, b)",
    "The Chebyshev polynomial of the third kind, shifted to [0, 1],",
  ],
  [
    "shifted_chebyshev_polynomial_w",
    "chebyshev_w(2 * a - 1, b)",
    "The Chebyshev polynomial of the fourth kind, shifted to [0, 1],",
  ],
  ["hermite_polynomial_h", "hermite_h(a, b)", "The physicist's Hermite polynomial"],
  ["hermite_polynomial_he", "hermite_he(a, b)", "The probabilist's Hermite polynomial"],
  ["laguerre_polynomial_l", "laguerre_l(a, b)", "The Laguerre polynomial"],
  ["legendre_polynomial_p", "legendre_p(a, b)", "The Legendre polynomial"],
];

// PyTorch has no derivatives of these.
for (const [name, expr, doc] of polynomials) {
  defineOp({
    schema: `special_${name}(Tensor|Scalar input, Tensor|Scalar n) -> Tensor`,
    doc: `${doc} of degree \`n\` at \`input\`; 0 for negative degrees.`,
    namespace: "special",
    check: someTensor(`special_${name}`),
    variants: "function",
    expr,
    promote: "float",
  });
}
