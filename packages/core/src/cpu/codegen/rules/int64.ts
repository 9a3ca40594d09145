import { throwDivision } from "./int.ts";
import type { Rules } from "./rule.ts";

type B = bigint;

const identity = { fn: (a: B) => a, js: "$0" };
const never = { fn: () => false, js: "false" };
const wrap = (a: B): B => BigInt.asIntN(64, a);
const abs = (a: B): B => (a < 0n ? -a : a);

function truncDivide(a: B, b: B): B {
  return b === 0n ? throwDivision() : wrap(a / b);
}

function floorDivide(a: B, b: B): B {
  if (b === 0n) throwDivision();
  const quotient = a / b;
  return wrap(quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient);
}

function remainder(a: B, b: B): B {
  if (b === 0n) throwDivision();
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

function gcd(a: B, b: B): B {
  let x = abs(a);
  let y = abs(b);
  while (y !== 0n) [x, y] = [y, x % y];
  return wrap(x);
}

function pow(a: B, b: B): B {
  if (b < 0n) {
    if (a === 1n) return 1n;
    if (a === -1n) return b % 2n === 0n ? 1n : -1n;
    return 0n;
  }
  let base = a;
  let result = 1n;
  for (let exponent = b; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = wrap(result * base);
    base = wrap(base * base);
  }
  return result;
}

/** 64-bit integers as bigints. V8 compiles `BigInt.asIntN(64, a + b)` to a machine addition. */
export const INT64_RULES: Rules = {
  add: { fn: (a: B, b: B) => wrap(a + b), js: "BigInt.asIntN(64, $0 + $1)" },
  sub: { fn: (a: B, b: B) => wrap(a - b), js: "BigInt.asIntN(64, $0 - $1)" },
  mul: { fn: (a: B, b: B) => wrap(a * b), js: "BigInt.asIntN(64, $0 * $1)" },
  div: { fn: truncDivide },
  neg: { fn: (a: B) => wrap(-a), js: "BigInt.asIntN(64, -$0)" },
  lt: { fn: (a: B, b: B) => a < b, js: "$0 < $1" },
  le: { fn: (a: B, b: B) => a <= b, js: "$0 <= $1" },
  gt: { fn: (a: B, b: B) => a > b, js: "$0 > $1" },
  ge: { fn: (a: B, b: B) => a >= b, js: "$0 >= $1" },
  eq: { fn: (a: B, b: B) => a === b, js: "$0 === $1" },
  ne: { fn: (a: B, b: B) => a !== b, js: "$0 !== $1" },
  bool: { fn: (a: B) => a !== 0n, js: "$0 !== 0n" },
  abs: { fn: (a: B) => wrap(abs(a)), js: "BigInt.asIntN(64, $0 < 0n ? -$0 : $0)" },
  sign: { fn: (a: B) => (a > 0n ? 1n : a < 0n ? -1n : 0n), js: "$0 > 0n ? 1n : $0 < 0n ? -1n : 0n" },
  square: { fn: (a: B) => wrap(a * a), js: "BigInt.asIntN(64, $0 * $0)" },
  relu: { fn: (a: B) => (a < 0n ? 0n : a), js: "$0 < 0n ? 0n : $0" },
  floor: identity,
  ceil: identity,
  trunc: identity,
  round: identity,
  heaviside: { fn: (a: B, b: B) => (a === 0n ? b : a < 0n ? 0n : 1n) },
  min: { fn: (a: B, b: B) => (a < b ? a : b), js: "$0 < $1 ? $0 : $1" },
  max: { fn: (a: B, b: B) => (a > b ? a : b), js: "$0 > $1 ? $0 : $1" },
  fmin: { fn: (a: B, b: B) => (a < b ? a : b), js: "$0 < $1 ? $0 : $1" },
  fmax: { fn: (a: B, b: B) => (a > b ? a : b), js: "$0 > $1 ? $0 : $1" },
  pow: { fn: pow },
  fmod: { fn: (a: B, b: B) => (b === 0n ? throwDivision() : a % b) },
  remainder: { fn: remainder },
  floor_divide: { fn: floorDivide },
  trunc_divide: { fn: truncDivide },
  gcd: { fn: gcd },
  lcm: {
    fn: (a: B, b: B) => {
      const divisor = gcd(a, b);
      return divisor === 0n ? 0n : wrap(abs(wrap((a / divisor) * b)));
    },
  },
  and: { fn: (a: B, b: B) => a & b, js: "$0 & $1" },
  or: { fn: (a: B, b: B) => a | b, js: "$0 | $1" },
  xor: { fn: (a: B, b: B) => a ^ b, js: "$0 ^ $1" },
  not: { fn: (a: B) => ~a, js: "~$0" },
  shl: { fn: (a: B, b: B) => (b < 0n || b >= 64n ? 0n : wrap(a << b)) },
  shr: { fn: (a: B, b: B) => (b < 0n || b >= 63n ? a >> 63n : a >> b) },
  isnan: never,
  isinf: never,
  isfinite: { fn: () => true, js: "true" },
  isposinf: never,
  isneginf: never,
  signbit: { fn: (a: B) => a < 0n, js: "$0 < 0n" },
  real: identity,
  imag: { fn: () => 0n, js: "0n" },
  conj: identity,
};
