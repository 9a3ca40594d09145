const SPLIT = 2 ** 27 + 1;
const bits64 = new Float64Array(1);
const bits32 = new Uint32Array(bits64.buffer);

/**
 * a * b + c with one rounding, as processors do it (Boldo and Melquiond, "Emulation of FMA and
 * correctly rounded sums", 2008). PyTorch's uniform kernels are compiled to this instruction.
 * Exact unless an intermediate result over- or underflows.
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  let t = SPLIT * a;
  const aHigh = t - (t - a);
  const aLow = a - aHigh;
  t = SPLIT * b;
  const bHigh = t - (t - b);
  const bLow = b - bHigh;
  const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);

  const low = c + productError;
  let z = low - c;
  const lowError = c - (low - z) + (productError - z);
  const high = product + low;
  z = high - product;
  const highError = product - (high - z) + (low - z);

  // The two errors are added with rounding to odd, which keeps the last addition from rounding twice.
  let rest = lowError + highError;
  z = rest - lowError;
  const lost = lowError - (rest - z) + (highError - z);
  if (lost !== 0) {
    bits64[0] = rest;
    if ((bits32[0]! & 1) === 0) rest = towards(lost > 0 === rest > 0 ? 1 : -1);
  }
  return high + rest;
}

/** The number in `bits64` with its magnitude one unit larger or smaller. */
function towards(step: 1 | -1): number {
  const low = bits32[0]!;
  bits32[0] = low + step;
  if (step === -1 && low === 0) bits32[1] = bits32[1]! - 1;
  return bits64[0]!;
}
