import { lgamma } from "./lgamma.ts";

const EPSILON = 2 ** -53;
const STEPS = 100_000;

/** x^a exp(-x) / gamma(a) */
function density(a: number, x: number): number {
  return Math.exp(a * Math.log(x) - x - lgamma(a));
}

/** P(a, x) by its power series (Abramowitz and Stegun 6.5.29); for x < a + 1. */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < STEPS && term > sum * EPSILON; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * density(a, x);
}

/** Q(a, x) by its continued fraction (6.5.31), evaluated by Lentz's method; for x >= a + 1. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < STEPS; n++) {
    const coefficient = n * (a - n);
    b += 2;
    d = 1 / (b + coefficient * d);
    c = b + coefficient / c;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < EPSILON * 4) break;
  }
  return value * density(a, x);
}

/** Values at the edges of the domain, or null inside of it; `atZero` is the value at x = 0. */
function edge(a: number, x: number, atZero: number): number | null {
  const atInfinity = 1 - atZero;
  if (!(a >= 0 && x >= 0)) return Number.NaN;
  if (a === 0) return x > 0 ? atInfinity : Number.NaN;
  if (x === 0) return atZero;
  if (a === Infinity) return x === Infinity ? Number.NaN : atZero;
  return x === Infinity ? atInfinity : null;
}

/** The regularised lower incomplete gamma function P(a, x). */
export function igamma(a: number, x: number): number {
  return edge(a, x, 0) ?? (x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x));
}

/** The regularised upper incomplete gamma function Q(a, x). */
export function igammac(a: number, x: number): number {
  return edge(a, x, 1) ?? (x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x));
}
