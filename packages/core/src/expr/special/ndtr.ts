import { erfc, erfcx } from "./erf.ts";
import { polynomial } from "./series.ts";

/** Inverse and logarithm of the normal distribution function. ndtri is Cephes' (S. Moshier). */

const P0 = [
  -59.9633501014107895267, 98.0010754185999661536, -56.6762857469070293439, 13.9312609387279679503,
  -1.23916583867381258016,
];
const Q0 = [
  1, 1.95448858338141759834, 4.67627912898881538453, 86.3602421390890590575, -225.462687854119370527,
  200.260212380060660359, -82.0372256168333339912, 15.9056225126211695515, -1.18331621121330003142,
];
const P1 = [
  4.05544892305962419923, 31.5251094599893866154, 57.1628192246421288162, 44.08050738932008347, 14.6849561928858024014,
  2.18663306850790267539, -1.40256079171354495875e-1, -3.50424626827848203418e-2, -8.57456785154685413611e-4,
];
const Q1 = [
  1, 15.7799883256466749731, 45.3907635128879210584, 41.317203825467203044, 15.0425385692907503408,
  2.50464946208309415979, -1.42182922854787788574e-1, -3.80806407691578277194e-2, -9.33259480895457427372e-4,
];
const P2 = [
  3.2377489177694603597, 6.91522889068984211695, 3.93881025292474443415, 1.33303460815807542389,
  2.01485389549179081538e-1, 1.23716634817820021358e-2, 3.01581553508235416007e-4, 2.65806974686737550832e-6,
  6.2397453918498329373e-9,
];
const Q2 = [
  1, 6.02427039364742014255, 3.67983563856160859403, 1.37702099489081330271, 2.1623699359449663589e-1,
  1.34204006088543189037e-2, 3.28014464682127739104e-4, 2.89247864745380683936e-6, 6.79019408009981274425e-9,
];
const EXP_MINUS_2 = 0.13533528323661269189;

/** The x at which the standard normal distribution function is `p`. */
export function ndtri(p: number): number {
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  if (!(p > 0 && p < 1)) return NaN;
  const upper = p > 1 - EXP_MINUS_2;
  const y = upper ? 1 - p : p;
  if (y > EXP_MINUS_2) {
    const centred = y - 0.5;
    const square = centred * centred;
    const x = centred + centred * ((square * polynomial(square, P0)) / polynomial(square, Q0));
    return x * Math.sqrt(2 * Math.PI);
  }
  const x = Math.sqrt(-2 * Math.log(y));
  const z = 1 / x;
  const correction = x < 8 ? polynomial(z, P1) / polynomial(z, Q1) : polynomial(z, P2) / polynomial(z, Q2);
  const value = x - Math.log(x) / x - z * correction;
  return upper ? value : -value;
}

/** Logarithm of the standard normal distribution function. */
export function log_ndtr(x: number): number {
  const t = x * Math.SQRT1_2;
  return x < -1 ? Math.log(erfcx(-t) / 2) - t * t : Math.log1p(-erfc(t) / 2);
}
