import type { Code, Lanes } from "./lanes.ts";

/** Elementary functions of four float32 numbers, to about 2 units in the last place. */

/** 1.5 * 2^23: adding it rounds to an integer, which then stands in the low bits. Cheap on every engine. */
const MAGIC = 12582912;

/** exp: Cephes' polynomial; the power of two in two factors, so that results may be subnormal or infinite. */
export function exp(c: Code, input: Lanes): Lanes {
  const x = c.binary("pmax", c.binary("pmin", input, c.float(89)), c.float(-104));
  const magic = c.float(MAGIC);
  const shifted = c.madd(x, c.float(Math.LOG2E), magic);
  const n = c.sub(shifted, magic);
  const r = c.nmadd(n, c.float(-2.1219444e-4), c.nmadd(n, c.float(0.693359375), x));
  const p = c.polynomial(
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.50000001201],
  );
  const y = c.add(c.madd(c.mul(p, r), r, r), c.float(1));
  const exponent = c.binary("isub", shifted, magic);
  const half = c.shift("sar", exponent, 1);
  return c.mul(c.mul(y, power(c, half)), power(c, c.binary("isub", exponent, half)));
}

/** 2 to an integer between -126 and 127. */
function power(c: Code, n: Lanes): Lanes {
  return c.shift("shl", c.binary("iadd", n, c.bits(127)), 23);
}

/** log, as musl's logf: x = 2^k (1 + f) with sqrt(1/2) < 1 + f < sqrt(2). */
export function log(c: Code, input: Lanes): Lanes {
  const tiny = c.binary("lt", input, c.float(1.17549435e-38));
  const x = c.select(tiny, c.mul(input, c.float(2 ** 23)), input);
  const shifted = c.binary("iadd", x, c.bits(0x3f800000 - 0x3f3504f3));
  const k = c.sub(
    c.unary("toFloat", c.binary("isub", c.shift("sar", shifted, 23), c.bits(127))),
    c.binary("and", tiny, c.float(23)),
  );
  const mantissa = c.binary("iadd", c.binary("and", shifted, c.bits(0x007fffff)), c.bits(0x3f3504f3));
  const f = c.sub(mantissa, c.float(1));
  const s = c.div(f, c.add(f, c.float(2)));
  const z = c.mul(s, s);
  const w = c.mul(z, z);
  const odd = c.mul(w, c.madd(w, c.float(0.24279078841), c.float(0.40000972152)));
  const even = c.mul(z, c.madd(w, c.float(0.28498786688), c.float(0.66666662693)));
  const half = c.mul(c.mul(f, f), c.float(0.5));
  const low = c.madd(k, c.float(9.0580006145e-6), c.mul(s, c.add(half, c.add(odd, even))));
  const value = c.madd(k, c.float(0.69313812256), c.add(c.sub(low, half), f));
  const infinity = c.float(Infinity);
  const finite = c.select(c.binary("eq", input, infinity), infinity, value);
  const zero = c.select(c.binary("eq", input, c.float(0)), c.float(-Infinity), finite);
  const valid = c.binary("ge", input, c.float(0));
  return c.select(valid, zero, c.float(Number.NaN));
}

/** log(1 + x): what rounding 1 + x lost is made up for. */
export function log1p(c: Code, x: Lanes): Lanes {
  const one = c.float(1);
  const u = c.add(x, one);
  const correction = c.div(c.sub(x, c.sub(u, one)), u);
  const value = c.add(log(c, u), correction);
  const special = c.binary("or", c.binary("eq", u, c.float(0)), c.binary("eq", u, c.float(Infinity)));
  return c.select(c.binary("eq", u, one), x, c.select(special, log(c, u), value));
}

/** exp(x) - 1, by Kahan's formula. */
export function expm1(c: Code, x: Lanes): Lanes {
  const one = c.float(1);
  const u = exp(c, x);
  const d = c.sub(u, one);
  const value = c.div(c.mul(d, x), log(c, u));
  const outside = c.binary("or", c.binary("eq", d, c.float(-1)), c.binary("gt", x, c.float(20)));
  return c.select(c.binary("eq", u, one), x, c.select(outside, d, value));
}

/** tanh: Cephes' polynomial near 0, else 1 - 2 / (exp(2 x) + 1). */
export function tanh(c: Code, x: Lanes): Lanes {
  const size = c.unary("abs", x);
  const z = c.mul(x, x);
  const p = c.polynomial(
    z,
    [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
  );
  const near = c.madd(c.mul(p, z), x, x);
  const one = c.float(1);
  const far = c.sub(one, c.div(c.float(2), c.add(exp(c, c.add(size, size)), one)));
  const sign = c.bits(-0x80000000);
  return c.select(c.binary("lt", size, c.float(0.625)), near, c.select(sign, x, far));
}

export function sigmoid(c: Code, x: Lanes): Lanes {
  const one = c.float(1);
  return c.div(one, c.add(one, exp(c, c.unary("neg", x))));
}

/** erf: Cephes' polynomial below 1, else 1 - erfc. */
export function erf(c: Code, x: Lanes): Lanes {
  const size = c.unary("abs", x);
  const one = c.float(1);
  const z = c.mul(x, x);
  const near = c.mul(
    x,
    c.polynomial(
      z,
      [
        7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2, 1.128358514861418e-1,
        -3.7612625824233e-1, 1.12837916572671,
      ],
    ),
  );
  const q = c.div(one, size);
  const y = c.mul(q, q);
  const middle = c.polynomial(
    y,
    [
      2.326819970068386e-2, -1.387039388740657e-1, 3.687424674597105e-1, -5.824733027278666e-1, 6.210004621745983e-1,
      -4.944515323274145e-1, 3.404879937665872e-1, -2.741127028184656e-1, 5.638259427386472e-1,
    ],
  );
  const outer = c.polynomial(
    y,
    [
      -1.047766399936249e1, 1.297719955372516e1, -7.495518717768503, 2.921019019210786, -1.0152652792027,
      4.218463358204948e-1, -2.820767439740514e-1, 5.641895067754075e-1,
    ],
  );
  const tail = c.select(c.binary("lt", size, c.float(2)), middle, outer);
  const far = c.sub(one, c.mul(c.mul(exp(c, c.unary("neg", z)), q), tail));
  return c.select(c.binary("gt", size, one), c.select(c.bits(-0x80000000), x, far), near);
}
