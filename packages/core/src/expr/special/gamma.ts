import { pow } from "../real_math.ts";
import { lgamma } from "./lgamma.ts";
import { polynomial } from "./series.ts";

/** Derivatives of log gamma, and the Hurwitz zeta function they rest on; after Cephes (S. Moshier). */

/** B_2k / 2k, highest order first. */
const DIGAMMA = [1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12];

/** Derivative of log gamma; infinite at 0 and nan at the negative integers, as in PyTorch. */
export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0) {
    if (Number.isInteger(x)) return NaN;
    // The fraction alone, since pi x would lose its low digits.
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x % 1));
  }
  let result = 0;
  let y = x;
  while (y < 10) {
    result -= 1 / y;
    y += 1;
  }
  const z = 1 / (y * y);
  return result + Math.log(y) - 0.5 / y - (y < 1e17 ? z * polynomial(z, DIGAMMA) : 0);
}

/** (2k)! / B_2k */
const ZETA = [
  12, -720, 30240, -1209600, 47900160, -1.8924375803183791606e9, 7.47242496e10, -2.950130727918164224e12,
  1.1646782814350067249e14, -4.5979787224074726105e15, 1.8152105401943546773e17, -7.1661652561756670113e18,
];
const EPSILON = 2 ** -53;

/** Hurwitz zeta function, the sum of (q + k)^-x over k >= 0, by Euler-Maclaurin summation. */
export function zeta(x: number, q: number): number {
  if (x === 1) return Infinity;
  if (x < 1) return NaN;
  if (q <= 0) {
    if (q === Math.floor(q)) return Infinity;
    if (x !== Math.floor(x)) return NaN;
  }
  let sum = pow(q, -x);
  let a = q;
  let b = 0;
  for (let i = 0; i < 9 || a <= 9; i++) {
    a += 1;
    b = a ** -x;
    sum += b;
    if (Math.abs(b) < EPSILON * Math.abs(sum)) return sum;
  }
  const w = a;
  sum += (b * w) / (x - 1) - 0.5 * b;
  let factor = 1;
  for (let i = 0, k = 0; i < 12; i++, k += 2) {
    factor *= x + k;
    b /= w;
    const term = (factor * b) / ZETA[i]!;
    sum += term;
    if (Math.abs(term / sum) < EPSILON) return sum;
    factor *= x + k + 1;
    b /= w;
  }
  return sum;
}

/**
 * The derivative of digamma left of 0.5, `sine` being sin(pi x): large instead of infinite at the poles
 * when that is rounded, as in PyTorch.
 */
function reflected(x: number, sine: number): number {
  return (Math.PI * Math.PI) / (sine * sine) - zeta(2, 1 - x);
}

/** The n-th derivative of digamma. */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  if (n === 1 && x < 0.5) return reflected(x, Math.sin(Math.PI * x));
  const sign = n % 2 === 0 ? -1 : 1;
  return sign * Math.exp(lgamma(n + 1)) * zeta(n + 1, x);
}

/** As {@link polygamma}, with pi x rounded to float32. */
export function polygammaFloat32(n: number, x: number): number {
  if (n !== 1 || !(x < 0.5)) return polygamma(n, x);
  return reflected(x, Math.fround(Math.sin(Math.fround(Math.fround(Math.PI) * x))));
}
