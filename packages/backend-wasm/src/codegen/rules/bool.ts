import type { Code, Lanes } from "../code.ts";

/** Code for a builtin on masks. As dtype, torch.bool's arithmetic saturates: 1 + 1 is 1. */
export type BoolRule = (c: Code, ...args: Lanes[]) => Lanes;

const both: BoolRule = (c, a, b) => c.and(a, b);
const either: BoolRule = (c, a, b) => c.or(a, b);
const differ: BoolRule = (c, a, b) => c.xor(a, b);
const not: BoolRule = (c, x) => c.not(x);
const identity: BoolRule = (_, x) => x;
const never: BoolRule = (c) => c.zero();

export const BOOL_RULES: Readonly<Record<string, BoolRule>> = {
  add: either,
  mul: both,
  lt: (c, a, b) => c.andnot(b, a),
  le: (c, a, b) => c.or(c.not(a), b),
  gt: (c, a, b) => c.andnot(a, b),
  ge: (c, a, b) => c.or(a, c.not(b)),
  eq: (c, a, b) => c.not(c.xor(a, b)),
  ne: differ,
  logical_and: both,
  logical_or: either,
  logical_not: not,
  bool: identity,
  abs: identity,
  sign: identity,
  square: identity,
  relu: identity,
  heaviside: either,
  min: both,
  max: either,
  fmin: both,
  fmax: either,
  pow: (c, a, b) => c.or(a, c.not(b)),
  and: both,
  or: either,
  xor: differ,
  not,
  isnan: never,
  isinf: never,
  isfinite: (c) => c.splat32(-1),
  isposinf: never,
  isneginf: never,
  signbit: never,
  real: identity,
  imag: never,
  conj: identity,
};
