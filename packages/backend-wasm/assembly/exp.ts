/**
 * Constants of elementary functions stand in the first bytes of memory, from where they are broadcast: engines build vectors
 * of constants in code anew at each use, at several instructions each. `setConstants` must have run once on the memory.
 */
const LOWEST: usize = 0;
const MAGIC: usize = 4;
const LOG2E: usize = 8;
const LN2_HIGH: usize = 12;
const LN2_LOW: usize = 16;
const EXP: usize = 20;
export const ONE: usize = 44;
export const TWO: usize = 48;
export const NEAR: usize = 52;
export const SIGN: usize = 56;
export const TANH: usize = 60;
const FAR: usize = 80;

/** Writes the first 84 bytes of memory. */
export function setConstants(): void {
  store<f32>(LOWEST, -88);
  // 1.5 * 2^23 + 127: adding it rounds to an integer, which with the exponent's bias then stands in the low bits.
  store<f32>(MAGIC, 12583039);
  store<f32>(LOG2E, 1.44269504);
  store<f32>(LN2_HIGH, 0.693359375);
  store<f32>(LN2_LOW, -2.1219444e-4);
  store<f32>(EXP, 1.98756915e-4);
  store<f32>(EXP + 4, 1.3981999507e-3);
  store<f32>(EXP + 8, 8.3334519073e-3);
  store<f32>(EXP + 12, 4.1665795894e-2);
  store<f32>(EXP + 16, 1.6666665459e-1);
  store<f32>(EXP + 20, 0.50000001201);
  store<f32>(ONE, 1);
  store<f32>(TWO, 2);
  store<f32>(NEAR, 0.625);
  store<i32>(SIGN, i32.MIN_VALUE);
  store<f32>(TANH, -5.70498872745e-3);
  store<f32>(TANH + 4, 2.06390887954e-2);
  store<f32>(TANH + 8, -5.37397155531e-2);
  store<f32>(TANH + 12, 1.33314422036e-1);
  store<f32>(TANH + 16, -3.33332819422e-1);
  store<f32>(FAR, 10);
}

/** A constant, in all lanes. @inline */
export function constant(at: usize): v128 {
  return v128.load_splat<f32>(at);
}

/** a b + c. @inline */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c - a b. @inline */
function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** exp of four floats below 88; 0 where it would be subnormal. The same method as src/codegen/math/single.ts. @inline */
export function exp4(input: v128): v128 {
  return within4(f32x4.pmax(input, constant(LOWEST)));
}

/** exp of four floats between -88 and 88. @inline */
function within4(x: v128): v128 {
  const magic = constant(MAGIC);
  const shifted = madd(x, constant(LOG2E), magic);
  const n = f32x4.sub(shifted, magic);
  const r = nmadd(n, constant(LN2_LOW), nmadd(n, constant(LN2_HIGH), x));
  const square = f32x4.mul(r, r);
  let p = madd(constant(EXP), r, constant(EXP + 4));
  p = madd(p, square, madd(constant(EXP + 8), r, constant(EXP + 12)));
  p = madd(p, square, madd(constant(EXP + 16), r, constant(EXP + 20)));
  const y = f32x4.add(madd(p, square, r), constant(ONE));
  return f32x4.mul(y, i32x4.shl(shifted, 23));
}

/** 1 / (1 + exp(-x)). @inline */
export function sigmoid4(x: v128): v128 {
  const one = constant(ONE);
  // exp(-|x|) cannot overflow, and of negative numbers keeps the digits of small results.
  const e = exp4(v128.or(x, constant(SIGN)));
  return f32x4.div(v128.bitselect(e, one, i32x4.shr_s(x, 31)), f32x4.add(one, e));
}

/** tanh: Cephes' polynomial near 0, else 1 - 2 / (exp(2 x) + 1). @inline */
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = madd(constant(TANH), z, constant(TANH + 4));
  p = madd(p, z, constant(TANH + 8));
  p = madd(p, z, constant(TANH + 12));
  p = madd(p, z, constant(TANH + 16));
  const near = madd(f32x4.mul(p, z), x, x);
  const one = constant(ONE);
  // Beyond 10 it rounds to 1.
  const bounded = f32x4.pmin(size, constant(FAR));
  const far = f32x4.sub(one, f32x4.div(constant(TWO), f32x4.add(within4(f32x4.add(bounded, bounded)), one)));
  const signed = v128.bitselect(x, far, constant(SIGN));
  return v128.bitselect(near, signed, f32x4.lt(size, constant(NEAR)));
}

/** The logarithm of a positive number, by the method of fdlibm. */
export function ln(x: f64): f64 {
  if (!(x > 0 && x < Infinity)) return x > 0 ? x : x == 0 ? -Infinity : NaN;
  let bits = reinterpret<u64>(x);
  let k: i32 = <i32>(bits >> 52) - 1023;
  bits = (bits & 0x000fffffffffffff) | 0x3ff0000000000000;
  let m = reinterpret<f64>(bits);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    k++;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332));
  const odd =
    z * (0.666666666666673513 + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591)));
  const half = 0.5 * f * f;
  const n = <f64>k;
  return n * 0.69314718036912381649 - (half - (s * (half + even + odd) + n * 1.90821492927058770002e-10) - f);
}

/** The sum of four lanes, in double precision. */
export function total4(v: v128): f64 {
  return (
    <f64>f32x4.extract_lane(v, 0) +
    <f64>f32x4.extract_lane(v, 1) +
    <f64>f32x4.extract_lane(v, 2) +
    <f64>f32x4.extract_lane(v, 3)
  );
}
