import { type Entries, entry } from "./entry.ts";

/** What is done to the bits of a float32. */
export const BITS: Entries = {
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
  scale2: entry(`
fn scale2(x: f32, n: i32) -> f32 {
  let a = clamp(n, -126, 127);
  let b = clamp(n - a, -126, 127);
  return x * bitcast<f32>(u32(a + 127) << 23u) * bitcast<f32>(u32(b + 127) << 23u);
}`),
  ldexp_: entry("fn ldexp_(x: f32, n: f32) -> f32 { return scale2(x, i32(clamp(n, -400.0, 400.0))); }", "scale2"),
  // a * b - p where p is that product rounded. WGSL's fma need not be fused, so the factors are halved.
  product_error: entry(`
fn product_error(a: f32, b: f32, p: f32) -> f32 {
  let ah = bitcast<f32>(bitcast<u32>(a) & 0xfffff000u);
  let bh = bitcast<f32>(bitcast<u32>(b) & 0xfffff000u);
  let al = a - ah;
  let bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}`),
};
