import { bfloat16, bool, type DType, float16, int64 } from "@tt/core";
import { BOOL, COMPLEX, INTEGER, type Kind, literalKind, REAL } from "@tt/core/dispatch";
import type { Code, Lanes } from "./code.ts";
import { type Form, formOf, wrap } from "./forms.ts";
import { Floats, Ints } from "./lanes.ts";

/** A value of the expression in lanes; truth values are masks. */
export interface Value {
  readonly kind: Kind;
  readonly re: Lanes;
  /** Of complex values. */
  readonly im: Lanes | null;
  /** A narrow integer that has yet to be wrapped to its range. */
  readonly loose?: boolean;
}

/** Writes values of one computation: a dtype, in lanes of one width. */
export class Machine {
  readonly c: Code;
  readonly compute: DType;
  /** Bits of a lane: 32, or 64 for the dtypes of 64 bits; 8 and 16 in loops over narrow integers alone. */
  readonly bits: 8 | 16 | 32 | 64;
  /** Real numbers, or the parts of complex ones. */
  readonly f: Floats;
  readonly i: Ints;

  constructor(c: Code, compute: DType, bits: 8 | 16 | 32 | 64) {
    this.c = c;
    this.compute = compute;
    this.bits = bits;
    this.f = new Floats(c, bits === 64 ? 64 : 32);
    this.i = new Ints(c, bits, bits < 32 && !compute.is_signed);
  }

  /** Elements at a time. */
  get group(): number {
    return 128 / this.bits;
  }

  /** In which values of the computation stand. */
  get form(): Form {
    return this.compute.category === BOOL ? "i32" : formOf(this.compute);
  }

  get isHalf(): boolean {
    return this.compute === float16 || this.compute === bfloat16;
  }

  real(re: Lanes): Value {
    return { kind: REAL, re, im: null };
  }

  mask(re: Lanes): Value {
    return { kind: BOOL, re, im: null };
  }

  /** An integer; `loose` if it may be out of the dtype's range. */
  integer(re: Lanes, loose = false): Value {
    return { kind: INTEGER, re, im: null, loose: loose && this.isNarrow };
  }

  complex(re: Lanes, im: Lanes): Value {
    return { kind: COMPLEX, re, im };
  }

  /** Whether integers are narrower than their lanes. */
  get isNarrow(): boolean {
    return this.compute.itemsize * 8 < this.bits;
  }

  literal(value: number): Value {
    const kind = literalKind(this.compute);
    if (kind === BOOL) return this.mask(this.c.splat32(value !== 0 ? -1 : 0));
    return kind === INTEGER ? this.integer(this.i.constant(value)) : this.real(this.f.constant(value));
  }

  as(value: Value, kind: Kind): Value {
    const { c } = this;
    if (value.kind === kind) return this.tight(value);
    switch (kind) {
      case BOOL:
        return this.mask(this.truth(value));
      case INTEGER:
        return this.integer(c.and(value.re, this.i.constant(1)));
      case REAL:
        return this.real(value.kind === BOOL ? c.and(value.re, this.f.constant(1)) : value.re);
      default:
        return this.complex(this.as(value, REAL).re, c.zero());
    }
  }

  /** Mask of the lanes that are not zero. */
  truth(value: Value): Lanes {
    const { c, f } = this;
    switch (value.kind) {
      case BOOL:
        return value.re;
      case INTEGER:
        return this.i.is("ne", this.tight(value).re, 0);
      case REAL:
        return f.is("ne", value.re, 0);
      default:
        return c.or(f.is("ne", value.re, 0), f.is("ne", value.im!, 0));
    }
  }

  /** A value in its dtype's range. */
  tight(value: Value): Value {
    if (value.loose !== true) return value;
    return this.integer(wrap(this.c, value.re, this.compute));
  }

  select(mask: Lanes, a: Value, b: Value): Value {
    const { c } = this;
    if (a.kind === COMPLEX) return this.complex(c.select(mask, a.re, b.re), c.select(mask, a.im!, b.im!));
    return { kind: a.kind, re: c.select(mask, a.re, b.re), im: null };
  }
}

/** The width of lanes for a computation. */
export function widthOf(compute: DType): 32 | 64 {
  return compute === int64 || (compute !== bool && formOf(compute) === "f64") ? 64 : 32;
}
