import type { Rules } from "./rule.ts";

const both = { fn: (a: boolean, b: boolean) => a && b, js: "$0 && $1" };
const either = { fn: (a: boolean, b: boolean) => a || b, js: "$0 || $1" };
const not = { fn: (a: boolean) => !a, js: "!$0" };
const differ = { fn: (a: boolean, b: boolean) => a !== b, js: "$0 !== $1" };
const identity = { fn: (a: boolean) => a, js: "$0" };
const never = { fn: () => false, js: "false" };

/** Truth values; as dtype, torch.bool's arithmetic saturates: 1 + 1 is 1. */
export const BOOL_RULES: Rules = {
  add: either,
  mul: both,
  lt: { fn: (a: boolean, b: boolean) => !a && b, js: "!$0 && $1" },
  le: { fn: (a: boolean, b: boolean) => !a || b, js: "!$0 || $1" },
  gt: { fn: (a: boolean, b: boolean) => a && !b, js: "$0 && !$1" },
  ge: { fn: (a: boolean, b: boolean) => a || !b, js: "$0 || !$1" },
  eq: { fn: (a: boolean, b: boolean) => a === b, js: "$0 === $1" },
  ne: differ,
  logical_and: both,
  logical_or: either,
  logical_not: not,
  bool: identity,
  abs: identity,
  sign: identity,
  square: identity,
  relu: identity,
  heaviside: { fn: (a: boolean, b: boolean) => a || b, js: "$0 || $1" },
  min: both,
  max: either,
  fmin: both,
  fmax: either,
  pow: { fn: (a: boolean, b: boolean) => a || !b, js: "$0 || !$1" },
  and: both,
  or: either,
  xor: differ,
  not,
  isnan: never,
  isinf: never,
  isfinite: { fn: () => true, js: "true" },
  isposinf: never,
  isneginf: never,
  signbit: never,
  real: identity,
  imag: never,
  conj: identity,
};
