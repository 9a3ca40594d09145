/** The exponent e with x = m 2^e and 0.5 <= |m| < 1; 0 for 0, infinities and nan. */
export function frexpExponent(x: number): number {
  const size = Math.abs(x);
  if (size === 0 || !(size < Infinity)) return 0;
  if (size < 2 ** -960) return frexpExponent(size * 2 ** 128) - 128;
  // log2 may be off by one next to a power of two.
  const exponent = Math.floor(Math.log2(size));
  const mantissa = size / 2 ** exponent;
  return mantissa >= 2 ? exponent + 2 : mantissa < 1 ? exponent : exponent + 1;
}

/** The mantissa m with x = m 2^e and 0.5 <= |m| < 1; x itself for 0, infinities and nan. */
export function frexpMantissa(x: number): number {
  const exponent = frexpExponent(x);
  return exponent < -1000 ? x * 2 ** 128 * 2 ** (-exponent - 128) : x * 2 ** -exponent;
}
