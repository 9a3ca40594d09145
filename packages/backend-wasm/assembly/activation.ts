import { exp4 } from "./exp";

export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** tanh: Cephes' polynomial near 0, else 1 - 2 / (exp(2 x) + 1). */
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp4(f32x4.add(size, size)), one)));
  const signed = v128.bitselect(x, far, i32x4.splat(i32.MIN_VALUE));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
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
