import type { Lanes } from "../code.ts";
import { Floats, Ints } from "../lanes.ts";
import * as double from "./double.ts";
import * as inverse from "./inverse.ts";

/** Elementary functions of single-precision lanes, to 2 units in the last place. */

/** 1.5 * 2^23: adding it rounds to an integer, which then stands in the low bits. Cheap on every engine. */
const MAGIC = 12582912;

type Lane = (f: Floats, ...args: Lanes[]) => Lanes;

/** The function computed in double precision, where rounding to single precision is all that remains of the error. */
export function viaDouble(fn: Lane): Lane {
  return (f, ...args) => {
    const { c } = f;
    const wide = new Floats(c, 64);
    const low = fn(wide, ...args.map((arg) => c.op(0x5f, arg)));
    const high = fn(wide, ...args.map((arg) => c.op(0x5f, c.upper(arg))));
    return c.joinLow(c.op(0x5e, low), c.op(0x5e, high));
  };
}

interface Reduced {
  /** exp(r) - 1 - r, by Cephes' polynomial. */
  readonly tail: Lanes;
  readonly r: Lanes;
  /** n + bias in its low bits. */
  readonly shifted: Lanes;
}

/** x = n ln 2 + r. */
function reduced(f: Floats, x: Lanes, bias: number): Reduced {
  const magic = f.constant(MAGIC + bias);
  const shifted = f.madd(x, f.constant(Math.LOG2E), magic);
  const n = f.sub(shifted, magic);
  const r = f.nmadd(n, f.constant(-2.1219444e-4), f.nmadd(n, f.constant(0.693359375), x));
  const square = f.mul(r, r);
  const term = (a: number, b: number): Lanes => f.madd(r, f.constant(a), f.constant(b));
  // In pairs, for what limits these loops is how long one result waits for another.
  const high = f.madd(term(1.98756915e-4, 1.3981999507e-3), square, term(8.3334519073e-3, 4.1665795894e-2));
  const p = f.madd(high, square, term(1.6666665459e-1, 0.50000001201));
  return { tail: f.mul(p, square), r, shifted };
}

/** 1 + r + tail. */
function base(f: Floats, { tail, r }: Reduced): Lanes {
  return f.add(f.add(tail, r), f.constant(1));
}

/** 2 to an integer between -126 and 127. */
function power(f: Floats, n: Lanes): Lanes {
  const i = new Ints(f.c, 32);
  return i.shl(i.add(n, i.constant(127)), 23);
}

export function exp(f: Floats, input: Lanes): Lanes {
  const { c } = f;
  const i = new Ints(c, 32);
  const x = f.op("pmax", f.op("pmin", input, f.constant(89)), f.constant(-104));
  const parts = reduced(f, x, 254);
  // 2^64, or 2^-64 for negative numbers: the power in two factors, so that results may be subnormal or infinite.
  const last = c.xor(c.and(i.shr(x, 1), i.constant(1 << 30)), f.constant(2 ** 64));
  const first = i.sub(i.shl(parts.shifted, 23), last);
  return f.mul(f.mul(base(f, parts), first), last);
}

/** exp of numbers that are not positive. */
function expBelow(f: Floats, input: Lanes): Lanes {
  const i = new Ints(f.c, 32);
  const parts = reduced(f, f.op("pmax", input, f.constant(-104)), 127 + 64);
  return f.mul(f.mul(base(f, parts), i.shl(parts.shifted, 23)), f.constant(2 ** -64));
}

/** exp of numbers between -87 and 88. */
function expWithin(f: Floats, input: Lanes): Lanes {
  const i = new Ints(f.c, 32);
  const parts = reduced(f, input, 127);
  return f.mul(base(f, parts), i.shl(parts.shifted, 23));
}

export function expm1(f: Floats, input: Lanes): Lanes {
  const i = new Ints(f.c, 32);
  const { tail, r, shifted } = reduced(f, f.op("pmax", f.op("pmin", input, f.constant(89)), f.constant(-20)), 0);
  const exponent = i.sub(shifted, f.constant(MAGIC));
  const half = i.sar(exponent, 1);
  const [low, high] = [power(f, half), power(f, i.sub(exponent, half))];
  // 2^n (exp(r) - 1 + 1 - 2^-n), the powers' inverses by their exponents.
  const flip = i.constant(254 << 23);
  const inverse = f.mul(i.sub(flip, low), i.sub(flip, high));
  const value = f.mul(f.mul(f.add(f.add(tail, r), f.sub(f.constant(1), inverse)), low), high);
  return f.select(f.is("eq", input, 0), input, value);
}

