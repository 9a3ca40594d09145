import { bfloat16, float16 } from "@tt/core";
import type { Lanes } from "../code.ts";
import { roundBfloat16, roundHalf } from "../half.ts";
import { type Comparison, type Floats, Ints } from "../lanes.ts";
import type { Machine } from "../machine.ts";
import * as double from "../math/double.ts";
import * as inverse from "../math/inverse.ts";
import { floorDivide, fmod, remainder } from "../math/remainder.ts";
import * as single from "../math/single.ts";

/** Code for a builtin on lanes of real numbers; results of tests are masks. */
export type RealRule = (m: Machine, ...args: Lanes[]) => Lanes;

type Lane = (f: Floats, ...args: Lanes[]) => Lanes;

/** A function with a version of its own in single precision. */
const elementary =
  (narrow: Lane, wide: Lane): RealRule =>
  ({ f }, ...args) =>
    f.bits === 32 ? narrow(f, ...args) : wide(f, ...args);

/** A function computed in double precision always. */
const precise = (wide: Lane): RealRule => elementary(single.viaDouble(wide), wide);

const compare =
  (op: Comparison): RealRule =>
  ({ f }, a, b) =>
    f.compare(op, a, b);

const exp = elementary(single.exp, double.exp);
const log = elementary(single.log, double.log);
const log1p = elementary(single.log1p, double.log1p);

function hypot(f: Floats, a: Lanes, b: Lanes): Lanes {
  const { c } = f;
  const x = f.abs(a);
  const y = f.abs(b);
  const large = f.op("max", x, y);
  const ratio = f.div(f.op("min", x, y), large);
  const scaled = f.mul(large, f.sqrt(f.madd(ratio, ratio, f.constant(1))));
  const value = c.select(f.is("eq", large, 0), large, scaled);
  const infinite = c.or(f.is("eq", x, Infinity), f.is("eq", y, Infinity));
  return c.select(infinite, f.constant(Infinity), value);
}

/** `value`, or 0 where `a` is 0, unless b is nan. */
function unlessZero({ c, f }: Machine, a: Lanes, b: Lanes, value: Lanes): Lanes {
  return c.select(c.andnot(f.is("eq", a, 0), f.isNan(b)), f.constant(0), value);
}

function logaddexp(m: Machine, a: Lanes, b: Lanes, base: number): Lanes {
  const { c, f } = m;
  const distance = f.neg(f.abs(f.sub(a, b)));
  const scale = f.constant(base);
  const power = base === 1 ? exp(m, distance) : exp(m, f.mul(distance, f.constant(Math.LN2)));
  const value = f.add(f.op("max", a, b), f.mul(log1p(m, power), scale));
  const infinite = c.and(f.compare("eq", a, b), f.is("eq", f.abs(a), Infinity));
  return c.select(infinite, a, value);
}

function nextafter({ c, f, bits }: Machine, a: Lanes, b: Lanes): Lanes {
  const i = new Ints(c, bits);
  // One step of the bits, away from zero if b is on that side.
  const outward = c.xor(f.compare("lt", a, b), f.is("lt", a, 0));
  const stepped = c.select(outward, i.add(a, i.constant(1)), i.sub(a, i.constant(1)));
  const least = c.or(i.constant(1), c.and(b, f.sign));
  const moved = c.select(f.is("eq", a, 0), least, stepped);
  const value = c.select(f.compare("eq", a, b), b, moved);
  return c.select(c.or(f.isNan(a), f.isNan(b)), f.constant(Number.NaN), value);
}

/** x as m 2^e with 1/2 <= |m| < 1. */
function frexp({ c, f, bits }: Machine, x: Lanes, part: "mantissa" | "exponent"): Lanes {
  const i = new Ints(c, bits);
  const [shift, bias] = bits === 32 ? [23, 126] : [52, 1022];
  const tiny = f.is("lt", f.abs(x), 2 ** (1 - bias));
  const scaled = c.select(tiny, f.mul(x, f.constant(2 ** 54)), x);
  const field = i.shr(f.abs(scaled), shift);
  const special = c.or(f.is("eq", x, 0), c.not(f.is("lt", f.abs(x), Infinity)));
  if (part === "mantissa") {
    const mask = c.not(f.constant(Infinity));
    const mantissa = c.or(c.and(scaled, mask), f.constant(0.5));
    return c.select(special, x, mantissa);
  }
  const magic = bits === 32 ? f.constant(2 ** 23) : f.constant(2 ** 52);
  const number = f.sub(c.or(field, magic), magic);
  const exponent = f.sub(f.sub(number, f.constant(bias)), c.and(tiny, f.constant(54)));
  return c.andnot(exponent, special);
}

const rounded = ({ c, compute }: Machine, x: Lanes): Lanes =>
  compute === float16 ? roundHalf(c, x) : compute === bfloat16 ? roundBfloat16(c, x) : x;

/** C's pow in double precision, by Math.pow. */
function powDouble(f: Floats, a: Lanes, b: Lanes): Lanes {
  const { c } = f;
  const one = f.constant(1);
  const unit = c.and(f.compare("eq", f.abs(a), one), f.is("eq", f.abs(b), Infinity));
  return c.select(c.or(unit, f.compare("eq", a, one)), one, f.call("pow", a, b));
}

