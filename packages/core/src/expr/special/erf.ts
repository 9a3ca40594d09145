import { polynomial } from "./series.ts";

/** The error function and its relatives. Rational approximations from fdlibm's s_erf.c (Sun Microsystems, 1993). */

// Coefficients of the highest power first.
const PP = [
  -2.37630166566501626084e-5, -5.77027029648944159157e-3, -2.84817495755985104766e-2, -3.2504210724700149937e-1,
  1.28379167095512558561e-1,
];
const QQ = [
  -3.9602282787753681232e-6, 1.32494738004321644526e-4, 5.08130628187576562776e-3, 6.50222499887672944485e-2,
  3.97917223959155352819e-1, 1,
];
const PA = [
  -2.166375594868790843e-3, 3.54783043256182359371e-2, -1.10894694282396677476e-1, 3.18346619901161753674e-1,
  -3.72207876035701323847e-1, 4.14856118683748331666e-1, -2.36211856075265944077e-3,
];
const QA = [
  1.1984499846799107417e-2, 1.36370839120290507362e-2, 1.26171219808761642112e-1, 7.18286544141962662868e-2,
  5.40397917702171048937e-1, 1.06420880400844228286e-1, 1,
];
const RA = [
  -9.81432934416914548592, -8.12874355063065934246e1, -1.84605092906711035994e2, -1.62396669462573470355e2,
  -6.23753324503260060396e1, -1.05586262253232909814e1, -6.93858572707181764372e-1, -9.86494403484714822705e-3,
];
const SA = [
  -6.04244152148580987438e-2, 6.57024977031928170135, 1.08635005541779435134e2, 4.29008140027567833386e2,
  6.45387271733267880336e2, 4.34565877475229228821e2, 1.376577541435190426e2, 1.96512716674392571292e1, 1,
];
const RB = [
  -4.83519191608651397019e2, -1.02509513161107724954e3, -6.37566443368389627722e2, -1.60636384855821916062e2,
  -1.77579549177547519889e1, -7.99283237680523006574e-1, -9.86494292470009928597e-3,
];
const SB = [
  -2.24409524465858183362e1, 4.74528541206955367215e2, 2.55305040643316442583e3, 3.19985821950859553908e3,
  1.53672958608443695994e3, 3.25792512996573918826e2, 3.03380607434824582924e1, 1,
];
const ERX = 8.45062911510467529297e-1;

const scratch = new DataView(new ArrayBuffer(8));

/** `x` without the low half of its mantissa, so that its square is exact. */
function truncated(x: number): number {
  scratch.setFloat64(0, x);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}

/** (erf(x) - x) / x for |x| < 0.84375 */
function small(x: number): number {
  const z = x * x;
  return polynomial(z, PP) / polynomial(z, QQ);
}

/** log(x exp(x^2) erfc(x)) for x >= 1.25 */
function tail(x: number): number {
  const s = 1 / (x * x);
  const ratio = x < 1 / 0.35 ? polynomial(s, RA) / polynomial(s, SA) : polynomial(s, RB) / polynomial(s, SB);
  return ratio - 0.5625;
}

/** erfc for x >= 1.25 */
function complement(x: number): number {
  const z = truncated(x);
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - x) * (z + x) + tail(x) + 0.5625)) / x;
}

export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 0.84375) return x + x * small(x);
  if (x !== x) return x;
  let value = 1;
  if (magnitude < 1.25) {
    const s = magnitude - 1;
    value = ERX + polynomial(s, PA) / polynomial(s, QA);
  } else if (magnitude < 6) value = 1 - complement(magnitude);
  return x < 0 ? -value : value;
}

/** 1 - erf(x) */
export function erfc(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 0.84375) {
    const y = small(x);
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y);
  }
  if (x !== x) return x;
  if (magnitude < 1.25) {
    const s = magnitude - 1;
    const ratio = polynomial(s, PA) / polynomial(s, QA);
    return x >= 0 ? 1 - ERX - ratio : 1 + (ERX + ratio);
  }
  if (x >= 28) return 0;
  if (x <= -6) return 2;
  return x > 0 ? complement(x) : 2 - complement(magnitude);
}

/** exp(x^2) erfc(x) */
export function erfcx(x: number): number {
  if (x < -26.7) return Infinity;
  if (x < -6.1) return 2 * Math.exp(x * x);
  if (x < 1.25) return Math.exp(x * x) * erfc(x);
  if (x < 50) return Math.exp(tail(x)) / x;
  // Continued fraction; see Faddeeva.cc (S. G. Johnson, 2012).
  const square = x * x;
  const scale = 1 / Math.sqrt(Math.PI);
  if (!(x <= 5e7)) return scale / x;
  return (scale * (square * (square + 4.5) + 2)) / (x * (square * (square + 5) + 3.75));
}

/** Inverse of erf: a rational guess and two Newton steps (G. Pavlis, Indiana University, 1996). */
export function erfinv(y: number): number {
  const magnitude = Math.abs(y);
  if (!(magnitude < 1)) return magnitude === 1 ? y * Infinity : NaN;
  const slope = (x: number): number => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);
  if (magnitude <= 0.7) {
    const z = y * y;
    const numerator = ((-0.140543331 * z + 0.914624893) * z - 1.645349621) * z + 0.886226899;
    let x = (y * numerator) / ((((0.012229801 * z - 0.329097515) * z + 1.442710462) * z - 2.118377725) * z + 1);
    for (let step = 0; step < 2; step++) x -= (erf(x) - y) / slope(x);
    return x;
  }
  const z = Math.sqrt(-Math.log((1 - magnitude) / 2));
  const numerator = ((1.641345311 * z + 3.429567803) * z - 1.624906493) * z - 1.970840454;
  let x = numerator / ((1.6370678 * z + 3.5438892) * z + 1);
  // Complements, since erf(x) and y agree in most of their digits.
  for (let step = 0; step < 2; step++) x += (erfc(x) - (1 - magnitude)) / slope(x);
  return y < 0 ? -x : x;
}
