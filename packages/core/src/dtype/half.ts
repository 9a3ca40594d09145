/** Conversions between numbers and the raw bits of float16 and bfloat16, rounding half to even. */

const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** Bits of the float16 nearest to `value` (rounded to float32 first, as PyTorch computes). */
export function toHalfBits(value: number): number {
  f32[0] = value;
  const x = u32[0]!;
  const sign = (x >>> 16) & 0x8000;
  const abs = x & 0x7fffffff;
  if (abs >= 0x47800000) return sign | (abs > 0x7f800000 ? 0x7e00 : 0x7c00); // >= 65536, inf, nan
  if (abs < 0x38800000) {
    // Subnormal: adding 0.5 aligns the mantissa so that the FPU rounds at bit 2^-24.
    f32[0] = Math.abs(value) > 3.4e38 ? 0 : Math.fround(Math.abs(Math.fround(value)) + 0.5);
    return sign | (u32[0]! - 0x3f000000);
  }
  const rounded = abs - 0x38000000 + 0xfff + ((abs >>> 13) & 1);
  return sign | (rounded >>> 13);
}

const HALF_TABLE: Float32Array = (() => {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >>> 10) & 31;
    const mantissa = bits & 1023;
    if (exponent === 31) table[bits] = mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else if (exponent === 0) table[bits] = sign * mantissa * 2 ** -24;
    else table[bits] = sign * (1024 + mantissa) * 2 ** (exponent - 25);
  }
  return table;
})();

/** The number that float16 `bits` stand for. */
export function fromHalfBits(bits: number): number {
  return HALF_TABLE[bits]!;
}

/** Bits of the bfloat16 nearest to `value` (rounded to float32 first). */
export function toBfloat16Bits(value: number): number {
  f32[0] = value;
  const x = u32[0]!;
  if ((x & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return ((x + 0x7fff + ((x >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The number that bfloat16 `bits` stand for. */
export function fromBfloat16Bits(bits: number): number {
  u32[0] = bits << 16;
  return f32[0]!;
}
