import { polynomial } from "./series.ts";

/** log |gamma(x)| by the rational approximations of fdlibm's e_lgamma_r.c (Sun Microsystems, 1993). */

// Coefficients of the highest power first. About 2: even and odd powers apart.
const A_EVEN = [
  2.52144565451257326939e-5, 2.20862790713908385557e-4, 1.19270763183362067845e-3, 7.38555086081402883957e-3,
  6.73523010531292681824e-2, 7.72156649015328655494e-2,
];
const A_ODD = [
  4.4864094961891516015e-5, 1.08011567247583939954e-4, 5.10069792153511336608e-4, 2.89051383673415629091e-3,
  2.05808084325167332806e-2, 3.22467033424113591611e-1,
];
// About the minimum: powers 0, 1 and 2 modulo 3 apart.
const T0 = [
  3.15632070903625950361e-4, -1.40346469989232843813e-3, 6.10053870246291332635e-3, -3.27885410759859649565e-2,
  4.83836122723810047042e-1,
];
const T1 = [
  -3.12754168375120860518e-4, 8.81081882437654011382e-4, -3.6845201678113825676e-3, 1.79706750811820387126e-2,
  -1.47587722994593911752e-1,
];
const T2 = [
  3.35529192635519073543e-4, -5.38595305356740546715e-4, 2.2596478090061247225e-3, -1.0314224129834143745e-2,
  6.46249402391333854778e-2,
];
// About 1.
const U = [
  1.33810918536787660377e-2, 2.28963728064692451092e-1, 9.77717527963372745603e-1, 1.45492250137234768737,
  6.32827064025093366517e-1, -7.72156649015328655494e-2,
];
const V = [
  3.2170924228242391181e-3, 1.04222645593369134254e-1, 7.69285150456672783825e-1, 2.12848976379893395361,
  2.45597793713041134822, 1,
];
// Over [2, 3], to which [2, 8) is reduced.
const S = [
  3.19475326584100867617e-5, 1.84028451407337715652e-3, 2.6642270303363860956e-2, 1.46350472652464452805e-1,
  3.25778796408930981787e-1, 2.14982415960608852501e-1, -7.72156649015328655494e-2,
];
const R = [
  7.32668430744625636189e-6, 7.77942496381893596434e-4, 1.86459191715652901344e-2, 1.71933865632803078993e-1,
  7.21935547567138069525e-1, 1.39200533467621045958, 1,
];
// Stirling's series, in 1 / x^2.
const W = [
  -1.63092934096575273989e-3, 8.36339918996282139126e-4, -5.95187557450339963135e-4, 7.936505586430195585e-4,
  -2.7777777772877553647e-3, 8.33333333333329678849e-2,
];
const W0 = 4.18938533204672725052e-1;
/** Where gamma has its minimum, lgamma there, and the error of that. */
const MINIMUM = 1.46163214496836224576;
const AT_MINIMUM = -1.21486290535849611461e-1;
const AT_MINIMUM_LOW = -3.63867699703950536541e-18;

/** sin(pi x), exact at integers. */
export function sinPi(x: number): number {
  const reduced = x % 2;
  return Number.isInteger(reduced) ? 0 : Math.sin(Math.PI * reduced);
}

function aboutTwo(y: number): number {
  const z = y * y;
  return y * polynomial(z, A_EVEN) + z * polynomial(z, A_ODD) - 0.5 * y;
}

function aboutMinimum(y: number): number {
  const z = y * y;
  const w = z * y;
  const p = z * polynomial(w, T0) - (AT_MINIMUM_LOW - w * (polynomial(w, T1) + y * polynomial(w, T2)));
  return AT_MINIMUM + p;
}

function aboutOne(y: number): number {
  return -0.5 * y + (y * polynomial(y, U)) / polynomial(y, V);
}

function positive(x: number): number {
  if (x === 1 || x === 2) return 0;
  if (x <= 0.9) {
    const r = -Math.log(x);
    if (x >= 0.7316) return r + aboutTwo(1 - x);
    return r + (x >= 0.23164 ? aboutMinimum(x - (MINIMUM - 1)) : aboutOne(x));
  }
  if (x < 2) {
    if (x >= 1.7316) return aboutTwo(2 - x);
    return x >= 1.23 ? aboutMinimum(x - MINIMUM) : aboutOne(x - 1);
  }
  if (x < 8) {
    const whole = Math.floor(x);
    const y = x - whole;
    let z = 1;
    for (let k = 2; k < whole; k++) z *= y + k;
    return 0.5 * y + (y * polynomial(y, S)) / polynomial(y, R) + Math.log(z);
  }
  if (x < 2 ** 58) {
    const z = 1 / x;
    return (x - 0.5) * (Math.log(x) - 1) + (W0 + z * polynomial(z * z, W));
  }
  return x * (Math.log(x) - 1);
}

/** log |gamma(x)|; infinite at zero and the negative integers. */
export function lgamma(x: number): number {
  if (x !== x) return x;
  if (Math.abs(x) === Infinity) return Infinity;
  if (Math.abs(x) < 2 ** -70) return -Math.log(Math.abs(x));
  if (x > 0) return positive(x);
  const sine = sinPi(x);
  if (sine === 0) return Infinity;
  return Math.log(Math.PI / Math.abs(sine * x)) - positive(-x);
}