/** log, as musl's logf: x = 2^k (1 + g) with sqrt(1/2) < 1 + g < sqrt(2). */
export function log(f: Floats, input: Lanes): Lanes {
  const { c } = f;
  const i = new Ints(c, 32);
  const tiny = f.is("lt", input, 2 ** -126);
  const x = c.select(tiny, f.mul(input, f.constant(2 ** 23)), input);
  const shifted = i.add(x, i.constant(0x3f800000 - 0x3f3504f3));
  const k = f.sub(c.op(0xfa, i.sub(i.sar(shifted, 23), i.constant(127))), c.and(tiny, f.constant(23)));
  const mantissa = i.add(c.and(shifted, i.constant(0x007fffff)), i.constant(0x3f3504f3));
  const g = f.sub(mantissa, f.constant(1));
  const s = f.div(g, f.add(g, f.constant(2)));
  const z = f.mul(s, s);
  const w = f.mul(z, z);
  const odd = f.mul(w, f.polynomial(w, [0.24279078841, 0.40000972152]));
  const even = f.mul(z, f.polynomial(w, [0.28498786688, 0.66666662693]));
  const half = f.mul(f.mul(g, g), f.constant(0.5));
  const low = f.madd(k, f.constant(9.0580006145e-6), f.mul(s, f.add(half, f.add(odd, even))));
  const value = f.madd(k, f.constant(0.69313812256), f.add(f.sub(low, half), g));
  const infinity = f.constant(Infinity);
  const finite = c.select(f.compare("eq", input, infinity), infinity, value);
  const zero = c.select(f.is("eq", input, 0), f.constant(-Infinity), finite);
  return f.selectOr(f.is("ge", input, 0), zero, Number.NaN);
}

/** log(1 + x): what rounding 1 + x lost is made up for. */
export function log1p(f: Floats, x: Lanes): Lanes {
  const one = f.constant(1);
  const u = f.add(x, one);
  const correction = f.div(f.sub(x, f.sub(u, one)), u);
  const plain = log(f, u);
  const special = f.c.or(f.is("eq", u, 0), f.is("eq", u, Infinity));
  return f.select(f.compare("eq", u, one), x, f.select(special, plain, f.add(plain, correction)));
}

