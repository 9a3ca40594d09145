import type { Code, Lanes } from "../code.ts";
import { type Comparison, Floats } from "../lanes.ts";
import type { Machine } from "../machine.ts";

/** Code for a builtin on lanes of integers in their dtype's range; results of tests are masks. */
export interface IntRule {
  readonly write: (m: Machine, ...args: Lanes[]) => Lanes;
  /** The result may leave the range of a narrow dtype. */
  readonly loose?: boolean;
  /** Arguments need not be in their range for the low bits to come out right. */
  readonly takesLoose?: boolean;
  /** Narrowest lanes it is there for; 32 unless given. */
  readonly from?: 8 | 16;
  readonly traps?: boolean;
}

const compare = (op: Comparison): IntRule => ({ write: ({ i }, a, b) => i.compare(op, a, b), from: 8 });
const identity: IntRule = { write: (_, x) => x, from: 8 };
const never: IntRule = { write: ({ c }) => c.zero(), from: 8 };
const modular = (write: IntRule["write"], from: 8 | 16 = 8): IntRule => ({
  write,
  from,
  loose: true,
  takesLoose: true,
});

/** Traps if a lane of `divisor` is zero. */
function trapOnZero({ c, i }: Machine, divisor: Lanes): void {
  c.traps = true;
  c.when(
    () => c.anyTrue(i.is("eq", divisor, 0)),
    () => c.emit(0x00),
  );
}

/** Quotients truncated towards zero; `b` is not zero. */
function quotient(m: Machine, a: Lanes, b: Lanes): Lanes {
  const { c, i, bits } = m;
  const minus = i.is("eq", b, -1);
  if (bits === 64) {
    // The least number has no negative: divide by 1 and negate, which wraps.
    const divisor = c.select(minus, i.constant(1), b);
    const value = c.perLane("i64", 2, (lane) => {
      c.extract("i64", a, lane);
      c.extract("i64", divisor, lane);
      c.emit(0x7f);
    });
    return c.select(minus, i.neg(value), value);
  }
  // Doubles hold both exactly, and a quotient cannot be rounded to an integer that it is not.
  const f = new Floats(c, 64);
  const part = (x: Lanes, y: Lanes): Lanes => c.op(0xfc, f.div(c.op(0xfe, x), c.op(0xfe, y)));
  const value = c.joinLow(part(a, b), part(c.upper(a), c.upper(b)));
  return c.select(minus, i.neg(a), value);
}

function divided(m: Machine, a: Lanes, b: Lanes): { q: Lanes; rest: Lanes } {
  trapOnZero(m, b);
  const q = quotient(m, a, b);
  return { q, rest: m.i.sub(a, m.i.mul(q, b)) };
}

/** Where a remainder is not zero and has not the sign of the divisor. */
function mismatch({ c, i }: Machine, rest: Lanes, b: Lanes): Lanes {
  return c.and(i.is("ne", rest, 0), i.is("lt", c.xor(rest, b), 0));
}

const truncDivide: IntRule = { write: (m, a, b) => divided(m, a, b).q, loose: true, traps: true };

/** Modulo 2^n; a negative exponent gives the integral part of the reciprocal, as in PyTorch's powi. */
function pow(m: Machine, a: Lanes, b: Lanes): Lanes {
  const { c, i } = m;
  const one = i.constant(1);
  const [base, exponent, result] = [c.lanes(), c.lanes(), c.lanes()];
  c.copy(base, a);
  c.copy(exponent, i.max(b, i.constant(0)));
  c.copy(result, one);
  c.loop(
    () => c.anyTrue(exponent),
    () => {
      const odd = i.is("ne", c.and(exponent, one), 0);
      c.copy(result, c.select(odd, i.mul(result, base), result));
      c.copy(base, i.mul(base, base));
      c.copy(exponent, i.shr(exponent, 1));
    },
  );
  const even = i.is("eq", c.and(b, one), 0);
  const unit = c.select(even, one, i.constant(-1));
  const minus = c.and(unit, i.is("eq", a, -1));
  const inverse = c.or(minus, c.and(i.is("eq", a, 1), one));
  return c.select(i.is("lt", b, 0), inverse, result);
}

function gcd(m: Machine, a: Lanes, b: Lanes): Lanes {
  const { c, i } = m;
  const [x, y] = [c.lanes(), c.lanes()];
  c.copy(x, i.abs(a));
  c.copy(y, i.abs(b));
  c.loop(
    () => c.anyTrue(y),
    () => {
      const more = i.is("ne", y, 0);
      const divisor = c.select(more, y, i.constant(1));
      const rest = i.sub(x, i.mul(quotient(m, x, divisor), divisor));
      c.copy(x, c.select(more, y, x));
      c.copy(y, c.and(rest, more));
    },
  );
  return i.abs(x);
}

