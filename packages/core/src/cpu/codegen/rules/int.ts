import { RuntimeError } from "../../../errors.ts";
import { type Rules, math } from "./rule.ts";

type N = number;

const identity = { fn: (a: N) => a, js: "$0" };
const never = { fn: () => false, js: "false" };
const divide = { fn: truncDivide };

export function throwDivision(): never {
  throw new RuntimeError("ZeroDivisionError");
}

function truncDivide(a: N, b: N): N {
  return b === 0 ? throwDivision() : Math.trunc(a / b);
}

function remainder(a: N, b: N): N {
  if (b === 0) throwDivision();
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function gcd(a: N, b: N): N {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

function lcm(a: N, b: N): N {
  const divisor = gcd(a, b);
  return divisor === 0 ? 0 : Math.abs(Math.imul(a / divisor, b));
}

/** Modulo 2^32; a negative exponent gives the integral part of the reciprocal, as in PyTorch's powi. */
function pow(a: N, b: N): N {
  if (b < 0) {
    if (a === 1) return 1;
    if (a === -1) return b % 2 === 0 ? 1 : -1;
    return 0;
  }
  let base = a;
  let result = 1;
  for (let exponent = b; exponent > 0; exponent >>>= 1) {
    if (exponent & 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
}

/** Integers of at most 32 bits, held as numbers; results marked `wraps` are reduced to the dtype's range. */
const INT_RULES: Rules = {
  add: { fn: (a: N, b: N) => a + b, js: "$0 + $1", wraps: true },
  sub: { fn: (a: N, b: N) => a - b, js: "$0 - $1", wraps: true },
  mul: { fn: Math.imul, js: "Math.imul($0, $1)", wraps: true },
  div: divide,
  neg: { fn: (a: N) => 0 - a, js: "0 - $0", wraps: true },
  lt: { fn: (a: N, b: N) => a < b, js: "$0 < $1" },
  le: { fn: (a: N, b: N) => a <= b, js: "$0 <= $1" },
  gt: { fn: (a: N, b: N) => a > b, js: "$0 > $1" },
  ge: { fn: (a: N, b: N) => a >= b, js: "$0 >= $1" },
  eq: { fn: (a: N, b: N) => a === b, js: "$0 === $1" },
  ne: { fn: (a: N, b: N) => a !== b, js: "$0 !== $1" },
  bool: { fn: (a: N) => a !== 0, js: "$0 !== 0" },
  abs: { ...math("abs"), wraps: true },
  sign: { fn: (a: N) => (a > 0 ? 1 : a < 0 ? -1 : 0), js: "$0 > 0 ? 1 : $0 < 0 ? -1 : 0" },
  square: { fn: (a: N) => Math.imul(a, a), js: "Math.imul($0, $0)", wraps: true },
  relu: { fn: (a: N) => (a < 0 ? 0 : a), js: "$0 < 0 ? 0 : $0" },
  floor: identity,
  ceil: identity,
  trunc: identity,
  round: identity,
  heaviside: { fn: (a: N, b: N) => (a === 0 ? b : a < 0 ? 0 : 1), js: "$0 === 0 ? $1 : $0 < 0 ? 0 : 1" },
  min: { fn: (a: N, b: N) => (a < b ? a : b), js: "$0 < $1 ? $0 : $1" },
  max: { fn: (a: N, b: N) => (a > b ? a : b), js: "$0 > $1 ? $0 : $1" },
  fmin: { fn: (a: N, b: N) => (a < b ? a : b), js: "$0 < $1 ? $0 : $1" },
  fmax: { fn: (a: N, b: N) => (a > b ? a : b), js: "$0 > $1 ? $0 : $1" },
  pow: { fn: pow, wraps: true },
  fmod: { fn: (a: N, b: N) => (b === 0 ? throwDivision() : a % b) },
  remainder: { fn: remainder },
  floor_divide: { fn: (a: N, b: N) => (b === 0 ? throwDivision() : Math.floor(a / b)), wraps: true },
  trunc_divide: { fn: truncDivide, wraps: true },
  gcd: { fn: gcd, wraps: true },
  lcm: { fn: lcm, wraps: true },
  and: { fn: (a: N, b: N) => a & b, js: "$0 & $1" },
  or: { fn: (a: N, b: N) => a | b, js: "$0 | $1" },
  xor: { fn: (a: N, b: N) => a ^ b, js: "$0 ^ $1" },
  not: { fn: (a: N) => ~a, js: "~$0", wraps: true },
  isnan: never,
  isinf: never,
  isfinite: { fn: () => true, js: "true" },
  isposinf: never,
  isneginf: never,
  signbit: { fn: (a: N) => a < 0, js: "$0 < 0" },
  real: identity,
  imag: { fn: () => 0, js: "0" },
  conj: identity,
};

/** Shifts by the number of bits or more give 0 to the left and the sign to the right, as PyTorch's do. */
function shifts(bits: number, signed: boolean): Rules {
  const most = signed ? bits - 1 : bits;
  return {
    shl: { fn: (a: N, b: N) => (b < 0 || b >= bits ? 0 : a << b), wraps: true },
    shr: { fn: (a: N, b: N) => (b < 0 || b >= most ? a >> Math.min(most, 31) : a >> b) },
  };
}

export const UINT8_RULES: Rules = { ...INT_RULES, ...shifts(8, false) };
export const INT8_RULES: Rules = { ...INT_RULES, ...shifts(8, true) };
export const INT16_RULES: Rules = { ...INT_RULES, ...shifts(16, true) };
export const INT32_RULES: Rules = { ...INT_RULES, ...shifts(32, true) };
