/**
 * What a builtin returns: a truth value, a value of its arguments' kind, a real number even for
 * complex arguments, or a complex number made of real arguments.
 */
export type BuiltinResult = "bool" | "same" | "real" | "complex";

/** Categories of numbers a builtin is defined on: b(ool), i(ntegral), r(eal), c(omplex). */
export type BuiltinDomain = string;

export interface Builtin {
  readonly arity: number;
  readonly domain: BuiltinDomain;
  readonly result: BuiltinResult;
  /** Stays boolean on boolean arguments even inside arithmetic, instead of counting them as 0 and 1. */
  readonly logical?: true;
}

export type BuiltinName =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "neg"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "eq"
  | "ne"
  | "logical_and"
  | "logical_or"
  | "logical_not"
  | "bool"
  | "abs"
  | "sign"
  | "square"
  | "relu"
  | "floor"
  | "ceil"
  | "trunc"
  | "round"
  | "frac"
  | "copysign"
  | "nextafter"
  | "heaviside"
  | "min"
  | "max"
  | "fmin"
  | "fmax"
  | "pow"
  | "atan2"
  | "hypot"
  | "fmod"
  | "remainder"
  | "floor_divide"
  | "trunc_divide"
  | "ldexp"
  | "gcd"
  | "lcm"
  | "and"
  | "or"
  | "xor"
  | "not"
  | "shl"
  | "shr"
  | "isnan"
  | "isinf"
  | "isfinite"
  | "isposinf"
  | "isneginf"
  | "signbit"
  | "exp"
  | "exp2"
  | "expm1"
  | "log"
  | "log2"
  | "log10"
  | "log1p"
  | "sqrt"
  | "rsqrt"
  | "reciprocal"
  | "sigmoid"
  | "logaddexp"
  | "logaddexp2"
  | "xlogy"
  | "xlog1py"
  | "entr"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "sinc"
  | "erf"
  | "erfc"
  | "erfcx"
  | "erfinv"
  | "ndtri"
  | "log_ndtr"
  | "lgamma"
  | "digamma"
  | "polygamma"
  | "zeta"
  | "i0"
  | "i0e"
  | "i1"
  | "i1e"
  | "igamma"
  | "igammac"
  | "bessel_j0"
  | "bessel_j1"
  | "bessel_y0"
  | "bessel_y1"
  | "bessel_k0"
  | "bessel_k1"
  | "bessel_k0e"
  | "bessel_k1e"
  | "spherical_bessel_j0"
  | "airy_ai"
  | "chebyshev_t"
  | "chebyshev_u"
  | "chebyshev_v"
  | "chebyshev_w"
  | "hermite_h"
  | "hermite_he"
  | "laguerre_l"
  | "legendre_p"
  | "frexp_mantissa"
  | "frexp_exponent"
  | "real"
  | "imag"
  | "conj"
  | "angle"
  | "complex";

const same = (arity: number, domain: string): Builtin => ({ arity, domain, result: "same" });
const test = (arity: number, domain: string): Builtin => ({ arity, domain, result: "bool" });
const bitwise = (arity: number): Builtin => ({ arity, domain: "bi", result: "same", logical: true });

