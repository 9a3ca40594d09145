import { digamma } from "./gamma_grad.ts";

type Rounding = (value: number) => number;

const asFloat64: Rounding = (value) => value;

/**
 * Derivative of one Dirichlet number `x` with respect to its own concentration `alpha`, where `total`
 * is the sum of its row's concentrations, up to the factor that `torch._dirichlet_grad(x, alpha, total)`
 * leaves to the caller: -(d cdf / d alpha) / pdf / (1 - x) of the beta distribution (alpha, total - alpha).
 *
 * @param single computes the two series in float32, as PyTorch does for float32 tensors
 */
export function dirichlet_grad(x: number, alpha: number, total: number, single = false): number {
  const r = single ? Math.fround : asFloat64;
  const beta = r(total - alpha);
  const boundary = r(r(total * x) * r(1 - x));
  if (x <= 0.5 && boundary < 2.5) return alphaNearZero(x, alpha, beta, r);
  if (x >= 0.5 && boundary < 0.75) return -betaNearZero(r(1 - x), beta, alpha, r);
  if (alpha > 6 && beta > 6) return bySaddlePoint(x, alpha, total - alpha);
  return byRationalFit(x, alpha, total, r);
}

/** Taylor expansion in x of the beta distribution's derivative with respect to alpha. */
function alphaNearZero(x: number, alpha: number, beta: number, r: Rounding): number {
  const factor = r(r(digamma(alpha, r) - digamma(r(alpha + beta), r)) - r(Math.log(x)));
  let numer = 1;
  let series = r(r(1 / alpha) * r(factor + r(1 / alpha)));
  for (let i = 1; i <= 10; i++) {
    numer = r(numer * r(r(r(i - beta) * x) / i));
    const denom = r(alpha + i);
    series = r(series + r(r(numer / denom) * r(factor + r(1 / denom))));
  }
  const result = r(r(x * r(r(1 - x) ** -beta)) * series);
  return Number.isNaN(result) ? 0 : result;
}

/** Taylor expansion in x of the beta distribution's derivative with respect to beta. */
function betaNearZero(x: number, alpha: number, beta: number, r: Rounding): number {
  const factor = r(digamma(r(alpha + beta), r) - digamma(beta, r));
  let numer = 1;
  let betas = 1;
  let dbetas = 0;
  let series = r(factor / alpha);
  for (let i = 1; i <= 8; i++) {
    numer = r(numer * r(-x / i));
    const step = r(beta - i);
    dbetas = r(r(dbetas * step) + betas);
    betas = r(betas * step);
    series = r(series + r(r(numer / r(alpha + i)) * r(dbetas + r(factor * betas))));
  }
  const result = -r(r(r(1 - x) ** r(1 - beta)) * series);
  return Number.isNaN(result) ? 0 : result;
}

/** Rice's saddle point expansion for large alpha and beta. */
function bySaddlePoint(x: number, alpha: number, beta: number): number {
  const total = alpha + beta;
  const mean = alpha / total;
  const std = Math.sqrt((alpha * beta) / (total + 1)) / total;
  if (mean - 0.1 * std <= x && x <= mean + 0.1 * std) {
    const square = beta * beta;
    const poly =
      47 * x * square * square +
      alpha *
        ((43 + 20 * (16 + 27 * beta) * x) * square * beta +
          alpha *
            (3 * (59 + 180 * beta - 90 * x) * square +
              alpha * ((453 + 1620 * beta * (1 - x) - 455 * x) * beta + alpha * (8 * (1 - x) * (135 * beta - 11)))));
    const numer = ((1 + 12 * alpha) * (1 + 12 * beta)) / (total * total);
    const denom = 12960 * alpha * alpha * alpha * square * (1 + 12 * total);
    return ((numer / (1 - x)) * poly) / denom;
  }
  const prefactor = -x / Math.sqrt((2 * alpha * beta) / total);
  const stirling = (tail(alpha) * tail(beta)) / tail(total);
  const skew = alpha * (x - 1) + beta * x;
  const term1 =
    (2 * (alpha * alpha) * (x - 1) + alpha * beta * (x - 1) - x * (beta * beta)) /
    (Math.sqrt((2 * alpha) / beta) * total ** 1.5 * skew * skew);
  const term2 = 0.5 * Math.log(alpha / (total * x));
  const term3 = Math.sqrt((8 * alpha * beta) / total) / skew;
  const term4 = (beta * Math.log(beta / (total * (1 - x))) + alpha * Math.log(alpha / (total * x))) ** -1.5;
  return stirling * prefactor * (term1 + term2 * (term3 + (x < mean ? term4 : -term4)));
}

function tail(value: number): number {
  return 1 + 1 / (12 * value) + 1 / (288 * value * value);
}

// Coefficients of numerator and denominator by powers of u, a and b.
const NUMERATOR: readonly number[] = [
  1.003668233, -0.01061107488, -0.0657888334, 0.01201642863, 0.6336835991, -0.3557432599, 0.05486251648,
  -0.001465281033, -0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013, 0.221950385, -0.3187676331,
  0.01799915743, 0.01074823814, -0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057, 0.02155310298,
  0.004170831599, 0.001292462449, 6.976601077e-5, -0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565,
  0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181, 0.005900514878, -0.001936558688, -9.495446725e-6,
  5.385558597e-5,
];
const DENOMINATOR: readonly number[] = [
  1, -0.02924021934, -0.04438342661, 0.007285809825, 0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521,
  -0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149, 0.5925320577, -0.1757678135, 0.01505928619,
  0.000564515273, 0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956, -0.007258481865, 0.001096195486,
  0.0003934994223, -4.12701925e-5, 0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-5, 0.001925008108,
  -0.002869809258, 0.0008000589141, -6.063713228e-5, -0.0003477407336, 6.959756487e-5, 1.097287507e-5, -1.650964693e-6,
];

/** A rational correction to an analytic approximation. */
function byRationalFit(x: number, alpha: number, total: number, r: Rounding): number {
  const u = Math.log(x);
  const a = Math.log(alpha) - u;
  const b = Math.log(total) - a;
  const evaluate = (c: readonly number[]): number => {
    let sum = 0;
    for (let k = 0; k < 9; k++) {
      const inner = c[4 * k]! + b * (c[4 * k + 1]! + b * (c[4 * k + 2]! + b * c[4 * k + 3]!));
      sum += u ** Math.floor(k / 3) * a ** (k % 3) * inner;
    }
    return sum;
  };
  const approximation = (x * r(digamma(total, r) - digamma(alpha, r))) / (total - alpha);
  return (evaluate(NUMERATOR) / evaluate(DENOMINATOR)) * approximation;
}
