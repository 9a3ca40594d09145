/**
 * Constants of elementary functions stand in the first bytes of memory, from where they are broadcast: engines build vectors
 * of constants in code anew at each use, at several instructions each. `setConstants` must have run once on the memory.
 */
const HIGHEST: usize = 0;
const LOWEST: usize = 4;
const MAGIC: usize = 8;
const LOG2E: usize = 12;
const LN2_HIGH: usize = 16;
const LN2_LOW: usize = 20;
const EXP: usize = 24;
const BIAS: usize = 48;
export const ONE: usize = 52;
export const TWO: usize = 56;
export const NEAR: usize = 60;
export const SIGN: usize = 64;
export const TANH: usize = 68;

/** Writes the first 88 bytes of memory. */
export function setConstants(): void {
  store<f32>(HIGHEST, 89);
  store<f32>(LOWEST, -104);
  store<f32>(MAGIC, 12582912);
  store<f32>(LOG2E, 1.44269504);
  store<f32>(LN2_HIGH, 0.693359375);
  store<f32>(LN2_LOW, -2.1219444e-4);
  store<f32>(EXP, 1.98756915e-4);
  store<f32>(EXP + 4, 1.3981999507e-3);
  store<f32>(EXP + 8, 8.3334519073e-3);
  store<f32>(EXP + 12, 4.1665795894e-2);
  store<f32>(EXP + 16, 1.6666665459e-1);
  store<f32>(EXP + 20, 0.50000001201);
  store<i32>(BIAS, 127);
  store<f32>(ONE, 1);
  store<f32>(TWO, 2);
  store<f32>(NEAR, 0.625);
  store<i32>(SIGN, i32.MIN_VALUE);
  store<f32>(TANH, -5.70498872745e-3);
  store<f32>(TANH + 4, 2.06390887954e-2);
  store<f32>(TANH + 8, -5.37397155531e-2);
  store<f32>(TANH + 12, 1.33314422036e-1);
  store<f32>(TANH + 16, -3.33332819422e-1);
}

/** A constant, in all lanes. */
export function constant(at: usize): v128 {
  return v128.load_splat<f32>(at);
}

/** a b + c. */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** exp of four floats; the same method as src/codegen/math.ts. */
export function exp4(input: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(input, constant(HIGHEST)), constant(LOWEST));
  const magic = constant(MAGIC);
  const shifted = madd(x, constant(LOG2E), magic);
  const n = f32x4.sub(shifted, magic);
  const r = nmadd(n, constant(LN2_LOW), nmadd(n, constant(LN2_HIGH), x));
  let p = madd(constant(EXP), r, constant(EXP + 4));
  p = madd(p, r, constant(EXP + 8));
  p = madd(p, r, constant(EXP + 12));
  p = madd(p, r, constant(EXP + 16));
  p = madd(p, r, constant(EXP + 20));
  const y = f32x4.add(madd(f32x4.mul(p, r), r, r), constant(ONE));
  const exponent = i32x4.sub(shifted, magic);
  const half = i32x4.shr_s(exponent, 1);
  return f32x4.mul(f32x4.mul(y, power(half)), power(i32x4.sub(exponent, half)));
}

function power(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, constant(BIAS)), 23);
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