/** Builtins on numbers. Those that are missing make their programs run on the host's loops. */
export const REAL_RULES: Readonly<Record<string, RealRule>> = {
  add: ({ f }, a, b) => f.add(a, b),
  sub: ({ f }, a, b) => f.sub(a, b),
  mul: ({ f }, a, b) => f.mul(a, b),
  div: ({ f }, a, b) => f.div(a, b),
  neg: ({ f }, x) => f.neg(x),
  eq: compare("eq"),
  ne: compare("ne"),
  lt: compare("lt"),
  le: compare("le"),
  gt: compare("gt"),
  ge: compare("ge"),
  bool: ({ f }, x) => f.is("ne", x, 0),
  abs: ({ f }, x) => f.abs(x),
  sign({ c, f }, x) {
    const one = f.constant(1);
    return f.sub(c.and(f.is("gt", x, 0), one), c.and(f.is("lt", x, 0), one));
  },
  square: ({ f }, x) => f.mul(x, x),
  relu: ({ f }, x) => f.op("pmax", x, f.constant(0)),
  floor: ({ f }, x) => f.op("floor", x),
  ceil: ({ f }, x) => f.op("ceil", x),
  trunc: ({ f }, x) => f.op("trunc", x),
  round: ({ f }, x) => f.op("nearest", x),
  frac: ({ f }, x) => f.sub(x, f.op("trunc", x)),
  copysign: ({ f }, a, b) => f.copysign(a, b),
  nextafter: (m, a, b) => nextafter(m, a, b),
  heaviside({ c, f }, a, b) {
    const step = c.and(f.is("gt", a, 0), f.constant(1));
    return c.select(f.is("eq", a, 0), b, step);
  },
  min: ({ f }, a, b) => f.op("min", a, b),
  max: ({ f }, a, b) => f.op("max", a, b),
  fmin: ({ c, f }, a, b) => c.select(f.isNan(a), b, c.select(f.isNan(b), a, f.op("min", a, b))),
  fmax: ({ c, f }, a, b) => c.select(f.isNan(a), b, c.select(f.isNan(b), a, f.op("max", a, b))),
  pow: elementary(single.pow, powDouble),
  atan2: ({ f }, a, b) => f.call("atan2", a, b),
  hypot: precise(hypot),
  fmod: precise(fmod),
  remainder: precise(remainder),
  floor_divide: precise(floorDivide),
  trunc_divide: (m, a, b) => m.f.op("trunc", rounded(m, m.f.div(a, b))),
  ldexp: precise((f, a, b) => f.mul(a, double.exp2(f, b))),
  isnan: ({ f }, x) => f.isNan(x),
  isinf: ({ f }, x) => f.is("eq", f.abs(x), Infinity),
  isfinite: ({ f }, x) => f.is("lt", f.abs(x), Infinity),
  isposinf: ({ f }, x) => f.is("eq", x, Infinity),
  isneginf: ({ f }, x) => f.is("eq", x, -Infinity),
  signbit({ c, bits }, x) {
    const i = new Ints(c, bits);
    return i.is("lt", x, 0);
  },
  sqrt: ({ f }, x) => f.sqrt(x),
  rsqrt: ({ f }, x) => f.div(f.constant(1), f.sqrt(x)),
  reciprocal: ({ f }, x) => f.div(f.constant(1), x),
  exp,
  exp2: elementary(single.exp2, double.exp2),
  expm1: elementary(single.expm1, double.expm1),
  log,
  log2: elementary(single.log2, double.log2),
  log10: elementary(single.log10, double.log10),
  log1p,
  sigmoid: elementary(single.sigmoid, double.sigmoid),
  logaddexp: (m, a, b) => logaddexp(m, a, b, 1),
  logaddexp2: (m, a, b) => logaddexp(m, a, b, Math.LOG2E),
  xlogy: (m, a, b) => unlessZero(m, a, b, m.f.mul(a, log(m, b))),
  xlog1py: (m, a, b) => unlessZero(m, a, b, m.f.mul(a, log1p(m, b))),
  entr(m, x) {
    const { c, f } = m;
    const value = f.neg(f.mul(x, log(m, x)));
    const zero = c.select(f.is("eq", x, 0), f.constant(0), value);
    return c.select(f.is("lt", x, 0), f.constant(-Infinity), zero);
  },
  sin: elementary(single.sin, double.sin),
  cos: elementary(single.cos, double.cos),
  tan: elementary(single.tan, double.tan),
  asin: elementary(single.asin, inverse.asin),
  acos: elementary(single.acos, inverse.acos),
  atan: elementary(single.atan, inverse.atan),
  sinh: elementary(single.sinh, double.sinh),
  cosh: elementary(single.cosh, double.cosh),
  tanh: elementary(single.tanh, double.tanh),
  asinh: elementary(single.asinh, inverse.asinh),
  acosh: elementary(single.acosh, inverse.acosh),
  atanh: elementary(single.atanh, inverse.atanh),
  sinc: precise((f, x) => {
    const turned = f.mul(x, f.constant(Math.PI));
    return f.select(f.is("eq", x, 0), f.constant(1), f.div(double.sin(f, turned), turned));
  }),
  erf: elementary(single.erf, inverse.erf),
  erfc: elementary(single.erfc, inverse.erfc),
  erfinv: elementary(single.erfinv, inverse.erfinv),
  frexp_mantissa: (m, x) => frexp(m, x, "mantissa"),
  frexp_exponent: (m, x) => frexp(m, x, "exponent"),
  real: (_, x) => x,
  imag: ({ c }) => c.zero(),
  conj: (_, x) => x,
  angle({ c, f }, x) {
    const value = c.and(f.is("lt", x, 0), f.constant(Math.PI));
    return c.select(f.isNan(x), x, value);
  },
};

/** Those that halves have not: their steps are other than those of float32. */
export function hasRealRule(name: string, half: boolean): boolean {
  return Object.hasOwn(REAL_RULES, name) && !(half && name === "nextafter");
}
