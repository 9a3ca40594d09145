/**
 * Orthogonal polynomials of degree n (truncated to an integer; 0 below degree 0). Chebyshev's use their
 * trigonometric forms at high degrees, all others their three-term recurrences.
 */

type Step = (k: number, x: number, current: number, before: number) => number;

/** Rounds a value to the dtype of the computation: float32 overflows early, and then gives nan. */
type Round = (x: number) => number;

const exact: Round = (x) => x;

/** Runs a recurrence from degrees 0 (1) and 1 up to n. */
function recur(n: number, x: number, first: number, round: Round, step: Step): number {
  if (n === 0) return 1;
  let before = 1;
  let current = round(first);
  for (let k = 1; k < n && current === current; k++) [before, current] = [current, round(step(k, x, current, before))];
  return current;
}

const chebyshevStep: Step = (_k, x, current, before) => 2 * x * current - before;

/** The degree as an integer; -1 for what a 64-bit integer cannot hold. */
function wholeDegree(degree: number): number {
  return Math.abs(degree) < 2 ** 63 ? Math.trunc(degree) : -1;
}

const alternating = (n: number): number => (n % 2 === 0 ? 1 : -1);

/** Chebyshev polynomial of the first kind. */
export function chebyshevT(x: number, degree: number, round: Round = exact): number {
  const n = wholeDegree(degree);
  if (n < 0) return 0;
  if (Math.abs(x) === 1) return x > 0 ? 1 : alternating(n);
  if (n > 6 && Math.abs(x) < 1) return Math.cos(n * Math.acos(x));
  return recur(n, x, x, round, chebyshevStep);
}

/** Chebyshev polynomial of the second kind. */
export function chebyshevU(x: number, degree: number, round: Round = exact): number {
  const n = wholeDegree(degree);
  if (n < 0) return 0;
  if (Math.abs(x) === 1) return (x > 0 ? 1 : alternating(n)) * (n + 1);
  if (n > 8 && Math.abs(x) < 1) return Math.sin((n + 1) * Math.acos(x)) / Math.sin(Math.acos(x));
  return recur(n, x, 2 * x, round, chebyshevStep);
}

/** Chebyshev polynomial of the third kind. */
export function chebyshevV(x: number, degree: number, round: Round = exact): number {
  const n = wholeDegree(degree);
  if (n < 0) return 0;
  if (Math.abs(x) === 1) return x > 0 ? 1 : alternating(n) * (2 * n + 1);
  if (n > 8 && Math.abs(x) < 1) return Math.cos((n + 0.5) * Math.acos(x)) / Math.cos(Math.acos(x) / 2);
  return recur(n, x, 2 * x - 1, round, chebyshevStep);
}

/** Chebyshev polynomial of the fourth kind. */
export function chebyshevW(x: number, degree: number, round: Round = exact): number {
  const n = wholeDegree(degree);
  if (n < 0) return 0;
  if (Math.abs(x) === 1) return x > 0 ? 2 * n + 1 : alternating(n);
  if (n > 8 && Math.abs(x) < 1) return Math.sin((n + 0.5) * Math.acos(x)) / Math.sin(Math.acos(x) / 2);
  return recur(n, x, 2 * x + 1, round, chebyshevStep);
}

/** Physicist's Hermite polynomial. */
export function hermiteH(x: number, degree: number, round: Round = exact): number {
  const n = wholeDegree(degree);
  if (n < 0) return 0;
  return recur(n, x, 2 * x, round, (k, at, current, before) => 2 * at * current - 2 * k * before);
}

/** Probabilist's Hermite polynomial. */
export function hermiteHe(x: number, degree: number, round: Round = exact): number {
  const n = wholeDegree(degree);
  if (n < 0) return 0;
  return recur(n, x, x, round, (k, at, current, before) => at * current - k * before);
}

/** Laguerre polynomial. */
export function laguerreL(x: number, degree: number, round: Round = exact): number {
  const n = wholeDegree(degree);
  if (n < 0) return 0;
  return recur(n, x, 1 - x, round, (k, at, current, before) => ((2 * k + 1 - at) * current - k * before) / (k + 1));
}

/** Legendre polynomial. */
export function legendreP(x: number, degree: number, round: Round = exact): number {
  const n = wholeDegree(degree);
  if (n < 0) return 0;
  if (Math.abs(x) === 1) return x > 0 ? 1 : alternating(n);
  return recur(n, x, x, round, (k, at, current, before) => ((2 * k + 1) * at * current - k * before) / (k + 1));
}
