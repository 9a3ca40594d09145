import { type BuiltinName, REAL } from "../../../expr/index.ts";
import type { DType } from "../../../dtype/index.ts";
import { hypot } from "../../../expr/real_math.ts";
import * as fn from "../../../expr/special/complex.ts";
import { notImplemented } from "./not_implemented.ts";

export { complexResult } from "../../../expr/special/complex.ts";

/**
 * How the host computes a builtin on complex arguments, given as (re, im) pairs one after another:
 * `fn` leaves a complex result in `complexResult`, or returns a real or boolean one. Cheap ones are
 * also given as texts of the result's parts, with `$0` and `$1` for the first argument's parts, `$2`
 * and `$3` for the second's.
 */
export interface ComplexRule {
  readonly fn: (...args: never[]) => unknown;
  readonly parts?: readonly [string] | readonly [string, string];
}

type N = number;

const { set } = fn;

const COMPLEX_RULES: Readonly<Partial<Record<BuiltinName, ComplexRule>>> = {
  add: { fn: (a: N, b: N, c: N, d: N) => set(a + c, b + d), parts: ["$0 + $2", "$1 + $3"] },
  sub: { fn: (a: N, b: N, c: N, d: N) => set(a - c, b - d), parts: ["$0 - $2", "$1 - $3"] },
  mul: {
    fn: (a: N, b: N, c: N, d: N) => set(a * c - b * d, a * d + b * c),
    parts: ["$0 * $2 - $1 * $3", "$0 * $3 + $1 * $2"],
  },
  div: { fn: fn.cdiv },
  neg: { fn: (a: N, b: N) => set(-a, -b), parts: ["-$0", "-$1"] },
  eq: { fn: (a: N, b: N, c: N, d: N) => a === c && b === d, parts: ["$0 === $2 && $1 === $3"] },
  ne: { fn: (a: N, b: N, c: N, d: N) => a !== c || b !== d, parts: ["$0 !== $2 || $1 !== $3"] },
  bool: { fn: (a: N, b: N) => a !== 0 || b !== 0, parts: ["$0 !== 0 || $1 !== 0"] },
  abs: { fn: hypot },
  sign: { fn: fn.csign },
  square: { fn: (a: N, b: N) => set(a * a - b * b, 2 * a * b), parts: ["$0 * $0 - $1 * $1", "2 * $0 * $1"] },
  pow: { fn: fn.cpow },
  isnan: { fn: (a: N, b: N) => a !== a || b !== b, parts: ["$0 !== $0 || $1 !== $1"] },
  isinf: {
    fn: (a: N, b: N) => Math.abs(a) === Infinity || Math.abs(b) === Infinity,
    parts: ["Math.abs($0) === Infinity || Math.abs($1) === Infinity"],
  },
  isfinite: {
    fn: (a: N, b: N) => Math.abs(a) < Infinity && Math.abs(b) < Infinity,
    parts: ["Math.abs($0) < Infinity && Math.abs($1) < Infinity"],
  },
  exp: { fn: fn.cexp },
  exp2: { fn: fn.cexp2 },
  expm1: { fn: fn.cexpm1 },
  log: { fn: fn.clog },
  log2: { fn: fn.clog2 },
  log10: { fn: fn.clog10 },
  log1p: { fn: fn.clog1p },
  logaddexp: { fn: fn.clogaddexp },
  sqrt: { fn: fn.csqrt },
  rsqrt: { fn: fn.crsqrt },
  reciprocal: { fn: fn.creciprocal },
  sigmoid: { fn: fn.csigmoid },
  sin: { fn: fn.csin },
  cos: { fn: fn.ccos },
  tan: { fn: fn.ctan },
  asin: { fn: fn.casin },
  acos: { fn: fn.cacos },
  atan: { fn: fn.catan },
  sinh: { fn: fn.csinh },
  cosh: { fn: fn.ccosh },
  tanh: { fn: fn.ctanh },
  asinh: { fn: fn.casinh },
  acosh: { fn: fn.cacosh },
  atanh: { fn: fn.catanh },
  sinc: { fn: fn.csinc },
  real: { fn: (a: N) => a, parts: ["$0"] },
  imag: { fn: (_: N, b: N) => b, parts: ["$1"] },
  conj: { fn: (a: N, b: N) => set(a, -b), parts: ["$0", "-$1"] },
  angle: { fn: (a: N, b: N) => Math.atan2(b, a), parts: ["Math.atan2($1, $0)"] },
  complex: { fn: set, parts: ["$0", "$1"] },
};

export function complexRuleFor(name: BuiltinName, compute: DType): ComplexRule {
  const rule = COMPLEX_RULES[name];
  if (rule === undefined || compute.category < REAL) throw notImplemented(name, compute);
  return rule;
}
