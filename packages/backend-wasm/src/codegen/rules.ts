import type { Code, Lanes } from "./lanes.ts";
import { erf, exp, expm1, log, log1p, sigmoid, tanh } from "./math.ts";

/** Code for a builtin on float32 lanes; results of tests are masks. */
export type Rule = (c: Code, ...args: Lanes[]) => Lanes;

const compare =
  (op: "eq" | "ne" | "lt" | "le" | "gt" | "ge"): Rule =>
  (c, a, b) =>
    c.binary(op, a, b);
const isNan: Rule = (c, x) => c.binary("ne", x, x);
const SIGN = -0x80000000;

/** Builtins on numbers. Those that are missing make their programs run on the host's loops. */
export const REAL_RULES: Readonly<Record<string, Rule>> = {
  add: (c, a, b) => c.add(a, b),
  sub: (c, a, b) => c.sub(a, b),
  mul: (c, a, b) => c.mul(a, b),
  div: (c, a, b) => c.div(a, b),
  neg: (c, x) => c.unary("neg", x),
  eq: compare("eq"),
  ne: compare("ne"),
  lt: compare("lt"),
  le: compare("le"),
  gt: compare("gt"),
  ge: compare("ge"),
  bool: (c, x) => c.binary("ne", x, c.float(0)),
  abs: (c, x) => c.unary("abs", x),
  sign(c, x) {
    const zero = c.float(0);
    const one = c.float(1);
    return c.sub(c.binary("and", c.binary("gt", x, zero), one), c.binary("and", c.binary("lt", x, zero), one));
  },
  square: (c, x) => c.mul(x, x),
  relu: (c, x) => c.binary("max", x, c.float(0)),
  floor: (c, x) => c.unary("floor", x),
  ceil: (c, x) => c.unary("ceil", x),
  trunc: (c, x) => c.unary("trunc", x),
  round: (c, x) => c.unary("nearest", x),
  copysign: (c, a, b) => c.select(c.bits(SIGN), b, a),
  min: (c, a, b) => c.binary("min", a, b),
  max: (c, a, b) => c.binary("max", a, b),
  fmin: (c, a, b) => c.select(isNan(c, a), b, c.select(isNan(c, b), a, c.binary("min", a, b))),
  fmax: (c, a, b) => c.select(isNan(c, a), b, c.select(isNan(c, b), a, c.binary("max", a, b))),
  isnan: isNan,
  isinf: (c, x) => c.binary("eq", c.unary("abs", x), c.float(Infinity)),
  isfinite: (c, x) => c.binary("lt", c.unary("abs", x), c.float(Infinity)),
  isposinf: (c, x) => c.binary("eq", x, c.float(Infinity)),
  isneginf: (c, x) => c.binary("eq", x, c.float(-Infinity)),
  signbit: (c, x) => c.shift("sar", x, 31),
  sqrt: (c, x) => c.unary("sqrt", x),
  rsqrt: (c, x) => c.div(c.float(1), c.unary("sqrt", x)),
  reciprocal: (c, x) => c.div(c.float(1), x),
  exp: (c, x) => exp(c, x),
  expm1: (c, x) => expm1(c, x),
  log: (c, x) => log(c, x),
  log1p: (c, x) => log1p(c, x),
  tanh: (c, x) => tanh(c, x),
  sigmoid: (c, x) => sigmoid(c, x),
  erf: (c, x) => erf(c, x),
  xlogy(c, a, b) {
    const zero = c.binary("andnot", c.binary("eq", a, c.float(0)), isNan(c, b));
    return c.select(zero, c.float(0), c.mul(a, log(c, b)));
  },
  real: (_, x) => x,
  conj: (_, x) => x,
};

/** Builtins on masks. */
export const BOOL_RULES: Readonly<Record<string, Rule>> = {
  logical_and: (c, a, b) => c.binary("and", a, b),
  logical_or: (c, a, b) => c.binary("or", a, b),
  logical_not: (c, x) => c.unary("not", x),
  and: (c, a, b) => c.binary("and", a, b),
  or: (c, a, b) => c.binary("or", a, b),
  xor: (c, a, b) => c.binary("xor", a, b),
  not: (c, x) => c.unary("not", x),
};

/** Builtins whose loops gain most; a loop with one of them pays off even for few elements. */
export const COSTLY: ReadonlySet<string> = new Set(["exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf", "xlogy"]);
