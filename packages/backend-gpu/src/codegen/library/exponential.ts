import { type Entries, entry } from "./entry.ts";

/** Exponentials, logarithms, powers and the error function. */
export const EXPONENTIAL: Entries = {
  exp_: entry(
    `
fn exp_(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 88.7228394) { return inf(); }
  if (x < -103.97208) { return 0.0; }
  let n = round(x * 1.44269504);
  let r = (x - n * 0.693145752) - n * 1.42860677e-6;
  var p = 1.37805939e-3;
  p = fma(p, r, 8.37312452e-3);
  p = fma(p, r, 4.16695364e-2);
  p = fma(p, r, 1.66664720e-1);
  p = fma(p, r, 4.99999851e-1);
  p = fma(p, r, 1.0);
  p = fma(p, r, 1.0);
  return scale2(p, i32(n));
}`,
    "scale2",
  ),
  exp2_: entry(
    `
fn exp2_(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x >= 128.0) { return inf(); }
  if (x < -150.0) { return 0.0; }
  let n = round(x);
  return scale2(exp_((x - n) * 0.693147181), i32(n));
}`,
    "exp_",
    "scale2",
  ),
  expm1_: entry(
    `
fn expm1_(x: f32) -> f32 {
  if (abs(x) > 0.5 || is_nan(x)) { return exp_(x) - 1.0; }
  var p = 1.98412698e-4;
  p = fma(p, x, 1.38888889e-3);
  p = fma(p, x, 8.33333333e-3);
  p = fma(p, x, 4.16666667e-2);
  p = fma(p, x, 1.66666667e-1);
  p = fma(p, x, 0.5);
  return fma(p * x, x, x);
}`,
    "exp_",
  ),
  // log(1 + f) of a mantissa between sqrt(1/2) and sqrt(2), as in fdlibm's logf.
  log_part: entry(`
fn log_part(f: f32) -> f32 {
  let s = f / (2.0 + f);
  let z = s * s;
  let w = z * z;
  let t1 = w * (0.40000972152 + w * 0.24279078841);
  let t2 = z * (0.66666662693 + w * 0.28498786688);
  let h = 0.5 * f * f;
  return f - (h - s * (h + t1 + t2));
}
struct Parts { e: f32, f: f32 }
fn log_split(x: f32) -> Parts {
  var bits = bitcast<u32>(x);
  var e = 0;
  if (bits < 0x00800000u) {
    bits = bitcast<u32>(x * 33554432.0);
    e = -25;
  }
  bits += 0x3f800000u - 0x3f3504f3u;
  e += i32(bits >> 23u) - 127;
  let m = bitcast<f32>((bits & 0x007fffffu) + 0x3f3504f3u);
  return Parts(f32(e), m - 1.0);
}`),
  log_: entry(
    `
fn log_(x: f32) -> f32 {
  if (is_nan(x) || x < 0.0) { return nan(); }
  if (x == 0.0) { return -inf(); }
  if (is_inf(x)) { return x; }
  let p = log_split(x);
  return fma(p.e, 0.693138123, fma(p.e, 9.05800061e-6, log_part(p.f)));
}`,
    "log_part",
  ),
  log2_: entry(
    `
fn log2_(x: f32) -> f32 {
  if (is_nan(x) || x < 0.0) { return nan(); }
  if (x == 0.0) { return -inf(); }
  if (is_inf(x)) { return x; }
  let p = log_split(x);
  return fma(log_part(p.f), 1.44269504, p.e);
}`,
    "log_part",
  ),
  log10_: entry(
    `
fn log10_(x: f32) -> f32 {
  if (is_nan(x) || x < 0.0) { return nan(); }
  if (x == 0.0) { return -inf(); }
  if (is_inf(x)) { return x; }
  let p = log_split(x);
  return fma(p.e, 0.301029996, log_part(p.f) * 0.434294482);
}`,
    "log_part",
  ),
  log1p_: entry(
    `
fn log1p_(x: f32) -> f32 {
  if (is_nan(x) || x < -1.0) { return nan(); }
  if (x == -1.0) { return -inf(); }
  if (x > -0.29 && x < 0.41) { return log_part(x); }
  let u = 1.0 + x;
  if (is_inf(u)) { return u; }
  return log_(u) + (x - (u - 1.0)) / u;
}`,
    "log_",
    "log_part",
  ),
  sigmoid_: entry("fn sigmoid_(x: f32) -> f32 { return 1.0 / (1.0 + exp_(-x)); }", "exp_"),
  logaddexp_: entry(
    `
fn logaddexp_(a: f32, b: f32) -> f32 {
  if (is_nan(a) || is_nan(b)) { return nan(); }
  if (is_inf(a) && a == b) { return a; }
  return max(a, b) + log1p_(exp_(-abs(a - b)));
}`,
    "log1p_",
    "exp_",
  ),
  logaddexp2_: entry(
    `
fn logaddexp2_(a: f32, b: f32) -> f32 {
  if (is_nan(a) || is_nan(b)) { return nan(); }
  if (is_inf(a) && a == b) { return a; }
  return max(a, b) + log1p_(exp2_(-abs(a - b))) * 1.44269504;
}`,
    "log1p_",
    "exp2_",
  ),
  xlogy_: entry(
    `
fn xlogy_(a: f32, b: f32) -> f32 {
  if (is_nan(b)) { return b; }
  if (a == 0.0) { return 0.0; }
  return a * log_(b);
}`,
    "log_",
  ),
  xlog1py_: entry(
    `
fn xlog1py_(a: f32, b: f32) -> f32 {
  if (is_nan(b)) { return b; }
  if (a == 0.0) { return 0.0; }
  return a * log1p_(b);
}`,
    "log1p_",
  ),
  entr_: entry(
    `
fn entr_(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 0.0) { return -x * log_(x); }
  return select(-inf(), 0.0, x == 0.0);
}`,
    "log_",
  ),
  // a ** b by the logarithm in two parts, so that large results keep their digits.
  pow_: entry(
    `
fn pow_(a: f32, b: f32) -> f32 {
  if (b == 0.0 || a == 1.0) { return 1.0; }
  if (is_nan(a) || is_nan(b)) { return nan(); }
  if (b == 1.0) { return a; }
  if (b == 2.0) { return a * a; }
  if (b == 3.0) { return a * a * a; }
  if (b == -1.0) { return 1.0 / a; }
  if (b == 0.5) { return sqrt(abs(a)) + select(0.0, nan(), a < 0.0 && !is_inf(a)); }
  let whole = b == trunc(b);
  let odd = whole && abs(b) < 16777216.0 && (i32(b) & 1) == 1;
  let x = abs(a);
  if (is_inf(b)) {
    if (x == 1.0) { return 1.0; }
    return select(0.0, inf(), (x > 1.0) == (b > 0.0));
  }
  var r: f32;
  if (x == 0.0) { r = select(inf(), 0.0, b > 0.0); }
  else if (is_inf(x)) { r = select(0.0, inf(), b > 0.0); }
  else {
    let p = log_split(x);
    let f = p.f;
    // log2(x) = e + log2(1 + f), the last as high + low
    let s = f / (2.0 + f);
    let d = 2.0 + f;
    let sd = s * d;
    let err = (f - sd) - product_error(s, d, sd) - s * ((2.0 - d) + f);
    let s_low = err / d;
    let z = s * s;
    let tail = z * s * (0.66666668653 + z * (0.39999565482 + z * (0.28604048491 + z * 0.23392146826)));
    let high_ln = 2.0 * s;
    let low_ln = 2.0 * s_low + tail;
    let high = high_ln * 1.44269502;
    let low = product_error(high_ln, 1.44269502, high) + high_ln * 1.92596299e-8 + low_ln * 1.44269504;
    let sum = p.e + high;
    let rest = (select(high - (sum - p.e), p.e - (sum - high), abs(high) > abs(p.e))) + low;
    let y = b * sum;
    let y_low = product_error(b, sum, y) + b * rest;
    if (is_nan(y) || abs(y) > 400.0) { r = select(0.0, inf(), y > 0.0); }
    else {
      let n = round(y);
      r = scale2(exp_(((y - n) + y_low) * 0.693147181), i32(n));
    }
  }
  if (a < 0.0 || (a == 0.0 && bitcast<u32>(a) != 0u)) {
    if (!whole) { return select(nan(), r, is_inf(a) || a == 0.0); }
    if (odd) { return -r; }
  }
  return r;
}`,
    "log_part",
    "product_error",
    "exp_",
    "scale2",
  ),
  // After N. Juffa's erff, within 1 ulp.
  erf_: entry(
    `
fn erf_(a: f32) -> f32 {
  let t = abs(a);
  let s = a * a;
  if (t > 0.927734375) {
    if (t > 4.0) { return select(1.0, -1.0, a < 0.0); }
    var r = fma(-1.72853470e-5, t, 3.83197126e-4);
    let u = fma(-3.88396438e-3, t, 2.42546219e-2);
    r = fma(r, s, u);
    r = fma(r, t, -1.06777877e-1);
    r = fma(r, t, -6.34846687e-1);
    r = fma(r, t, -1.28717512e-1);
    r = fma(r, t, -t);
    r = 1.0 - exp_(r);
    return select(r, -r, a < 0.0);
  }
  var r = -5.96761703e-4;
  r = fma(r, s, 4.99119423e-3);
  r = fma(r, s, -2.67681349e-2);
  r = fma(r, s, 1.12819925e-1);
  r = fma(r, s, -3.76125336e-1);
  r = fma(r, s, 1.28379166e-1);
  return fma(r, a, a);
}`,
    "exp_",
  ),
  erfc_: entry(
    `
fn erfc_(x: f32) -> f32 {
  if (abs(x) < 0.5) { return 1.0 - erf_(x); }
  if (is_nan(x)) { return x; }
  let a = min(abs(x), 20.0);
  let t = (a - 2.0) / (a + 2.0);
  var p = 0.000293367967;
  p = fma(p, t, -0.000354913122);
  p = fma(p, t, -0.00153502171);
  p = fma(p, t, 0.00124951854);
  p = fma(p, t, 0.00874655053);
  p = fma(p, t, -0.00803281654);
  p = fma(p, t, -0.054222938);
  p = fma(p, t, 0.164051363);
  p = fma(p, t, -0.166030273);
  p = fma(p, t, -0.0927638314);
  p = fma(p, t, 1.27697838);
  p = p / (1.0 + 2.0 * a);
  let high = a * a;
  let e = exp_(-high);
  let v = (e - product_error(a, a, high) * e) * p;
  return select(v, 2.0 - v, x < 0.0);
}`,
    "erf_",
    "exp_",
    "product_error",
  ),
};
