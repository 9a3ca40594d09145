/**
 * PyTorch's vectorised Box-Muller transform of float32: blocks of 16 uniforms, eight radii and eight
 * angles, become eight cosines and eight sines. Its logarithm, sine and cosine are the Cephes
 * polynomials (S. Moshier; vectorised by J. Pommier and G. Garberoglio), compiled to fused
 * multiply-adds; doing the same steps gives the same bits. A fused multiply-add of floats is a
 * product and sum in doubles, rounded once (the product is exact; the sum is in practice).
 */

const fround = Math.fround;
const bits32 = new Int32Array(1);
const float32 = new Float32Array(bits32.buffer);

const SQRT_HALF = fround(Math.SQRT1_2);
const LOG_P0 = fround(7.0376836292e-2);
const LOG_P1 = fround(-1.151461031e-1);
const LOG_P2 = fround(1.167699874e-1);
const LOG_P3 = fround(-1.2420140846e-1);
const LOG_P4 = fround(1.4249322787e-1);
const LOG_P5 = fround(-1.6668057665e-1);
const LOG_P6 = fround(2.0000714765e-1);
const LOG_P7 = fround(-2.4999993993e-1);
const LOG_P8 = fround(3.3333331174e-1);
const LOG_Q1 = fround(-2.1219444e-4);
const LOG_Q2 = fround(0.693359375);

const FOUR_OVER_PI = fround(4 / Math.PI);
const PI_4_HIGH = fround(-0.78515625);
const PI_4_MIDDLE = fround(-2.4187564849853515625e-4);
const PI_4_LOW = fround(-3.77489497744594108e-8);
const SIN_P0 = fround(-1.9515295891e-4);
const SIN_P1 = fround(8.3321608736e-3);
const SIN_P2 = fround(-1.6666654611e-1);
const COS_P0 = fround(2.443315711809948e-5);
const COS_P1 = fround(-1.388731625493765e-3);
const COS_P2 = fround(4.166664568298827e-2);
const TWO_PI = fround(2 * Math.PI);

/** Natural logarithm of a normal float32 in (0, 1]. */
function log(value: number): number {
  float32[0] = value;
  const bits = bits32[0]!;
  let exponent = (bits >>> 23) - 126;
  bits32[0] = (bits & 0x807fffff) | 0x3f000000;
  let x = float32[0]; // in [0.5, 1)
  if (x < SQRT_HALF) {
    exponent -= 1;
    x = fround(fround(x - 1) + x);
  } else {
    x = fround(x - 1);
  }
  const z = fround(x * x);
  let y = fround(LOG_P0 * x + LOG_P1);
  y = fround(y * x + LOG_P2);
  y = fround(y * x + LOG_P3);
  y = fround(y * x + LOG_P4);
  y = fround(y * x + LOG_P5);
  y = fround(y * x + LOG_P6);
  y = fround(y * x + LOG_P7);
  y = fround(y * x + LOG_P8);
  y = fround(y * x);
  y = fround(y * z + fround(exponent * LOG_Q1));
  y = fround(y - z * 0.5);
  return fround(exponent * LOG_Q2 + fround(x + y));
}

/** Transforms the 16 uniforms at `at` to normal numbers in place. */
function transformBlock(values: Float32Array, at: number, mean: number, std: number): void {
  for (let i = at; i < at + 8; i++) {
    const radius = fround(Math.sqrt(fround(-2 * log(1 - values[i]!))));
    let x = fround(TWO_PI * values[i + 8]!);
    const octant = (Math.trunc(fround(x * FOUR_OVER_PI)) + 1) & -2;
    x = fround(octant * PI_4_HIGH + x);
    x = fround(octant * PI_4_MIDDLE + x);
    x = fround(octant * PI_4_LOW + x);

    const z = fround(x * x);
    let even = fround(COS_P0 * z + COS_P1);
    even = fround(even * z + COS_P2);
    even = fround(even * z);
    even = fround(fround(even * z - z * 0.5) + 1);
    let odd = fround(SIN_P0 * z + SIN_P1);
    odd = fround(odd * z + SIN_P2);
    odd = fround(odd * z);
    odd = fround(odd * x + x);

    const swapped = (octant & 2) !== 0;
    let sin = swapped ? even : odd;
    let cos = swapped ? odd : even;
    if ((octant & 4) !== 0) sin = -sin;
    if (((octant - 2) & 4) === 0) cos = -cos;
    values[i] = fround(radius * cos) * std + mean;
    values[i + 8] = fround(radius * sin) * std + mean;
  }
}

/** Transforms uniforms on [0, 1) to normal numbers in place: all whole blocks of 16 from the start. */
export function transformBlocks(values: Float32Array, n: number, mean: number, std: number): void {
  const m = fround(mean);
  const s = fround(std);
  for (let at = 0; at + 16 <= n; at += 16) transformBlock(values, at, m, s);
}
