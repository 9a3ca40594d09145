import type { Lanes } from "../code.ts";
import { type Floats, Ints } from "../lanes.ts";

/**
 * Elementary functions of double-precision lanes, to about 2 units in the last place. The methods are those of fdlibm
 * (Sun Microsystems, 1993) and Cephes (S. Moshier), without branches.
 */

/** 1.5 * 2^52: adding it rounds to an integer, which then stands in the low bits. */
const MAGIC = 6755399441055744;
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;

/** x = n ln 2 + r, as 2^n in two factors and exp(r) - 1. */
function reduced(f: Floats, x: Lanes): { n: Lanes; low: Lanes; high: Lanes; rest: Lanes } {
  const i = new Ints(f.c, 64);
  const magic = f.constant(MAGIC);
  const shifted = f.madd(x, f.constant(Math.LOG2E), magic);
  const n = f.sub(shifted, magic);
  const r = f.nmadd(n, f.constant(LN2_LOW), f.nmadd(n, f.constant(LN2_HIGH), x));
  const z = f.mul(r, r);
  const p = f.mul(r, f.polynomial(z, [1.26177193074810590878e-4, 3.029944077074419613e-2, 9.9999999999999999991e-1]));
  const q = f.polynomial(
    z,
    [3.00198505138664455042e-6, 2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.00000000000000000009],
  );
  const quotient = f.div(p, f.sub(q, p));
  const exponent = i.sub(shifted, magic);
  // Half of the exponent; it fits 32 bits, where arithmetic shifts are cheap on every processor.
  const words = new Ints(f.c, 32);
  const half = f.c.op(0xc7, f.c.shuffle(words.sar(exponent, 1), exponent, 4, [0, 2, 0, 2]));
  return { n, low: power(f, half), high: power(f, i.sub(exponent, half)), rest: f.add(quotient, quotient) };
}

/** 2 to an integer between -1022 and 1023. */
function power(f: Floats, n: Lanes): Lanes {
  const i = new Ints(f.c, 64);
  return i.shl(i.add(n, i.constant(1023)), 52);
}

function clamp(f: Floats, x: Lanes, least: number, most: number): Lanes {
  return f.op("pmax", f.op("pmin", x, f.constant(most)), f.constant(least));
}

export function exp(f: Floats, input: Lanes): Lanes {
  const { low, high, rest } = reduced(f, clamp(f, input, -746, 710));
  return f.mul(f.mul(f.add(rest, f.constant(1)), low), high);
}

export function exp2(f: Floats, input: Lanes): Lanes {
  const x = clamp(f, input, -1076, 1025);
  const magic = f.constant(MAGIC);
  const shifted = f.add(x, magic);
  const whole = f.sub(shifted, magic);
  // The fraction's power, then the integer's.
  const fraction = reduced(f, f.mul(f.sub(x, whole), f.constant(Math.LN2)));
  const i = new Ints(f.c, 64);
  const words = new Ints(f.c, 32);
  const exponent = i.sub(shifted, magic);
  const half = f.c.op(0xc7, f.c.shuffle(words.sar(exponent, 1), exponent, 4, [0, 2, 0, 2]));
  const y = f.mul(f.mul(f.add(fraction.rest, f.constant(1)), fraction.low), fraction.high);
  return f.mul(f.mul(y, power(f, half)), power(f, i.sub(exponent, half)));
}

export function expm1(f: Floats, input: Lanes): Lanes {
  const x = clamp(f, input, -60, 710);
  const { low, high, rest } = reduced(f, x);
  // 2^n (rest + 1 - 2^-n)
  const one = f.constant(1);
  const inverse = f.div(f.div(one, low), high);
  const value = f.mul(f.mul(f.add(rest, f.sub(one, inverse)), low), high);
  return f.select(f.is("eq", input, 0), input, value);
}

/** x = 2^k (1 + f) with sqrt(1/2) < 1 + f < sqrt(2), and log(1 + f). */
function logParts(f: Floats, input: Lanes): { k: Lanes; value: Lanes } {
  const { c } = f;
  const i = new Ints(c, 64);
  const tiny = f.is("lt", input, 2 ** -1022);
  const x = c.select(tiny, f.mul(input, f.constant(2 ** 54)), input);
  const shifted = i.add(x, c.splat64(0, 0x3ff00000 - 0x3fe6a09e));
  // An integer below 2^52 becomes a double by way of the bits of 2^52.
  const biased = f.sub(c.or(i.shr(shifted, 52), c.splat64(0, 0x43300000)), f.constant(2 ** 52 + 1023));
  const k = f.sub(biased, c.and(tiny, f.constant(54)));
  const mantissa = i.add(c.and(shifted, c.splat64(-1, 0xfffff)), c.splat64(0, 0x3fe6a09e));
  const g = f.sub(mantissa, f.constant(1));
  const s = f.div(g, f.add(g, f.constant(2)));
  const z = f.mul(s, s);
  const w = f.mul(z, z);
  const odd = f.mul(w, f.polynomial(w, [1.531383769920937332e-1, 2.222219843214978396e-1, 3.999999999940941908e-1]));
  const even = f.mul(
    z,
    f.polynomial(
      w,
      [1.479819860511658591e-1, 1.818357216161805012e-1, 2.857142874366239149e-1, 6.66666666666673513e-1],
    ),
  );
  const half = f.mul(f.mul(g, g), f.constant(0.5));
  return { k, value: f.add(f.sub(f.mul(s, f.add(half, f.add(odd, even))), half), g) };
}

/** Gives `value` the limits of a logarithm. */
function limits(f: Floats, input: Lanes, value: Lanes): Lanes {
  const infinity = f.constant(Infinity);
  const finite = f.select(f.compare("eq", input, infinity), infinity, value);
  const zero = f.select(f.is("eq", input, 0), f.constant(-Infinity), finite);
  return f.selectOr(f.is("ge", input, 0), zero, Number.NaN);
}

