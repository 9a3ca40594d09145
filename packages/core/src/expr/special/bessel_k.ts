/**
 * exp(x) K_v(x) for x > 0: the integral of exp(-x (cosh t - 1)) cosh(v t) over t >= 0. The trapezoidal
 * rule converges exponentially on it (Trefethen and Weideman, 2014); the step shrinks with the
 * integrand's width.
 */
export function scaledBesselK(order: number, x: number): number {
  if (x === 0) return Infinity;
  if (!(x > 0)) return Number.NaN;
  if (x === Infinity) return 0;
  const step = Math.min(0.2, 0.7 / Math.sqrt(x));
  let sum = 0.5;
  for (let t = step; ; t += step) {
    // cosh t - 1 without cancellation
    const half = Math.sinh(t / 2);
    const term = Math.exp(-2 * x * half * half) * Math.cosh(order * t);
    sum += term;
    if (term < 1e-18 * sum) return sum * step;
  }
}

/** The modified Bessel function of the second kind, of order 0. */
export function besselK0(x: number): number {
  return scaledBesselK(0, x) * Math.exp(-x);
}

/** The modified Bessel function of the second kind, of order 1. */
export function besselK1(x: number): number {
  return scaledBesselK(1, x) * Math.exp(-x);
}

const AI0 = 0.3550280538878172;
const AI1 = 0.2588194037928068;

/**
 * The Airy function: Maclaurin's series near 0, the modified Bessel function of order 1/3 to the right of
 * it, the asymptotic expansion to the left (Abramowitz and Stegun 10.4.3, 10.4.14, 10.4.60).
 */
export function airyAi(x: number): number {
  if (Math.abs(x) === Infinity) return Number.NaN;
  const zeta = (2 / 3) * Math.abs(x) ** 1.5;
  if (x > 1) return (Math.sqrt(x / 3) / Math.PI) * scaledBesselK(1 / 3, zeta) * Math.exp(-zeta);
  return x < -7 ? airyLeft(-x, zeta) : airySeries(x);
}

function airySeries(x: number): number {
  const cube = x * x * x;
  let f = 1;
  let g = x;
  let sum = AI0 - AI1 * x;
  for (let k = 1; k < 80; k++) {
    f *= cube / (3 * k * (3 * k - 1));
    g *= cube / (3 * k * (3 * k + 1));
    const next = sum + AI0 * f - AI1 * g;
    if (next === sum && k > 2) break;
    sum = next;
  }
  return sum;
}

/** Ai(-x) for large x. */
function airyLeft(x: number, zeta: number): number {
  let even = 0;
  let odd = 0;
  let term = 1;
  for (let k = 0; k < 40; k++) {
    const sign = (k >> 1) % 2 === 0 ? 1 : -1;
    if (k % 2 === 0) even += sign * term;
    else odd += sign * term;
    const next = (term * (6 * k + 1) * (6 * k + 5)) / (72 * (k + 1) * zeta);
    if (next >= term || next < 1e-17) break;
    term = next;
  }
  const phase = zeta + Math.PI / 4;
  return (Math.sin(phase) * even - Math.cos(phase) * odd) / (Math.sqrt(Math.PI) * x ** 0.25);
}
