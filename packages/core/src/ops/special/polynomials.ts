import { defineOp } from "../../dispatch/op.ts";

const polynomials: readonly (readonly [name: string, doc: string])[] = [
  ["chebyshev_polynomial_t", "The Chebyshev polynomial of the first kind"],
  ["chebyshev_polynomial_u", "The Chebyshev polynomial of the second kind"],
  ["chebyshev_polynomial_v", "The Chebyshev polynomial of the third kind"],
  ["chebyshev_polynomial_w", "The Chebyshev polynomial of the fourth kind"],
  ["shifted_chebyshev_polynomial_t", "The Chebyshev polynomial of the first kind, shifted to [0, 1],"],
  ["shifted_chebyshev_polynomial_u", "The Chebyshev polynomial of the second kind, shifted to [0, 1],"],
  ["shifted_chebyshev_polynomial_v", "The Chebyshev polynomial of the third kind, shifted to [0, 1],"],
  ["shifted_chebyshev_polynomial_w", "The Chebyshev polynomial of the fourth kind, shifted to [0, 1],"],
  ["hermite_polynomial_h", "The physicist's Hermite polynomial"],
  ["hermite_polynomial_he", "The probabilist's Hermite polynomial"],
  ["laguerre_polynomial_l", "The Laguerre polynomial"],
  ["legendre_polynomial_p", "The Legendre polynomial"],
];

// PyTorch has no derivatives of these.
for (const [name, doc] of polynomials) {
  defineOp({
    schema: `special_${name}(Tensor|Scalar input, Tensor|Scalar n) -> Tensor`,
    doc: `${doc} of degree \`n\` at \`input\`; 0 for negative degrees.`,
    namespace: "special",
    variants: "function",
    expr: `${name}(a, b)`,
    promote: "float",
  });
}
