/** A function in WGSL, and those it needs. */
interface Entry {
  readonly code: string;
  readonly needs?: readonly string[];
}

const entry = (code: string, ...needs: string[]): Entry => ({ code: code.trim(), needs });

/** Elementary functions to the accuracy of float32, which WGSL does not promise for its own. */
const LIBRARY: Readonly<Record<string, Entry>> = {
  is_finite: entry("fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }"),
  // Round to nearest even, in the lower 16 bits.
  f16_bits: entry(`
fn f16_bits(x: f32) -> u32 {
  let u = bitcast<u32>(x);
  let sign = (u >> 16u) & 0x8000u;
  let m = u & 0x7fffffffu;
  if (m > 0x7f800000u) { return sign | 0x7e00u; }
  if (m >= 0x477ff000u) { return sign | 0x7c00u; }
  if (m < 0x38800000u) {
    let shift = 126u - (m >> 23u);
    if (shift > 24u) { return sign; }
    let full = (m & 0x7fffffu) | 0x800000u;
    let kept = full >> shift;
    let rest = full & ((1u << shift) - 1u);
    let half = 1u << (shift - 1u);
    return sign | (kept + select(0u, 1u, rest > half || (rest == half && (kept & 1u) == 1u)));
  }
  return sign | ((m - 0x38000000u + 0xfffu + ((m >> 13u) & 1u)) >> 13u);
}`),
  f16_value: entry("fn f16_value(b: u32) -> f32 { return unpack2x16float(b).x; }"),
  bf16_bits: entry(`
fn bf16_bits(x: f32) -> u32 {
  let u = bitcast<u32>(x);
  if ((u & 0x7fffffffu) > 0x7f800000u) { return 0x7fc0u; }
  return (u + 0x7fffu + ((u >> 16u) & 1u)) >> 16u;
}`),
  relu_: entry("fn relu_(x: f32) -> f32 { return select(max(x, 0.0), x, is_nan(x)); }"),
  copysign_: entry(
    "fn copysign_(a: f32, b: f32) -> f32 { return bitcast<f32>((bitcast<u32>(a) & 0x7fffffffu) | (bitcast<u32>(b) & 0x80000000u)); }",
  ),
  nextafter_: entry(`
fn nextafter_(a: f32, b: f32) -> f32 {
  if (is_nan(a) || is_nan(b)) { return nan(); }
  if (a == b) { return b; }
  let u = bitcast<u32>(a);
  if (a == 0.0) { return bitcast<f32>(1u | (bitcast<u32>(b) & 0x80000000u)); }
  return bitcast<f32>(select(u - 1u, u + 1u, (a < b) == (a > 0.0)));
}`),
  heaviside_: entry(
    "fn heaviside_(a: f32, b: f32) -> f32 { return select(select(select(0.0, 1.0, a > 0.0), b, a == 0.0), nan(), is_nan(a)); }",
  ),
  min_: entry("fn min_(a: f32, b: f32) -> f32 { return select(select(min(a, b), b, is_nan(b)), a, is_nan(a)); }"),
  max_: entry("fn max_(a: f32, b: f32) -> f32 { return select(select(max(a, b), b, is_nan(b)), a, is_nan(a)); }"),
  fmin_: entry("fn fmin_(a: f32, b: f32) -> f32 { return select(select(min(a, b), a, is_nan(b)), b, is_nan(a)); }"),
  fmax_: entry("fn fmax_(a: f32, b: f32) -> f32 { return select(select(max(a, b), a, is_nan(b)), b, is_nan(a)); }"),
  hypot_: entry(`
fn hypot_(a: f32, b: f32) -> f32 {
  let x = abs(a);
  let y = abs(b);
  if (is_inf(x) || is_inf(y)) { return inf(); }
  if (is_nan(x) || is_nan(y)) { return nan(); }
  let large = max(x, y);
  if (large == 0.0) { return 0.0; }
  let ratio = min(x, y) / large;
  return large * sqrt(1.0 + ratio * ratio);
}`),
  // The remainder, exactly: subtracts multiples of b that are powers of two times it.
  fmod_: entry(`
fn fmod_(a: f32, b: f32) -> f32 {
  if (is_nan(a) || is_nan(b) || is_inf(a) || b == 0.0) { return nan(); }
  if (is_inf(b)) { return a; }
  let y = abs(b);
  var r = abs(a);
  for (var k = 0; k < 300; k++) {
    if (r < y) { break; }
    var step = i32((bitcast<u32>(r) >> 23u)) - i32((bitcast<u32>(y) >> 23u));
    var part = ldexp(y, step);
    if (part > r) { part = ldexp(y, step - 1); }
    r = r - part;
  }
  return bitcast<f32>(bitcast<u32>(r) | (bitcast<u32>(a) & 0x80000000u));
}`),
  remainder_: entry(
    `
fn remainder_(a: f32, b: f32) -> f32 {
  let rest = fmod_(a, b);
  return select(rest, rest + b, rest != 0.0 && ((b < 0.0) != (rest < 0.0)));
}`,
    "fmod_",
  ),
  floor_divide_: entry(
    `
fn floor_divide_(a: f32, b: f32) -> f32 {
  if (b == 0.0) { return a / b; }
  let rest = fmod_(a, b);
  var quotient = (a - rest) / b;
  if (rest != 0.0 && ((b < 0.0) != (rest < 0.0))) { quotient = quotient - 1.0; }
  if (quotient == 0.0) { return bitcast<f32>(bitcast<u32>(a / b) & 0x80000000u); }
  let below = floor(quotient);
  return select(below, below + 1.0, quotient - below > 0.5);
}`,
    "fmod_",
  ),
  scale2: entry(`
fn scale2(x: f32, n: i32) -> f32 {
  let a = clamp(n, -126, 127);
  let b = clamp(n - a, -126, 127);
  return x * bitcast<f32>(u32(a + 127) << 23u) * bitcast<f32>(u32(b + 127) << 23u);
}`),
  ldexp_: entry("fn ldexp_(x: f32, n: f32) -> f32 { return scale2(x, i32(clamp(n, -400.0, 400.0))); }", "scale2"),
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
  // a * b - p where p is that product rounded. WGSL's fma need not be fused, so the factors are halved.
  product_error: entry(`
fn product_error(a: f32, b: f32, p: f32) -> f32 {
  let ah = bitcast<f32>(bitcast<u32>(a) & 0xfffff000u);
  let bh = bitcast<f32>(bitcast<u32>(b) & 0xfffff000u);
  let al = a - ah;
  let bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}`),
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
  // exp(-a * a), with the square in two parts
  let high = a * a;
  let e = exp_(-high);
  let v = (e - product_error(a, a, high) * e) * p;
  return select(v, 2.0 - v, x < 0.0);
}`,
    "erf_",
    "exp_",
    "product_error",
  ),
  ipow: entry(`
