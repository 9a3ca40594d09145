/** Exact values of the 16-bit floats; recorded values always have an exact representation. */

const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

export function fromHalfBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

export function fromBfloat16Bits(bits: number): number {
  u32[0] = bits << 16;
  return f32[0]!;
}

/** @throws Error when float16 cannot hold `value` exactly */
export function toHalfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const scaled = size * 2 ** (10 - exponent);
  const bits = sign | (size < 2 ** -14 ? scaled : ((exponent + 15) << 10) | (scaled - 1024));
  if (fromHalfBits(bits) !== value) throw new Error(`${value} is not a float16`);
  return bits;
}

/** @throws Error when bfloat16 cannot hold `value` exactly */
export function toBfloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  f32[0] = value;
  if (f32[0] !== value || (u32[0]! & 0xffff) !== 0) throw new Error(`${value} is not a bfloat16`);
  return u32[0]! >>> 16;
}
