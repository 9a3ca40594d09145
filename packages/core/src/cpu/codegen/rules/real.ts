import { type DType, bfloat16, float16, float32, float64 } from "../../../dtype/index.ts";
import * as fn from "../../../expr/real_math.ts";
import { roundReal } from "../convert.ts";
import { SPECIAL_RULES } from "./special.ts";
import { type Rule, type Rules, math } from "./rule.ts";

type N = number;

const identity = { fn: (a: N) => a, js: "$0" };

/** Floating point, computed in double precision and rounded at the store. */
const REAL_RULES: Rules = {
  ...SPECIAL_RULES,
  add: { fn: (a: N, b: N) => a + b, js: "$0 + $1" },
  sub: { fn: (a: N, b: N) => a - b, js: "$0 - $1" },
  mul: { fn: (a: N, b: N) => a * b, js: "$0 * $1" },
  div: { fn: (a: N, b: N) => a / b, js: "$0 / $1" },
  neg: { fn: (a: N) => -a, js: "-$0" },
  lt: { fn: (a: N, b: N) => a < b, js: "$0 < $1" },
  le: { fn: (a: N, b: N) => a <= b, js: "$0 <= $1" },
  gt: { fn: (a: N, b: N) => a > b, js: "$0 > $1" },
  ge: { fn: (a: N, b: N) => a >= b, js: "$0 >= $1" },
  eq: { fn: (a: N, b: N) => a === b, js: "$0 === $1" },
  ne: { fn: (a: N, b: N) => a !== b, js: "$0 !== $1" },
  bool: { fn: (a: N) => a !== 0, js: "$0 !== 0" },
  abs: math("abs"),
  sign: { fn: (a: N) => (a > 0 ? 1 : a < 0 ? -1 : 0), js: "$0 > 0 ? 1 : $0 < 0 ? -1 : 0" },
  square: { fn: (a: N) => a * a, js: "$0 * $0" },
  relu: { fn: (a: N) => (a < 0 ? 0 : a), js: "$0 < 0 ? 0 : $0" },
  floor: math("floor"),
  ceil: math("ceil"),
  trunc: math("trunc"),
  round: { fn: fn.roundEven },
  frac: { fn: (a: N) => a - Math.trunc(a), js: "$0 - Math.trunc($0)" },
  copysign: { fn: fn.copysign },
  heaviside: { fn: (a: N, b: N) => (a === 0 ? b : a > 0 ? 1 : 0), js: "$0 === 0 ? $1 : $0 > 0 ? 1 : 0" },
  min: math("min"),
  max: math("max"),
  fmin: { fn: fn.fmin },
  fmax: { fn: fn.fmax },
  pow: { fn: fn.pow },
  atan2: math("atan2"),
  hypot: { fn: fn.hypot },
  fmod: { fn: (a: N, b: N) => a % b, js: "$0 % $1" },
  remainder: { fn: fn.remainder },
  floor_divide: { fn: fn.floorDivide },
  ldexp: { fn: (a: N, b: N) => a * 2 ** b, js: "$0 * 2 ** $1" },
  isnan: { fn: (a: N) => a !== a, js: "$0 !== $0" },
  isinf: { fn: (a: N) => Math.abs(a) === Infinity, js: "Math.abs($0) === Infinity" },
  isfinite: { fn: (a: N) => Math.abs(a) < Infinity, js: "Math.abs($0) < Infinity" },
  isposinf: { fn: (a: N) => a === Infinity, js: "$0 === Infinity" },
  isneginf: { fn: (a: N) => a === -Infinity, js: "$0 === -Infinity" },
  signbit: { fn: (a: N) => a < 0 || Object.is(a, -0), js: "$0 < 0 || Object.is($0, -0)" },
  exp: math("exp"),
  exp2: { fn: (a: N) => 2 ** a, js: "2 ** $0" },
  expm1: math("expm1"),
  log: math("log"),
  log2: math("log2"),
  log10: math("log10"),
  log1p: math("log1p"),
  sqrt: math("sqrt"),
  rsqrt: { fn: (a: N) => 1 / Math.sqrt(a), js: "1 / Math.sqrt($0)" },
  reciprocal: { fn: (a: N) => 1 / a, js: "1 / $0" },
  sigmoid: { fn: (a: N) => 1 / (1 + Math.exp(-a)), js: "1 / (1 + Math.exp(-$0))" },
  logaddexp: { fn: fn.logaddexp },
  logaddexp2: { fn: fn.logaddexp2 },
  xlogy: { fn: fn.xlogy },
  xlog1py: { fn: fn.xlog1py },
  entr: { fn: fn.entr },
  sin: math("sin"),
  cos: math("cos"),
  tan: math("tan"),
  asin: math("asin"),
  acos: math("acos"),
  atan: math("atan"),
  sinh: math("sinh"),
  cosh: math("cosh"),
  tanh: math("tanh"),
  asinh: math("asinh"),
  acosh: math("acosh"),
  atanh: math("atanh"),
  sinc: { fn: fn.sinc },
  real: identity,
  imag: { fn: () => 0, js: "0" },
  conj: identity,
  angle: { fn: (a: N) => (a < 0 ? Math.PI : a !== a ? a : 0), js: "$0 < 0 ? Math.PI : $0 !== $0 ? $0 : 0" },
};

/** Quotients are rounded to the dtype first, which may carry them over the next integer. */
function truncDivide(dtype: DType): Rule {
  return { fn: (a: N, b: N) => Math.trunc(roundReal(a / b, dtype)) };
}

export const FLOAT64_RULES: Rules = {
  ...REAL_RULES,
  nextafter: { fn: fn.nextafter },
  trunc_divide: truncDivide(float64),
};
export const FLOAT32_RULES: Rules = {
  ...REAL_RULES,
  nextafter: { fn: fn.nextafterFloat32 },
  trunc_divide: truncDivide(float32),
};
export const FLOAT16_RULES: Rules = {
  ...REAL_RULES,
  nextafter: { fn: fn.nextafterFloat16 },
  trunc_divide: truncDivide(float16),
};
export const BFLOAT16_RULES: Rules = {
  ...REAL_RULES,
  nextafter: { fn: fn.nextafterBfloat16 },
  trunc_divide: truncDivide(bfloat16),
};