/** Every function and operator of the expression language. */
export const BUILTINS: Readonly<Record<BuiltinName, Builtin>> = {
  // Operators: + - * / unary - < <= > >= == != && || !
  add: same(2, "birc"),
  sub: same(2, "irc"),
  mul: same(2, "birc"),
  /** True division; on integers it truncates, as in C. */
  div: same(2, "irc"),
  neg: same(1, "irc"),
  lt: test(2, "bir"),
  le: test(2, "bir"),
  gt: test(2, "bir"),
  ge: test(2, "bir"),
  eq: test(2, "birc"),
  ne: test(2, "birc"),
  logical_and: { arity: 2, domain: "b", result: "bool", logical: true },
  logical_or: { arity: 2, domain: "b", result: "bool", logical: true },
  logical_not: { arity: 1, domain: "b", result: "bool", logical: true },
  /** Conversion: whether the argument is not zero. */
  bool: test(1, "birc"),

  // Signs and rounding
  abs: { arity: 1, domain: "birc", result: "real" },
  /** -1, 0 or 1 (nan gives 0); a complex number divided by its absolute value. */
  sign: same(1, "birc"),
  square: same(1, "birc"),
  relu: same(1, "bir"),
  floor: same(1, "ir"),
  ceil: same(1, "ir"),
  trunc: same(1, "ir"),
  /** To the nearest integer, half to even. */
  round: same(1, "ir"),
  frac: same(1, "r"),
  copysign: same(2, "r"),
  nextafter: same(2, "r"),
  heaviside: same(2, "bir"),

  // Two operands
  /** Propagates nan. */
  min: { arity: 2, domain: "bir", result: "same", logical: true },
  /** Propagates nan. */
  max: { arity: 2, domain: "bir", result: "same", logical: true },
  /** Ignores nan. */
  fmin: same(2, "bir"),
  /** Ignores nan. */
  fmax: same(2, "bir"),
  pow: same(2, "birc"),
  atan2: same(2, "r"),
  hypot: same(2, "r"),
  /** Remainder with the sign of the dividend. */
  fmod: same(2, "ir"),
  /** Remainder with the sign of the divisor, as Python's. */
  remainder: same(2, "ir"),
  floor_divide: same(2, "ir"),
  trunc_divide: same(2, "ir"),
  ldexp: same(2, "r"),
  gcd: same(2, "i"),
  lcm: same(2, "i"),
  and: bitwise(2),
  or: bitwise(2),
  xor: bitwise(2),
  not: bitwise(1),
  shl: same(2, "i"),
  shr: same(2, "i"),

  // Classification
  isnan: test(1, "birc"),
  isinf: test(1, "birc"),
  isfinite: test(1, "birc"),
  isposinf: test(1, "bir"),
  isneginf: test(1, "bir"),
  signbit: test(1, "bir"),

  // Powers and logarithms
  exp: same(1, "rc"),
  exp2: same(1, "rc"),
  expm1: same(1, "rc"),
  log: same(1, "rc"),
  log2: same(1, "rc"),
  log10: same(1, "rc"),
  log1p: same(1, "rc"),
  sqrt: same(1, "rc"),
  rsqrt: same(1, "rc"),
  reciprocal: same(1, "rc"),
  sigmoid: same(1, "rc"),
  /** log(exp(x) + exp(y)) */
  logaddexp: same(2, "rc"),
  logaddexp2: same(2, "r"),
  /** x log(y), 0 where x is 0 unless y is nan. */
  xlogy: same(2, "r"),
  /** x log1p(y), 0 where x is 0 unless y is nan. */
  xlog1py: same(2, "r"),
  /** -x log(x) for positive x, 0 at 0, -inf below. */
  entr: same(1, "r"),

  // Circular and hyperbolic functions
  sin: same(1, "rc"),
  cos: same(1, "rc"),
  tan: same(1, "rc"),
  asin: same(1, "rc"),
  acos: same(1, "rc"),
  atan: same(1, "rc"),
  sinh: same(1, "rc"),
  cosh: same(1, "rc"),
  tanh: same(1, "rc"),
  asinh: same(1, "rc"),
  acosh: same(1, "rc"),
  atanh: same(1, "rc"),
  /** sin(pi x) / (pi x) */
  sinc: same(1, "rc"),

  // Special functions
  erf: same(1, "r"),
  erfc: same(1, "r"),
  erfcx: same(1, "r"),
  erfinv: same(1, "r"),
  ndtri: same(1, "r"),
  log_ndtr: same(1, "r"),
  lgamma: same(1, "r"),
  digamma: same(1, "r"),
  /** polygamma(n, x), the n-th derivative of digamma. */
  polygamma: same(2, "r"),
  /** Hurwitz zeta function zeta(x, q). */
  zeta: same(2, "r"),
  i0: same(1, "r"),
  i0e: same(1, "r"),
  i1: same(1, "r"),
  i1e: same(1, "r"),
  /** Regularised lower incomplete gamma function P(a, x). */
  igamma: same(2, "r"),
  /** Regularised upper incomplete gamma function Q(a, x). */
  igammac: same(2, "r"),
  bessel_j0: same(1, "r"),
  bessel_j1: same(1, "r"),
  bessel_y0: same(1, "r"),
  bessel_y1: same(1, "r"),
  bessel_k0: same(1, "r"),
  bessel_k1: same(1, "r"),
  bessel_k0e: same(1, "r"),
  bessel_k1e: same(1, "r"),
  spherical_bessel_j0: same(1, "r"),
  airy_ai: same(1, "r"),

  // Orthogonal polynomials, f(x, degree)
  chebyshev_t: same(2, "r"),
  chebyshev_u: same(2, "r"),
  chebyshev_v: same(2, "r"),
  chebyshev_w: same(2, "r"),
  hermite_h: same(2, "r"),
  hermite_he: same(2, "r"),
  laguerre_l: same(2, "r"),
  legendre_p: same(2, "r"),

  // x = frexp_mantissa(x) * 2 ** frexp_exponent(x)
  frexp_mantissa: same(1, "r"),
  frexp_exponent: same(1, "r"),

  // Complex numbers
  real: { arity: 1, domain: "birc", result: "real" },
  imag: { arity: 1, domain: "birc", result: "real" },
  conj: same(1, "birc"),
  /** Argument of a complex number; pi for negative reals. */
  angle: { arity: 1, domain: "rc", result: "real" },
  /** complex(re, im) */
  complex: { arity: 2, domain: "r", result: "complex" },
};

/** The builtin of that name, widened to {@link Builtin}. */
export function builtin(name: BuiltinName): Builtin {
  return BUILTINS[name];
}
