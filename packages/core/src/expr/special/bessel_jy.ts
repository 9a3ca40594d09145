/**
 * Bessel functions of orders 0 and 1. Below 25: Miller's backward recurrence for J (Abramowitz and
 * Stegun 9.12), Neumann's series in it for Y0 (9.1.89) and its derivative for Y1. Above: Hankel's
 * asymptotic expansion (9.2.5 to 9.2.10).
 */

const EULER = 0.5772156649015329;

/** J0, J1, Y0, Y1 at x > 0. */
function orders(x: number): readonly [number, number, number, number] {
  if (x >= 25) {
    const [j0, y0] = hankel(0, x);
    const [j1, y1] = hankel(1, x);
    return [j0, j1, y0, y1];
  }
  if (x !== x) return [x, x, x, x];
  const logarithm = Math.log(x / 2) + EULER;
  if (x < 1e-8) return [1, x / 2, (2 / Math.PI) * logarithm, -2 / (Math.PI * x)];
  return recurrence(x, logarithm);
}

function recurrence(x: number, logarithm: number): readonly [number, number, number, number] {
  let above = 0;
  let here = 1e-100;
  let total = 0;
  let even = 0;
  let odd = 0;
  // J_n is negligible from the starting order on; the recurrence amplifies only the true solution.
  for (let n = 20 + 2 * Math.ceil(x); n > 0; n--) {
    const k = n >> 1;
    const sign = k % 2 === 0 ? 1 : -1;
    if (n % 2 === 0) {
      total += 2 * here;
      even += (sign * here) / k;
    } else if (n > 1) odd += (sign * n * here) / (k * (k + 1));
    [above, here] = [here, ((2 * n) / x) * here - above];
  }
  total += here;
  const j0 = here / total;
  const j1 = above / total;
  const y0 = (2 / Math.PI) * (logarithm * j0 - (2 * even) / total);
  const y1 = (2 / Math.PI) * (-j0 / x + (logarithm - 1) * j1 - odd / total);
  return [j0, j1, y0, y1];
}

/** J and Y of one order at x >= 25. */
function hankel(order: number, x: number): readonly [number, number] {
  let p = 0;
  let q = 0;
  let term = 1;
  for (let k = 0; k < 60; k++) {
    const sign = (k >> 1) % 2 === 0 ? 1 : -1;
    if (k % 2 === 0) p += sign * term;
    else q += sign * term;
    const next = (term * (4 * order * order - (2 * k + 1) ** 2)) / (8 * (k + 1) * x);
    if (Math.abs(next) >= Math.abs(term) || Math.abs(next) < 1e-17) break;
    term = next;
  }
  const phase = x - (order / 2 + 0.25) * Math.PI;
  const size = Math.sqrt(2 / (Math.PI * x));
  const [c, s] = [Math.cos(phase), Math.sin(phase)];
  return [size * (p * c - q * s), size * (p * s + q * c)];
}

/** The Bessel function of the first kind, of order 0. */
export function besselJ0(x: number): number {
  return x === 0 ? 1 : orders(Math.abs(x))[0];
}

/** The Bessel function of the first kind, of order 1. */
export function besselJ1(x: number): number {
  return x === 0 ? 0 : Math.sign(x) * orders(Math.abs(x))[1];
}

/** The Bessel function of the second kind, of order 0. */
export function besselY0(x: number): number {
  return x === 0 ? -Infinity : x < 0 ? Number.NaN : orders(x)[2];
}

/** The Bessel function of the second kind, of order 1. */
export function besselY1(x: number): number {
  return x === 0 ? -Infinity : x < 0 ? Number.NaN : orders(x)[3];
}

/** The spherical Bessel function of the first kind, of order 0. */
export function sphericalBesselJ0(x: number): number {
  return Math.abs(x) === Infinity ? 0 : x === 0 ? 1 : Math.sin(x) / x;
}
