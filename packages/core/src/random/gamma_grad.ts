const ZERO_POINT_8 = Math.fround(0.8);
const ZERO_POINT_9 = Math.fround(0.9);
const ONE_POINT_1 = Math.fround(1.1);

/**
 * Derivative of a standard gamma number `x` with respect to its shape `alpha`,
 * -(d cdf(x; alpha) / d alpha) / pdf(x; alpha), as `torch._standard_gamma_grad(alpha, x)`.
 * Computed in float64 for every dtype: a Taylor series for small x, Rice's saddle point expansion for
 * large alpha, a rational fit between.
 */
export function standard_gamma_grad(alpha: number, x: number): number {
  if (x < ZERO_POINT_8) return bySeries(alpha, x);
  return alpha > 8 ? bySaddlePoint(alpha, x) : byRationalFit(alpha, x);
}

function bySeries(alpha: number, x: number): number {
  let numer = 1;
  let denom = alpha;
  let series1 = numer / denom;
  let series2 = numer / (denom * denom);
  for (let i = 1; i <= 5; i++) {
    numer *= -x / i;
    denom += 1;
    series1 += numer / denom;
    series2 += numer / (denom * denom);
  }
  const power = x ** alpha;
  const pdf = x ** (alpha - 1) * Math.exp(-x);
  const cdf = power * series1;
  const result = -((Math.log(x) - digamma(alpha)) * cdf - power * series2) / pdf;
  return Number.isNaN(result) ? 0 : result;
}

function bySaddlePoint(alpha: number, x: number): number {
  if (ZERO_POINT_9 * alpha <= x && x <= ONE_POINT_1 * alpha) {
    const numer1 = 1 + 24 * alpha * (1 + 12 * alpha);
    const numer2 = 1440 * (alpha * alpha) + 6 * x * (53 - 120 * x) - (65 * x * x) / alpha + alpha * (107 + 3600 * x);
    return (numer1 * numer2) / (1244160 * (alpha * alpha) * (alpha * alpha));
  }
  const denom = Math.sqrt(8 * alpha);
  const term2 = denom / (alpha - x);
  const term3 = (x - alpha - alpha * Math.log(x / alpha)) ** -1.5;
  const term23 = x < alpha ? term2 - term3 : term2 + term3;
  const term1 = Math.log(x / alpha) * term23 - (Math.sqrt(2 / alpha) * (alpha + x)) / ((alpha - x) * (alpha - x));
  const stirling = 1 + (1 / (12 * alpha)) * (1 + 1 / (24 * alpha));
  return (-stirling * (x * term1)) / denom;
}

const FIT: readonly (readonly number[])[] = [
  [0.16009398, -0.094634809, 0.025146376, -0.0030648343, 1, 0.32668115, 0.10406089, 0.0014179084],
  [0.53487893, 0.1298071, 0.065735949, -0.0015649758, 0.16639465, 0.020070113, -0.0035938915, -0.00058392623],
  [0.040121004, -0.0065914022, -0.0026286047, -0.0013441777, 0.017050642, -0.0021309326, 0.00085092367, -1.5247877e-7],
];

function byRationalFit(alpha: number, x: number): number {
  const u = Math.log(x / alpha);
  const v = Math.log(alpha);
  const c = (i: number): number => FIT[0]![i]! + u * (FIT[1]![i]! + u * FIT[2]![i]!);
  const p = c(0) + v * (c(1) + v * (c(2) + v * c(3)));
  const q = c(4) + v * (c(5) + v * (c(6) + v * c(7)));
  return Math.exp(p / q);
}

const PSI_10 = 2.25175258906672110764;
const DIGAMMA: readonly number[] = [
  8.33333333333333333333e-2, -2.10927960927960927961e-2, 7.57575757575757575758e-3, -4.16666666666666666667e-3,
  3.96825396825396825397e-3, -8.33333333333333333333e-3, 8.33333333333333333333e-2,
];

/**
 * Digamma function after Cephes (S. Moshier): recurrence up to 10, then the asymptotic series.
 * `r` rounds the steps that PyTorch takes in the precision of the argument.
 *
 * @internal
 */
export function digamma(argument: number, r: (value: number) => number = (value) => value): number {
  let x = argument;
  if (x === 0) return Number.POSITIVE_INFINITY;
  let reflected = 0;
  if (x < 0) {
    if (x === Math.floor(x)) return Number.POSITIVE_INFINITY;
    reflected = r(-r(Math.PI) / r(Math.tan(r(r(Math.PI) * x))));
    x = r(1 - x);
  }
  let result = 0;
  while (x < 10) {
    result -= r(1 / x);
    x = r(x + 1);
  }
  if (x === 10) return r(result + PSI_10 + reflected);
  let y = 0;
  if (x < 1e17) {
    const z = 1 / r(x * x);
    for (const coefficient of DIGAMMA) y = y * z + coefficient;
    y *= z;
  }
  return r(result + r(Math.log(x)) - r(0.5 / x) - y + reflected);
}
