import { type Entries, entry } from "./entry.ts";

/** Signs, extremes, remainders and whole numbers. */
export const ARITHMETIC: Entries = {
  relu_: entry("fn relu_(x: f32) -> f32 { return select(max(x, 0.0), x, is_nan(x)); }"),
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
  // exp(-a * a), with the square in two parts
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