/** tanh: Cephes' polynomial near 0, else 1 - 2 / (exp(2 x) + 1). */
export function tanh(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const z = f.mul(x, x);
  const p = f.polynomial(
    z,
    [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
  );
  const near = f.madd(f.mul(p, z), x, x);
  const one = f.constant(1);
  // Beyond 10 it rounds to 1.
  const bounded = f.op("pmin", size, f.constant(10));
  const far = f.sub(one, f.div(f.constant(2), f.add(expWithin(f, f.add(bounded, bounded)), one)));
  return f.select(f.is("lt", size, 0.625), near, f.copysign(far, x));
}

/** By exp(-|x|), which cannot overflow, so that small results keep their digits. */
export function sigmoid(f: Floats, x: Lanes): Lanes {
  const one = f.constant(1);
  const e = expBelow(f, f.c.or(x, f.sign));
  return f.div(f.select(f.is("lt", x, 0), e, one), f.add(one, e));
}

/** |x| to the power y, of numbers that came from single precision, in double. */
function powerDouble(f: Floats, x: Lanes, y: Lanes): Lanes {
  return double.exp2(f, f.mul(y, double.log2(f, f.abs(x))));
}

/** C's pow. */
export const pow: Lane = viaDouble((f, x, y) => {
  const { c } = f;
  const whole = f.op("trunc", y);
  const integral = f.compare("eq", whole, y);
  const halved = f.mul(whole, f.constant(0.5));
  const odd = c.and(integral, f.compare("ne", f.op("trunc", halved), halved));
  const size = powerDouble(f, x, y);
  const signed = c.select(odd, f.copysign(size, x), size);
  const below = c.and(f.is("lt", x, 0), f.is("gt", x, -Infinity));
  const valid = c.select(c.andnot(below, integral), f.constant(Number.NaN), signed);
  // 1 to any power is 1, anything to 0 is 1, and -1 to an infinite power.
  const one = f.constant(1);
  const unit = c.and(f.compare("eq", f.abs(x), one), f.is("eq", f.abs(y), Infinity));
  const trivial = c.or(unit, c.or(f.compare("eq", x, one), f.is("eq", y, 0)));
  return c.select(trivial, one, valid);
});

/** 1.5 * 2^52: adding it rounds a double to an integer, which then stands in the low bits. */
const MAGIC_DOUBLE = 6755399441055744;
/** Argument beyond which reduction by parts of pi / 2 loses digits. */
const FAR = 2 ** 20;

/**
 * Sine or cosine: x less its nearest multiple of pi / 2 is taken in double precision, the polynomials are Cephes' in single
 * precision; arguments far from 0 are left to Math.
 */
function circular(f: Floats, name: "sin" | "cos", x: Lanes): Lanes {
  const { c } = f;
  const wide = new Floats(c, 64);
  const i = new Ints(c, 32);
  const halves = [x, c.upper(x)].map((part) => {
    const value = c.op(0x5f, part);
    const magic = wide.constant(MAGIC_DOUBLE);
    const shifted = wide.madd(value, wide.constant(2 / Math.PI), magic);
    const n = wide.sub(shifted, magic);
    const high = wide.nmadd(n, wide.constant(1.57079632673412561417), value);
    return { shifted, rest: c.op(0x5e, wide.nmadd(n, wide.constant(6.07710050650619224932e-11), high)) };
  });
  const [low, high] = halves as [(typeof halves)[0], (typeof halves)[0]];
  const r = c.joinLow(low.rest, high.rest);
  let number = c.shuffle(low.shifted, high.shifted, 4, [0, 2, 4, 6]);
  if (name === "cos") number = i.add(number, i.constant(1));
  const z = f.mul(r, r);
  const sine = f.madd(f.mul(f.polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]), z), r, r);
  const one = f.constant(1);
  const curve = f.polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
  const cosine = f.madd(f.mul(z, z), curve, f.nmadd(f.constant(0.5), z, one));
  const odd = i.compare("ne", c.and(number, i.constant(1)), c.zero());
  const value = c.xor(c.select(odd, cosine, sine), c.and(i.shl(number, 30), f.sign));
  const out = c.lanes();
  // The sign of zero is kept.
  c.copy(out, name === "sin" ? c.select(f.is("eq", x, 0), x, value) : value);
  const near = f.is("lt", f.abs(x), FAR);
  c.when(
    () => c.anyTrue(c.not(near)),
    () => c.copy(out, c.select(near, out, f.call(name, x))),
  );
  return out;
}

export const sin: Lane = (f, x) => circular(f, "sin", x);
export const cos: Lane = (f, x) => circular(f, "cos", x);
export const tan: Lane = viaDouble(double.tan);
export const exp2: Lane = viaDouble(double.exp2);
export const log2: Lane = viaDouble(double.log2);
export const log10: Lane = viaDouble(double.log10);
export const sinh: Lane = viaDouble(double.sinh);
export const cosh: Lane = viaDouble(double.cosh);
export const asin: Lane = viaDouble(inverse.asin);
export const acos: Lane = viaDouble(inverse.acos);
export const atan: Lane = viaDouble(inverse.atan);
export const asinh: Lane = viaDouble(inverse.asinh);
export const acosh: Lane = viaDouble(inverse.acosh);
export const atanh: Lane = viaDouble(inverse.atanh);
export const erfc: Lane = viaDouble(inverse.erfc);
export const erfinv: Lane = viaDouble(inverse.erfinv);

/** erf, by polynomials of N. Juffa: directly near 0, else as 1 - exp(p(|x|)). */
export function erf(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const z = f.mul(x, x);
  const near = f.madd(
    f.polynomial(z, [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1]),
    x,
    x,
  );
  // Beyond 4 it rounds to 1.
  const t = f.op("pmin", size, f.constant(4));
  const high = f.madd(f.constant(-1.7285347e-5), t, f.constant(3.83197126e-4));
  const low = f.madd(f.constant(-3.88396438e-3), t, f.constant(2.42546219e-2));
  let p = f.madd(high, f.mul(t, t), low);
  for (const coefficient of [-1.06777877e-1, -6.34846687e-1, -1.28717512e-1]) p = f.madd(p, t, f.constant(coefficient));
  p = f.nmadd(f.constant(1), t, f.mul(p, t));
  const far = f.sub(f.constant(1), expWithin(f, p));
  return f.select(f.compare("gt", size, f.constant(0.927734375)), f.copysign(far, x), near);
}
