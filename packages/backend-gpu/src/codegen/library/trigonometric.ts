import { type Entries, entry } from "./entry.ts";

/** Circular and hyperbolic functions. */
export const TRIGONOMETRIC: Entries = {
  // Quadrant and remainder of x by pi/2.
  turn: entry(`
struct Turn { q: i32, r: f32 }
fn turn(x: f32) -> Turn {
  let n = round(x * 0.636619772);
  let r = ((x - n * 1.5703125) - n * 4.837512969970703e-4) - n * 7.54978995489188e-8;
  return Turn(i32(n), r);
}
fn sin_part(r: f32) -> f32 {
  let s = r * r;
  var p = 2.86567956e-6;
  p = fma(p, s, -1.98559923e-4);
  p = fma(p, s, 8.33338592e-3);
  p = fma(p, s, -1.66666672e-1);
  return fma(p, s * r, r);
}
fn cos_part(r: f32) -> f32 {
  let s = r * r;
  var p = 2.44677067e-5;
  p = fma(p, s, -1.38877297e-3);
  p = fma(p, s, 4.16666567e-2);
  p = fma(p, s, -5.00000000e-1);
  return fma(p, s, 1.0);
}`),
  sin_: entry(
    `
fn sin_(x: f32) -> f32 {
  if (is_nan(x) || is_inf(x)) { return nan(); }
  let t = turn(x);
  let v = select(sin_part(t.r), cos_part(t.r), (t.q & 1) == 1);
  return select(v, -v, (t.q & 2) == 2);
}`,
    "turn",
  ),
  cos_: entry(
    `
fn cos_(x: f32) -> f32 {
  if (is_nan(x) || is_inf(x)) { return nan(); }
  let t = turn(x);
  let v = select(cos_part(t.r), sin_part(t.r), (t.q & 1) == 1);
  return select(v, -v, ((t.q + 1) & 2) == 2);
}`,
    "turn",
  ),
  tan_: entry(
    `
fn tan_(x: f32) -> f32 {
  if (is_nan(x) || is_inf(x)) { return nan(); }
  let t = turn(x);
  let s = sin_part(t.r);
  let c = cos_part(t.r);
  return select(s / c, -c / s, (t.q & 1) == 1);
}`,
    "turn",
  ),
  atan_: entry(`
fn atan_(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = abs(x);
  let t = select(a, 1.0 / a, a > 1.0);
  let s = t * t;
  var p = 2.78569828e-3;
  p = fma(p, s, -1.58660226e-2);
  p = fma(p, s, 4.24722321e-2);
  p = fma(p, s, -7.49753043e-2);
  p = fma(p, s, 1.06448799e-1);
  p = fma(p, s, -1.42070308e-1);
  p = fma(p, s, 1.99934542e-1);
  p = fma(p, s, -3.33331466e-1);
  p = fma(p * s, t, t);
  let r = select(p, 1.57079637 - p, a > 1.0);
  return select(r, -r, x < 0.0);
}`),
  atan2_: entry(
    `
fn atan2_(y: f32, x: f32) -> f32 {
  if (is_nan(x) || is_nan(y)) { return nan(); }
  let behind = bitcast<u32>(x) >= 0x80000000u;
  var r: f32;
  if (is_inf(x) && is_inf(y)) { r = select(0.785398163, 2.35619449, behind); }
  else if (y == 0.0) { r = select(0.0, 3.14159265, behind); }
  else if (x == 0.0) { r = 1.57079637; }
  else {
    r = atan_(abs(y) / abs(x));
    r = select(r, 3.14159265 - r, behind);
  }
  return bitcast<f32>((bitcast<u32>(r) & 0x7fffffffu) | (bitcast<u32>(y) & 0x80000000u));
}`,
    "atan_",
  ),
  asin_part: entry(`
fn asin_part(z: f32) -> f32 {
  var p = 4.2163199048e-2;
  p = fma(p, z, 2.4181311049e-2);
  p = fma(p, z, 4.5470025998e-2);
  p = fma(p, z, 7.4953002686e-2);
  p = fma(p, z, 1.6666752422e-1);
  return p * z;
}`),
  asin_: entry(
    `
fn asin_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x) || a > 1.0) { return nan(); }
  var r: f32;
  if (a <= 0.5) { r = fma(asin_part(a * a), a, a); }
  else {
    let z = 0.5 * (1.0 - a);
    let s = sqrt(z);
    r = 1.57079637 - 2.0 * fma(asin_part(z), s, s);
  }
  return select(r, -r, x < 0.0);
}`,
    "asin_part",
  ),
  acos_: entry(
    `
fn acos_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x) || a > 1.0) { return nan(); }
  if (a <= 0.5) { return 1.57079637 - fma(asin_part(x * x), x, x); }
  let z = 0.5 * (1.0 - a);
  let s = sqrt(z);
  let r = 2.0 * fma(asin_part(z), s, s);
  return select(r, 3.14159274 - r, x < 0.0);
}`,
    "asin_part",
  ),
  sinh_: entry(
    `
fn sinh_(x: f32) -> f32 {
  let a = abs(x);
  if (a < 1.0) {
    let s = x * x;
    var p = 2.75573192e-6;
    p = fma(p, s, 1.98412698e-4);
    p = fma(p, s, 8.33333333e-3);
    p = fma(p, s, 1.66666667e-1);
    return fma(p * s, x, x);
  }
  let h = exp_(0.5 * a);
  let r = select(0.5 * h * h - 0.5 / (h * h), 0.5 * h * h, a > 20.0);
  return select(r, -r, x < 0.0);
}`,
    "exp_",
  ),
  cosh_: entry(
    `
fn cosh_(x: f32) -> f32 {
  let a = abs(x);
  if (a < 80.0) {
    let e = exp_(a);
    return 0.5 * e + 0.5 / e;
  }
  let h = exp_(0.5 * a);
  return 0.5 * h * h;
}`,
    "exp_",
  ),
  tanh_: entry(
    `
fn tanh_(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.6) {
    let s = x * x;
    var p = -5.70498872e-3;
    p = fma(p, s, 2.06390887e-2);
    p = fma(p, s, -5.37397155e-2);
    p = fma(p, s, 1.33314422e-1);
    p = fma(p, s, -3.33332819e-1);
    return fma(p * s, x, x);
  }
  if (is_nan(x)) { return x; }
  let r = select(1.0 - 2.0 / (exp_(2.0 * min(a, 20.0)) + 1.0), 1.0, a > 9.1);
  return select(r, -r, x < 0.0);
}`,
    "exp_",
  ),
  asinh_: entry(
    `
fn asinh_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x) || is_inf(x)) { return x; }
  var r: f32;
  if (a > 1e9) { r = log_(a) + 0.693147181; }
  else { r = log1p_(a + a * a / (1.0 + sqrt(a * a + 1.0))); }
  return select(r, -r, x < 0.0);
}`,
    "log_",
    "log1p_",
  ),
  acosh_: entry(
    `
fn acosh_(x: f32) -> f32 {
  if (is_nan(x) || x < 1.0) { return nan(); }
  if (x > 1e9) { return log_(x) + 0.693147181; }
  let t = x - 1.0;
  return log1p_(t + sqrt(2.0 * t + t * t));
}`,
    "log_",
    "log1p_",
  ),
  atanh_: entry(
    `
fn atanh_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x) || a > 1.0) { return nan(); }
  let r = select(0.5 * log1p_(2.0 * a / (1.0 - a)), inf(), a == 1.0);
  return select(r, -r, x < 0.0);
}`,
    "log1p_",
  ),
  sinc_: entry(
    `
fn sinc_(x: f32) -> f32 {
  if (x == 0.0) { return 1.0; }
  let t = 3.14159265 * x;
  return sin_(t) / t;
}`,
    "sin_",
  ),
};
