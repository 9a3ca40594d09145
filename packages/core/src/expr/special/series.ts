/** Polynomial with the coefficient of the highest power first (Cephes' polevl). */
export function polynomial(x: number, coefficients: readonly number[]): number {
  let result = 0;
  for (let i = 0; i < coefficients.length; i++) result = result * x + coefficients[i]!;
  return result;
}

/** Chebyshev series at x/2, highest order first, the constant term halved (Cephes' chbevl). */
export function chebyshev(x: number, coefficients: readonly number[]): number {
  let b0 = coefficients[0]!;
  let b1 = 0;
  let b2 = 0;
  for (let i = 1; i < coefficients.length; i++) {
    b2 = b1;
    b1 = b0;
    b0 = x * b1 - b2 + coefficients[i]!;
  }
  return 0.5 * (b0 - b2);
}
