import { total4 } from "./exp";
import { squares } from "./norm";
import { sum } from "./reduce";

/**
 * Group normalisation: rows `from` to `to` of size [channels][plane] get mean 0 and variance 1, then each channel its factor and
 * summand (0 for none); row r has the channels (r % groups) * channels and following. mean and rstd, one each row, are written.
 */
export function groupNorm(
  from: i32,
  to: i32,
  groups: i32,
  channels: i32,
  plane: i32,
  x: usize,
  w: usize,
  b: usize,
  out: usize,
  mean: usize,
  rstd: usize,
  eps: f64,
): void {
  const n = channels * plane;
  for (let r = from; r < to; r++) {
    const skip = (<usize>r * <usize>n) << 2;
    const m = <f32>(sum(n, x + skip) / n);
    const s = <f32>(1 / Math.sqrt(squares(n, x + skip, m) / n + eps));
    store<f32>(mean + ((<usize>r) << 2), m);
    store<f32>(rstd + ((<usize>r) << 2), s);
    let at = x + skip;
    let put = out + skip;
    for (let c = 0; c < channels; c++) {
      const parameter = (<usize>((r % groups) * channels + c)) << 2;
      const scale: f32 = w != 0 ? s * load<f32>(w + parameter) : s;
      const shift: f32 = b != 0 ? load<f32>(b + parameter) : 0;
      const m4 = f32x4.splat(m);
      const scale4 = f32x4.splat(scale);
      const shift4 = f32x4.splat(shift);
      const end = at + ((<usize>plane) << 2);
      for (; at + 16 <= end; at += 16) {
        v128.store(put, f32x4.add(f32x4.mul(f32x4.sub(v128.load(at), m4), scale4), shift4));
        put += 16;
      }
      for (; at < end; at += 4) {
        store<f32>(put, (load<f32>(at) - m) * scale + shift);
        put += 4;
      }
    }
  }
}

/** Sums of g and of g x for each of `count` planes, in double precision. */
export function planeSums(count: i32, plane: i32, g: usize, x: usize, sums: usize, products: usize): void {
  for (let c = 0; c < count; c++) {
    let first: f64 = 0;
    let second: f64 = 0;
    let j = 0;
    while (j + 4 <= plane) {
      let part = f32x4.splat(0);
      let scaled = f32x4.splat(0);
      const stop = min(j + 256, plane & ~3);
      for (; j < stop; j += 4) {
        const at = (<usize>j) << 2;
        const grad = v128.load(g + at);
        part = f32x4.add(part, grad);
        scaled = f32x4.add(scaled, f32x4.mul(grad, v128.load(x + at)));
      }
      first += total4(part);
      second += total4(scaled);
    }
    for (; j < plane; j++) {
      const at = (<usize>j) << 2;
      first += <f64>load<f32>(g + at);
      second += <f64>load<f32>(g + at) * <f64>load<f32>(x + at);
    }
    store<f64>(sums + ((<usize>c) << 3), first);
    store<f64>(products + ((<usize>c) << 3), second);
    g += (<usize>plane) << 2;
    x += (<usize>plane) << 2;
  }
}

/** Gradient of rows `from` to `to` from {@link planeSums} of all planes. */
export function groupNormBackward(
  from: i32,
  to: i32,
  groups: i32,
  channels: i32,
  plane: i32,
  g: usize,
  x: usize,
  mean: usize,
  rstd: usize,
  w: usize,
  sums: usize,
  products: usize,
  dx: usize,
): void {
  const n = <f64>channels * <f64>plane;
  for (let r = from; r < to; r++) {
    const m = <f64>load<f32>(mean + ((<usize>r) << 2));
    const s = <f64>load<f32>(rstd + ((<usize>r) << 2));
    let first: f64 = 0;
    let second: f64 = 0;
    for (let c = 0; c < channels; c++) {
      const at = (<usize>(r * channels + c)) << 3;
      const weight: f64 = w != 0 ? <f64>load<f32>(w + ((<usize>((r % groups) * channels + c)) << 2)) : 1;
      first += load<f64>(sums + at) * weight;
      second += load<f64>(products + at) * weight;
    }
    // dx = s w g - s (first / n) - (x - m) s^3 (second - m first) / n
    const slope = ((second - m * first) * s * s * s) / n;
    const level = (s * first) / n - m * slope;
    const slope4 = f32x4.splat(<f32>slope);
    const level4 = f32x4.splat(<f32>level);
    const skip = (<usize>r * <usize>channels * <usize>plane) << 2;
    let at = skip;
    for (let c = 0; c < channels; c++) {
      const weight: f64 = w != 0 ? <f64>load<f32>(w + ((<usize>((r % groups) * channels + c)) << 2)) : 1;
      const scale = <f32>(s * weight);
      const scale4 = f32x4.splat(scale);
      const end = at + ((<usize>plane) << 2);
      for (; at + 16 <= end; at += 16) {
        const d = f32x4.sub(f32x4.mul(v128.load(g + at), scale4), f32x4.mul(v128.load(x + at), slope4));
        v128.store(dx + at, f32x4.sub(d, level4));
      }
      for (; at < end; at += 4)
        store<f32>(dx + at, load<f32>(g + at) * scale - load<f32>(x + at) * <f32>slope - <f32>level);
    }
  }
}

/** Gradients of factors and summands, over the batch. */
export function groupNormParameters(
  batch: i32,
  groups: i32,
  channels: i32,
  mean: usize,
  rstd: usize,
  sums: usize,
  products: usize,
  dw: usize,
  db: usize,
): void {
  const all = groups * channels;
  for (let c = 0; c < all; c++) {
    let factor: f64 = 0;
    let summand: f64 = 0;
    for (let i = 0; i < batch; i++) {
      const at = (<usize>(i * all + c)) << 3;
      const row = (<usize>(i * groups + c / channels)) << 2;
      const s = load<f64>(sums + at);
      factor += (load<f64>(products + at) - <f64>load<f32>(mean + row) * s) * <f64>load<f32>(rstd + row);
      summand += s;
    }
    store<f32>(dw + ((<usize>c) << 2), <f32>factor);
    store<f32>(db + ((<usize>c) << 2), <f32>summand);
  }
}
