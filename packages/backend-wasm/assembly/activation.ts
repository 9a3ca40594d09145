import { constant, exp4, madd, NEAR, ONE, SIGN, TANH, TWO } from "./exp";

export function sigmoid4(x: v128): v128 {
  const one = constant(ONE);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** tanh: Cephes' polynomial near 0, else 1 - 2 / (exp(2 x) + 1). */
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = madd(constant(TANH), z, constant(TANH + 4));
  p = madd(p, z, constant(TANH + 8));
  p = madd(p, z, constant(TANH + 12));
  p = madd(p, z, constant(TANH + 16));
  const near = madd(f32x4.mul(p, z), x, x);
  const one = constant(ONE);
  const far = f32x4.sub(one, f32x4.div(constant(TWO), f32x4.add(exp4(f32x4.add(size, size)), one)));
  const signed = v128.bitselect(x, far, constant(SIGN));
  return v128.bitselect(near, signed, f32x4.lt(size, constant(NEAR)));
}

/** Four floats, or the first of them four times. */
export function take(at: usize, whole: bool): v128 {
  return whole ? v128.load(at) : v128.load_splat<f32>(at);
}

/** Stores four floats, or the first of them. */
export function give(at: usize, value: v128, whole: bool): void {
  if (whole) v128.store(at, value);
  else v128.store_lane<f32>(at, value, 0);
}
