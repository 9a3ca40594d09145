const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** `a * b + c` of float32 numbers, rounded once, as a processor's fused multiply-add does. */
export function fma32(a: number, b: number, c: number): number {
  // The product is exact in double precision; the sum need not be, and rounding it twice may go wrong.
  const product = a * b;
  const sum = product + c;
  const added = sum - product;
  const error = product - (sum - added) + (c - added);
  if (error === 0 || !Number.isFinite(sum)) return Math.fround(sum);
  // Rounded to odd instead, the sum keeps what the second rounding has to know (Boldo and Melquiond 2008).
  double[0] = sum;
  if (words[0]! % 2 === 0) {
    if (error > 0 === sum > 0) words[0] = words[0]! + 1;
    else {
      if (words[0] === 0) words[1] = words[1]! - 1;
      words[0] = words[0]! - 1;
    }
  }
  return Math.fround(double[0]);
}
