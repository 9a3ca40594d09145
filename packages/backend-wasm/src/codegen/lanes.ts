import type { Code, Lanes } from "./code.ts";

interface FloatOps {
  readonly [name: string]: number;
}

const FLOAT32: FloatOps = {
  eq: 0x41,
  ne: 0x42,
  lt: 0x43,
  gt: 0x44,
  le: 0x45,
  ge: 0x46,
  ceil: 0x67,
  floor: 0x68,
  trunc: 0x69,
  nearest: 0x6a,
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
  pmin: 0xea,
  pmax: 0xeb,
  madd: 0x105,
  nmadd: 0x106,
};
const FLOAT64: FloatOps = {
  eq: 0x47,
  ne: 0x48,
  lt: 0x49,
  gt: 0x4a,
  le: 0x4b,
  ge: 0x4c,
  ceil: 0x74,
  floor: 0x75,
  trunc: 0x7a,
  nearest: 0x94,
  abs: 0xec,
  neg: 0xed,
  sqrt: 0xef,
  add: 0xf0,
  sub: 0xf1,
  mul: 0xf2,
  div: 0xf3,
  min: 0xf4,
  max: 0xf5,
  pmin: 0xf6,
  pmax: 0xf7,
  madd: 0x107,
  nmadd: 0x108,
};

const f64 = new Float64Array(1);
const f32 = new Float32Array(f64.buffer);
const words = new Int32Array(f64.buffer);

export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** Floating-point lanes of one width. */
export class Floats {
  readonly c: Code;
  readonly bits: 32 | 64;
  private readonly ops: FloatOps;

  constructor(c: Code, bits: 32 | 64) {
    this.c = c;
    this.bits = bits;
    this.ops = bits === 32 ? FLOAT32 : FLOAT64;
  }

  /** The number in all lanes. */
  constant(value: number): Lanes {
    if (this.bits === 32) {
      f32[0] = value;
      return this.c.splat32(words[0]!);
    }
    f64[0] = value;
    return this.c.splat64(words[0]!, words[1]!);
  }

  /** The sign bit of all lanes. */
  get sign(): Lanes {
    return this.constant(-0);
  }

  op(name: string, ...args: Lanes[]): Lanes {
    return this.c.op(this.ops[name]!, ...args);
  }

  add(a: Lanes, b: Lanes): Lanes {
    return this.op("add", a, b);
  }

  sub(a: Lanes, b: Lanes): Lanes {
    return this.op("sub", a, b);
  }

  mul(a: Lanes, b: Lanes): Lanes {
    return this.op("mul", a, b);
  }

  div(a: Lanes, b: Lanes): Lanes {
    return this.op("div", a, b);
  }

  abs(a: Lanes): Lanes {
    return this.op("abs", a);
  }

  neg(a: Lanes): Lanes {
    return this.op("neg", a);
  }

  sqrt(a: Lanes): Lanes {
    return this.op("sqrt", a);
  }

  compare(op: Comparison, a: Lanes, b: Lanes): Lanes {
    return this.op(op, a, b);
  }

  /** Compares with a number. */
  is(op: Comparison, a: Lanes, value: number): Lanes {
    return this.compare(op, a, this.constant(value));
  }

  isNan(a: Lanes): Lanes {
    return this.op("ne", a, a);
  }

  /** a * b + c, rounded once where the build allows. */
  madd(a: Lanes, b: Lanes, c: Lanes): Lanes {
    return this.c.relaxed ? this.op("madd", a, b, c) : this.add(this.mul(a, b), c);
  }

  /** c - a * b */
  nmadd(a: Lanes, b: Lanes, c: Lanes): Lanes {
    return this.c.relaxed ? this.op("nmadd", a, b, c) : this.sub(c, this.mul(a, b));
  }

  select(mask: Lanes, a: Lanes, b: Lanes): Lanes {
    return this.c.select(mask, a, b);
  }

  /** `a` where the mask is set, else the number. */
  selectOr(mask: Lanes, a: Lanes, value: number): Lanes {
    return this.select(mask, a, this.constant(value));
  }

  /** `magnitude` with the sign of `sign`. */
  copysign(magnitude: Lanes, sign: Lanes): Lanes {
    return this.c.select(this.sign, sign, magnitude);
  }

  /** The polynomial with these coefficients, highest first. */
  polynomial(x: Lanes, coefficients: readonly number[]): Lanes {
    let value = this.constant(coefficients[0]!);
    for (let i = 1; i < coefficients.length; i++) value = this.madd(value, x, this.constant(coefficients[i]!));
    return value;
  }

