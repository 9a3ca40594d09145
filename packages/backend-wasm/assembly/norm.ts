import { sum } from "./reduce";
import { total4 } from "./exp";

/** The sum of (x - mean)^2 over n floats. */
export function squares(n: i32, x: usize, mean: f32): f64 {
  const shift = f32x4.splat(mean);
  let total: f64 = 0;
  let j = 0;
  while (j + 4 <= n) {
    let part = f32x4.splat(0);
    const stop = min(j + 256, n & ~3);
    for (; j < stop; j += 4) {
      const d = f32x4.sub(v128.load(x + ((<usize>j) << 2)), shift);
      part = f32x4.add(part, f32x4.mul(d, d));
    }
    total += total4(part);
  }
  for (; j < n; j++) {
    const d = load<f32>(x + ((<usize>j) << 2)) - mean;
    total += <f64>(d * d);
  }
  return total;
}

/** Rows of n floats with mean 0 and variance 1, times w plus b (addresses; 0 for none). */
export function layerNorm(
  rows: i32,
  n: i32,
  x: usize,
  w: usize,
  b: usize,
  out: usize,
  mean: usize,
  rstd: usize,
  eps: f64,
): void {
  for (let i = 0; i < rows; i++) {
    const m = <f32>(sum(n, x) / n);
    const r = <f32>(1 / Math.sqrt(squares(n, x, m) / n + eps));
    store<f32>(mean + ((<usize>i) << 2), m);
    store<f32>(rstd + ((<usize>i) << 2), r);
    const m4 = f32x4.splat(m);
    const r4 = f32x4.splat(r);
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      const at = (<usize>j) << 2;
      let y = f32x4.mul(f32x4.sub(v128.load(x + at), m4), r4);
      if (w != 0) y = f32x4.mul(y, v128.load(w + at));
      if (b != 0) y = f32x4.add(y, v128.load(b + at));
      v128.store(out + at, y);
    }
    for (; j < n; j++) {
      const at = (<usize>j) << 2;
      let y = (load<f32>(x + at) - m) * r;
      if (w != 0) y *= load<f32>(w + at);
      if (b != 0) y += load<f32>(b + at);
      store<f32>(out + at, y);
    }
    x += (<usize>n) << 2;
    out += (<usize>n) << 2;
  }
}

/** Gradients of `layerNorm`: by rows for x (dx); dw and db add up over the rows. */
export function layerNormBackward(
  rows: i32,
  n: i32,
  g: usize,
  x: usize,
  mean: usize,
  rstd: usize,
  w: usize,
  dx: usize,
  dw: usize,
  db: usize,
): void {
  memory.fill(dw, 0, (<usize>n) << 2);
  memory.fill(db, 0, (<usize>n) << 2);
  for (let i = 0; i < rows; i++) {
    const m = load<f32>(mean + ((<usize>i) << 2));
    const r = load<f32>(rstd + ((<usize>i) << 2));
    let first: f64 = 0;
    let second: f64 = 0;
    let j = 0;
    while (j + 4 <= n) {
      let part = f32x4.splat(0);
      let scaled = f32x4.splat(0);
      const stop = min(j + 256, n & ~3);
      for (; j < stop; j += 4) {
        const at = (<usize>j) << 2;
        const grad = v128.load(g + at);
        const normal = f32x4.mul(f32x4.sub(v128.load(x + at), f32x4.splat(m)), f32x4.splat(r));
        const product = f32x4.mul(grad, normal);
        v128.store(dw + at, f32x4.add(v128.load(dw + at), product));
        v128.store(db + at, f32x4.add(v128.load(db + at), grad));
        const scale = w != 0 ? v128.load(w + at) : f32x4.splat(1);
        part = f32x4.add(part, f32x4.mul(grad, scale));
        scaled = f32x4.add(scaled, f32x4.mul(product, scale));
      }
      first += total4(part);
      second += total4(scaled);
    }
    for (; j < n; j++) {
      const at = (<usize>j) << 2;
      const grad = load<f32>(g + at);
      const product = grad * (load<f32>(x + at) - m) * r;
      store<f32>(dw + at, load<f32>(dw + at) + product);
      store<f32>(db + at, load<f32>(db + at) + grad);
      const scale: f32 = w != 0 ? load<f32>(w + at) : 1;
      first += <f64>(grad * scale);
      second += <f64>(product * scale);
    }
    const a = <f32>(first / n);
    const b = <f32>(second / n);
    for (j = 0; j + 4 <= n; j += 4) {
      const at = (<usize>j) << 2;
      let grad = v128.load(g + at);
      if (w != 0) grad = f32x4.mul(grad, v128.load(w + at));
      const normal = f32x4.mul(f32x4.sub(v128.load(x + at), f32x4.splat(m)), f32x4.splat(r));
      const d = f32x4.sub(f32x4.sub(grad, f32x4.splat(a)), f32x4.mul(normal, f32x4.splat(b)));
      v128.store(dx + at, f32x4.mul(d, f32x4.splat(r)));
    }
    for (; j < n; j++) {
      const at = (<usize>j) << 2;
      let grad = load<f32>(g + at);
      if (w != 0) grad *= load<f32>(w + at);
      store<f32>(dx + at, (grad - a - (load<f32>(x + at) - m) * r * b) * r);
    }
    g += (<usize>n) << 2;
    x += (<usize>n) << 2;
    dx += (<usize>n) << 2;
  }
}