export function log(f: Floats, input: Lanes): Lanes {
  const { k, value } = logParts(f, input);
  return limits(f, input, f.madd(k, f.constant(LN2_HIGH), f.madd(k, f.constant(LN2_LOW), value)));
}

export function log2(f: Floats, input: Lanes): Lanes {
  const { k, value } = logParts(f, input);
  return limits(f, input, f.madd(value, f.constant(Math.LOG2E), k));
}

export function log10(f: Floats, input: Lanes): Lanes {
  const { k, value } = logParts(f, input);
  const low = f.madd(k, f.constant(3.69423907715893078616e-13), f.mul(value, f.constant(Math.LOG10E)));
  return limits(f, input, f.madd(k, f.constant(3.01029995663611771306e-1), low));
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

export function tanh(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const t = expm1(f, f.op("pmin", f.add(size, size), f.constant(60)));
  return f.copysign(f.div(t, f.add(t, f.constant(2))), x);
}

export function sigmoid(f: Floats, x: Lanes): Lanes {
  const one = f.constant(1);
  return f.div(one, f.add(one, exp(f, f.neg(x))));
}

/** exp(|x|) / 2 where exp overflows. */
function halfExp(f: Floats, size: Lanes): Lanes {
  const root = exp(f, f.mul(size, f.constant(0.5)));
  return f.mul(f.mul(root, f.constant(0.5)), root);
}

export function sinh(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const t = expm1(f, size);
  const near = f.mul(f.constant(0.5), f.add(t, f.div(t, f.add(t, f.constant(1)))));
  return f.copysign(f.select(f.is("gt", size, 700), halfExp(f, size), near), x);
}

export function cosh(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const e = exp(f, size);
  const half = f.constant(0.5);
  return f.select(f.is("gt", size, 700), halfExp(f, size), f.madd(e, half, f.div(half, e)));
}

/** Argument beyond which reduction by parts of pi / 2 loses digits. */
const FAR = 2 ** 20;

const SIN = [
  1.58969099521155010221e-10, -2.50507602534068634195e-8, 2.75573137070700676789e-6, -1.98412698298579493134e-4,
  8.33333333332248946124e-3, -1.66666666666666324348e-1,
];
const COS = [
  -1.13596475577881948265e-11, 2.0875723212981748279e-9, -2.75573143513906633035e-7, 2.48015872894767294178e-5,
  -1.38888888888741095749e-3, 4.16666666666666019037e-2,
];

/** Sine and cosine of x less its nearest multiple of pi / 2, and the multiple's number in the low bits. */
function quadrant(f: Floats, x: Lanes): { sine: Lanes; cosine: Lanes; number: Lanes } {
  const magic = f.constant(MAGIC);
  const shifted = f.madd(x, f.constant(2 / Math.PI), magic);
  const n = f.sub(shifted, magic);
  let r = f.nmadd(n, f.constant(1.57079632673412561417), x);
  r = f.nmadd(n, f.constant(6.0771005063039659766e-11), r);
  const before = r;
  const tail = f.constant(2.02226624879595063154e-21);
  r = f.nmadd(n, tail, before);
  const low = f.sub(f.sub(before, r), f.mul(n, tail));
  const z = f.mul(r, r);
  const one = f.constant(1);
  const half = f.mul(z, f.constant(0.5));
  const sine = f.add(f.madd(f.mul(f.polynomial(z, SIN), z), r, low), r);
  const w = f.sub(one, half);
  const lost = f.sub(f.sub(one, w), half);
  const cosine = f.add(w, f.add(lost, f.sub(f.mul(f.mul(z, z), f.polynomial(z, COS)), f.mul(r, low))));
  return { sine, cosine, number: shifted };
}

/** Lanes with bit `bit` of an integer set. */
function bitSet(f: Floats, number: Lanes, bit: number): Lanes {
  const i = new Ints(f.c, 64);
  return i.is("ne", f.c.and(number, i.constant(1 << bit)), 0);
}

/** `value`, with Math's function instead in lanes whose arguments are far from 0. */
function orScalar(f: Floats, name: string, x: Lanes, value: Lanes): Lanes {
  const { c } = f;
  const out = c.lanes();
  c.copy(out, value);
  const near = f.is("lt", f.abs(x), FAR);
  c.when(
    () => c.anyTrue(c.not(near)),
    () => {
      const scalar = f.call(name, x);
      c.copy(out, c.select(near, value, scalar));
    },
  );
  return out;
}

export function sin(f: Floats, x: Lanes): Lanes {
  const { sine, cosine, number } = quadrant(f, x);
  const value = f.select(bitSet(f, number, 0), cosine, sine);
  const turned = f.c.xor(value, f.c.and(bitSet(f, number, 1), f.sign));
  return orScalar(f, "sin", x, f.select(f.is("eq", x, 0), x, turned));
}

export function cos(f: Floats, x: Lanes): Lanes {
  const { sine, cosine, number } = quadrant(f, x);
  const i = new Ints(f.c, 64);
  const value = f.select(bitSet(f, number, 0), sine, cosine);
  const turned = bitSet(f, i.add(number, i.constant(1)), 1);
  return orScalar(f, "cos", x, f.c.xor(value, f.c.and(turned, f.sign)));
}

export function tan(f: Floats, x: Lanes): Lanes {
  const { sine, cosine, number } = quadrant(f, x);
  const odd = bitSet(f, number, 0);
  const value = f.div(f.select(odd, f.neg(cosine), sine), f.select(odd, sine, cosine));
  return orScalar(f, "tan", x, f.select(f.is("eq", x, 0), x, value));
}