  /** Results of Math's function, computed in double precision lane by lane. */
  call(name: string, ...args: Lanes[]): Lanes {
    const { c } = this;
    const single = this.bits === 32;
    return c.perLane(single ? "f32" : "f64", 128 / this.bits, (lane) => {
      for (const arg of args) {
        c.extract(single ? "f32" : "f64", arg, lane);
        if (single) c.emit(0xbb);
      }
      c.call(name, args.length);
      if (single) c.emit(0xb6);
    });
  }
}

type Width = 8 | 16 | 32 | 64;

interface IntOps {
  readonly eq: number;
  readonly lt: number;
  readonly abs: number;
  readonly shl: number;
  readonly add: number;
  readonly sub: number;
  readonly mul: number | null;
  readonly min: number | null;
}

const INTS: Readonly<Record<Width, IntOps>> = {
  8: { eq: 0x23, lt: 0x25, abs: 0x60, shl: 0x6b, add: 0x6e, sub: 0x71, mul: null, min: 0x76 },
  16: { eq: 0x2d, lt: 0x2f, abs: 0x80, shl: 0x8b, add: 0x8e, sub: 0x91, mul: 0x95, min: 0x96 },
  32: { eq: 0x37, lt: 0x39, abs: 0xa0, shl: 0xab, add: 0xae, sub: 0xb1, mul: 0xb5, min: 0xb6 },
  64: { eq: 0xd6, lt: 0xd8, abs: 0xc0, shl: 0xcb, add: 0xce, sub: 0xd1, mul: 0xd5, min: null },
};

/** Integer lanes of one width, compared as signed numbers unless said otherwise. */
export class Ints {
  readonly c: Code;
  readonly bits: Width;
  readonly unsigned: boolean;
  private readonly ops: IntOps;

  constructor(c: Code, bits: Width, unsigned = false) {
    this.c = c;
    this.bits = bits;
    this.unsigned = unsigned;
    this.ops = INTS[bits];
  }

  constant(value: number): Lanes {
    switch (this.bits) {
      case 8:
        return this.c.splat32((value & 255) * 0x1010101);
      case 16:
        return this.c.splat32((value & 0xffff) * 0x10001);
      case 32:
        return this.c.splat32(value);
      case 64:
        return this.c.splat64(value | 0, Math.floor(value / 2 ** 32));
    }
  }

  add(a: Lanes, b: Lanes): Lanes {
    return this.c.op(this.ops.add, a, b);
  }

  sub(a: Lanes, b: Lanes): Lanes {
    return this.c.op(this.ops.sub, a, b);
  }

  mul(a: Lanes, b: Lanes): Lanes {
    return this.c.op(this.ops.mul!, a, b);
  }

  neg(a: Lanes): Lanes {
    return this.c.op(this.ops.abs + 1, a);
  }

  abs(a: Lanes): Lanes {
    return this.unsigned ? a : this.c.op(this.ops.abs, a);
  }

  shl(a: Lanes, by: number): Lanes {
    return this.shift(0, a, by);
  }

  /** Arithmetic shift. */
  sar(a: Lanes, by: number): Lanes {
    return this.shift(1, a, by);
  }

  /** Logical shift. */
  shr(a: Lanes, by: number): Lanes {
    return this.shift(2, a, by);
  }

  private shift(kind: number, a: Lanes, by: number): Lanes {
    this.c.get(a);
    this.c.integer(by);
    this.c.simd(this.ops.shl + kind);
    return this.c.result();
  }

  /** Compares with a number. */
  is(op: Comparison, a: Lanes, value: number): Lanes {
    return this.compare(op, a, this.constant(value));
  }

  compare(op: Comparison, a: Lanes, b: Lanes): Lanes {
    const { eq, lt } = this.ops;
    if (op === "eq" || op === "ne") return this.c.op(op === "eq" ? eq : eq + 1, a, b);
    // lt_s, lt_u, gt_s, gt_u, le_s, le_u, ge_s, ge_u; without the unsigned ones for 64 bits.
    const index = ["lt", "gt", "le", "ge"].indexOf(op);
    return this.c.op(lt + (this.bits === 64 ? index : 2 * index + Number(this.unsigned)), a, b);
  }

  min(a: Lanes, b: Lanes): Lanes {
    if (this.ops.min === null) return this.c.select(this.compare("lt", a, b), a, b);
    return this.c.op(this.ops.min + Number(this.unsigned), a, b);
  }

  max(a: Lanes, b: Lanes): Lanes {
    if (this.ops.min === null) return this.c.select(this.compare("gt", a, b), a, b);
    return this.c.op(this.ops.min + 2 + Number(this.unsigned), a, b);
  }
}