function lcm(m: Machine, a: Lanes, b: Lanes): Lanes {
  const { c, i } = m;
  const divisor = gcd(m, a, b);
  const none = i.is("eq", divisor, 0);
  const value = i.mul(quotient(m, a, c.select(none, i.constant(1), divisor)), b);
  return c.andnot(i.abs(value), none);
}

/** Lane-wise shift by amounts that are in range. */
function shifted({ c, bits }: Machine, a: Lanes, b: Lanes, left: boolean): Lanes {
  const type = bits === 64 ? "i64" : "i32";
  const opcode = bits === 64 ? (left ? 0x86 : 0x87) : left ? 0x74 : 0x75;
  return c.perLane(type, 128 / bits, (lane) => {
    c.extract(type, a, lane);
    c.extract(type, b, lane);
    c.emit(opcode);
  });
}

/** Shifts by the number of bits or more give 0 to the left and the sign to the right, as PyTorch's do. */
function shift(m: Machine, a: Lanes, b: Lanes, left: boolean): Lanes {
  const { c, i, compute } = m;
  const size = 8 * compute.itemsize;
  const most = compute.is_signed && !left ? size - 1 : size;
  const outside = c.or(i.is("lt", b, 0), i.is("ge", b, most));
  if (left) return c.andnot(shifted(m, a, b, true), outside);
  return shifted(m, a, c.select(outside, i.constant(Math.min(most, m.bits - 1)), b), false);
}

const minimum: IntRule = { write: ({ i }, a, b) => i.min(a, b), from: 8 };
const maximum: IntRule = { write: ({ i }, a, b) => i.max(a, b), from: 8 };

/** Integers of all widths. */
export const INT_RULES: Readonly<Record<string, IntRule>> = {
  add: modular(({ i }, a, b) => i.add(a, b)),
  sub: modular(({ i }, a, b) => i.sub(a, b)),
  mul: modular(({ i }, a, b) => i.mul(a, b), 16),
  div: truncDivide,
  neg: modular(({ i }, x) => i.neg(x)),
  eq: compare("eq"),
  ne: compare("ne"),
  lt: compare("lt"),
  le: compare("le"),
  gt: compare("gt"),
  ge: compare("ge"),
  bool: { write: ({ i }, x) => i.is("ne", x, 0), from: 8 },
  abs: { write: ({ i }, x) => i.abs(x), loose: true, from: 8 },
  sign: {
    write: ({ c, i }, x) => i.sub(c.and(i.is("gt", x, 0), i.constant(1)), c.and(i.is("lt", x, 0), i.constant(1))),
    from: 8,
  },
  square: modular(({ i }, x) => i.mul(x, x), 16),
  relu: { write: ({ i }, x) => i.max(x, i.constant(0)), from: 8 },
  floor: identity,
  ceil: identity,
  trunc: identity,
  round: identity,
  heaviside: {
    write({ c, i }, a, b) {
      const step = c.and(i.is("gt", a, 0), i.constant(1));
      return c.select(i.is("eq", a, 0), b, step);
    },
    from: 8,
  },
  min: minimum,
  max: maximum,
  fmin: minimum,
  fmax: maximum,
  pow: { write: (m, a, b) => pow(m, a, b), loose: true },
  fmod: { write: (m, a, b) => divided(m, a, b).rest, traps: true },
  remainder: {
    write(m, a, b) {
      const { rest } = divided(m, a, b);
      return m.i.add(rest, m.c.and(mismatch(m, rest, b), b));
    },
    traps: true,
  },
  floor_divide: {
    write(m, a, b) {
      const { q, rest } = divided(m, a, b);
      return m.i.add(q, mismatch(m, rest, b));
    },
    loose: true,
    traps: true,
  },
  trunc_divide: truncDivide,
  gcd: { write: (m, a, b) => gcd(m, a, b), loose: true },
  lcm: { write: (m, a, b) => lcm(m, a, b), loose: true },
  and: { write: ({ c }, a, b) => c.and(a, b), from: 8, takesLoose: true, loose: true },
  or: { write: ({ c }, a, b) => c.or(a, b), from: 8, takesLoose: true, loose: true },
  xor: { write: ({ c }, a, b) => c.xor(a, b), from: 8, takesLoose: true, loose: true },
  not: modular(({ c }, x) => c.not(x)),
  shl: { write: (m, a, b) => shift(m, a, b, true), loose: true },
  shr: { write: (m, a, b) => shift(m, a, b, false) },
  isnan: never,
  isinf: never,
  isfinite: { write: ({ c }) => c.splat32(-1), from: 8 },
  isposinf: never,
  isneginf: never,
  signbit: { write: ({ i }, x) => i.is("lt", x, 0), from: 8 },
  real: identity,
  imag: { write: ({ c }: { readonly c: Code }) => c.zero(), from: 8 },
  conj: identity,
};
