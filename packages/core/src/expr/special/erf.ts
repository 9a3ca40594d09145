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

// Coefficients of Algorithm AS 241 (Wichura 1988), PPND16, for the normal quantile in the middle and in two tails.
const CENTRE = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
const CENTRE_BELOW = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
const SHOULDER = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const SHOULDER_BELOW = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const TAIL = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const TAIL_BELOW = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
];

/** Inverse of erf: the normal quantile of (1 + y) / 2 over the root of 2, by Wichura's AS 241, good to 1e-16. */
export function erfinv(y: number): number {
  const magnitude = Math.abs(y);
  if (!(magnitude < 1)) return magnitude === 1 ? y * Infinity : NaN;
  if (magnitude <= 0.85) {
    const r = 0.180625 - 0.25 * y * y;
    return (y * Math.SQRT1_2 * 0.5 * polynomial(r, CENTRE)) / polynomial(r, CENTRE_BELOW);
  }
  const r = Math.sqrt(-Math.log((1 - magnitude) / 2));
  const x =
    r <= 5
      ? polynomial(r - 1.6, SHOULDER) / polynomial(r - 1.6, SHOULDER_BELOW)
      : polynomial(r - 5, TAIL) / polynomial(r - 5, TAIL_BELOW);
  return y < 0 ? -x * Math.SQRT1_2 : x * Math.SQRT1_2;
}