fn ipow(a: i32, b: i32) -> i32 {
  if (b < 0) { return select(select(0, select(1, -1, (b & 1) == 1), a == -1), 1, a == 1); }
  var r = 1;
  var x = a;
  var n = b;
  for (var k = 0; k < 32; k++) {
    if (n == 0) { break; }
    if ((n & 1) == 1) { r = r * x; }
    x = x * x;
    n = n >> 1u;
  }
  return r;
}`),
  iremainder: entry(`
fn iremainder(a: i32, b: i32) -> i32 {
  let rest = a % b;
  return select(rest, rest + b, rest != 0 && ((b < 0) != (rest < 0)));
}`),
  ifloor_divide: entry(`
fn ifloor_divide(a: i32, b: i32) -> i32 {
  let q = a / b;
  return select(q, q - 1, a % b != 0 && ((a < 0) != (b < 0)));
}`),
  igcd: entry(`
fn igcd(a: i32, b: i32) -> i32 {
  var x = abs(a);
  var y = abs(b);
  for (var k = 0; k < 64; k++) {
    if (y == 0) { break; }
    let t = x % y;
    x = y;
    y = t;
  }
  return x;
}`),
  ilcm: entry(
    `
fn ilcm(a: i32, b: i32) -> i32 {
  let g = igcd(a, b);
  return select(abs(a / max(g, 1) * b), 0, g == 0);
}`,
    "igcd",
  ),
};

/** The code of the functions asked for and of what they need, each once. */
export function libraryCode(names: Iterable<string>): string {
  const done = new Set<string>();
  const parts: string[] = [];
  const add = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const { code, needs = [] } = LIBRARY[name]!;
    needs.forEach(add);
    parts.push(code);
  };
  for (const name of names) add(name);
  return parts.join("\n");
}
