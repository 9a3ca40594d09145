import type { Code, Lanes } from "./code.ts";
import { Floats, Ints } from "./lanes.ts";

/** The 16-bit floating dtypes: bits in 32-bit lanes to float32 and back, rounding half to even. */

export function fromHalf(c: Code, bits: Lanes): Lanes {
  const i = new Ints(c, 32);
  const f = new Floats(c, 32);
  const magnitude = c.and(bits, i.constant(0x7fff));
  const shifted = i.shl(magnitude, 13);
  // Moves the exponent's bias; subnormal numbers come out right as well.
  const finite = f.mul(shifted, f.constant(2 ** 112));
  const special = i.is("gt", magnitude, 0x7bff);
  const value = c.select(special, c.or(shifted, i.constant(0x7f800000)), finite);
  return c.or(value, i.shl(c.and(bits, i.constant(0x8000)), 16));
}

export function toHalf(c: Code, x: Lanes): Lanes {
  const i = new Ints(c, 32);
  const f = new Floats(c, 32);
  const magnitude = c.and(x, i.constant(0x7fffffff));
  const odd = c.and(i.shr(magnitude, 13), i.constant(1));
  const normal = i.shr(i.add(i.add(magnitude, i.constant(0xfff - 0x38000000)), odd), 13);
  // Adding a half aligns the mantissa so that the addition rounds at 2^-24.
  const subnormal = i.sub(f.add(magnitude, f.constant(0.5)), i.constant(0x3f000000));
  const small = c.select(i.is("lt", magnitude, 0x38800000), subnormal, normal);
  const nan = i.is("gt", magnitude, 0x7f800000);
  const special = c.or(i.constant(0x7c00), c.and(nan, i.constant(0x0200)));
  const value = c.select(i.is("ge", magnitude, 0x47800000), special, small);
  return c.or(value, c.and(i.shr(x, 16), i.constant(0x8000)));
}

export function fromBfloat16(c: Code, bits: Lanes): Lanes {
  return new Ints(c, 32).shl(bits, 16);
}

export function toBfloat16(c: Code, x: Lanes): Lanes {
  const i = new Ints(c, 32);
  const odd = c.and(i.shr(x, 16), i.constant(1));
  const rounded = i.shr(i.add(i.add(x, i.constant(0x7fff)), odd), 16);
  return c.select(new Floats(c, 32).isNan(x), i.constant(0x7fc0), rounded);
}

export function roundHalf(c: Code, x: Lanes): Lanes {
  return fromHalf(c, toHalf(c, x));
}

export function roundBfloat16(c: Code, x: Lanes): Lanes {
  return fromBfloat16(c, toBfloat16(c, x));
}
