import { total4 } from "./exp";

/** Floats added in single precision before they go into a double. */
const BLOCK: usize = 1024 * 4;

/** The sum of n floats: four accumulators over blocks, blocks in double precision. */
export function sum(n: i32, x: usize): f64 {
  let total: f64 = 0;
  const end = x + ((<usize>n) << 2);
  while (x + 64 <= end) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    const stop = min(x + BLOCK, x + ((end - x) & ~63));
    while (x < stop) {
      a = f32x4.add(a, v128.load(x));
      b = f32x4.add(b, v128.load(x, 16));
      c = f32x4.add(c, v128.load(x, 32));
      d = f32x4.add(d, v128.load(x, 48));
      x += 64;
    }
    total += total4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  while (x < end) {
    total += <f64>load<f32>(x);
    x += 4;
  }
  return total;
}

/** out[i] = scale * sum of row i. */
export function sumRows(rows: i32, n: i32, x: usize, out: usize, scale: f64): void {
  for (let i = 0; i < rows; i++) {
    store<f32>(out, <f32>(sum(n, x) * scale));
    x += (<usize>n) << 2;
    out += 4;
  }
}

/** out[i] = the sum, in double precision, of the i-th of `parts` stretches of `size` floats; the last ends at n. */
export function sumParts(parts: i32, size: i32, n: i32, x: usize, out: usize): void {
  for (let i = 0; i < parts; i++) {
    store<f64>(out, sum(min(size, n - i * size), x));
    x += (<usize>size) << 2;
    out += 8;
  }
}

/** out[j] = scale * sum of column j of n, over rows `step` bytes apart. */
export function sumColumns(rows: i32, n: i32, step: usize, x: usize, out: usize, scale: f64): void {
  let j = 0;
  const factor = f64x2.splat(scale);
  for (; j + 8 <= n; j += 8) {
    let low0 = f64x2.splat(0);
    let low1 = f64x2.splat(0);
    let high0 = f64x2.splat(0);
    let high1 = f64x2.splat(0);
    let at = x + ((<usize>j) << 2);
    let i = 0;
    while (i < rows) {
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      const stop = min(i + 64, rows);
      for (; i < stop; i++) {
        a = f32x4.add(a, v128.load(at));
        b = f32x4.add(b, v128.load(at, 16));
        at += step;
      }
      low0 = f64x2.add(low0, f64x2.promote_low_f32x4(a));
      low1 = f64x2.add(low1, f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 0)));
      high0 = f64x2.add(high0, f64x2.promote_low_f32x4(b));
      high1 = f64x2.add(high1, f64x2.promote_low_f32x4(v128.shuffle<i64>(b, b, 1, 0)));
    }
    const to = out + ((<usize>j) << 2);
    v128.store(to, join(f64x2.mul(low0, factor), f64x2.mul(low1, factor)));
    v128.store(to, join(f64x2.mul(high0, factor), f64x2.mul(high1, factor)), 16);
  }
  for (; j < n; j++) {
    let total: f64 = 0;
    let at = x + ((<usize>j) << 2);
    for (let i = 0; i < rows; i++) {
      total += <f64>load<f32>(at);
      at += step;
    }
    store<f32>(out + ((<usize>j) << 2), <f32>(total * scale));
  }
}

function join(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
