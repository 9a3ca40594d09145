import { total4 } from "./exp";

/**
 * Batch normalisation of [batch][channels][plane], channels `from` to `to`. Short blocks are summed in single precision, beyond them in
 * double.
 */

/** The sum of (x - mean) (y - shift) over a channel: `kind` says of which. */
const SUM: i32 = 0;
const SQUARES: i32 = 1;
const DOT: i32 = 2;

function total(kind: i32, batch: i32, plane: i32, step: usize, x: usize, g: usize, mean: f32): f64 {
  const shift = f32x4.splat(mean);
  let sum: f64 = 0;
  for (let n = 0; n < batch; n++) {
    let j = 0;
    while (j + 4 <= plane) {
      let part0 = f32x4.splat(0);
      let part1 = f32x4.splat(0);
      const stop = min(j + 512, plane & ~3);
      for (; j + 8 <= stop; j += 8) {
        const at = (<usize>j) << 2;
        let a = v128.load(x + at);
        let b = v128.load(x + at, 16);
        if (kind == SQUARES) {
          a = f32x4.sub(a, shift);
          b = f32x4.sub(b, shift);
          a = f32x4.mul(a, a);
          b = f32x4.mul(b, b);
        } else if (kind == DOT) {
          a = f32x4.mul(f32x4.sub(a, shift), v128.load(g + at));
          b = f32x4.mul(f32x4.sub(b, shift), v128.load(g + at, 16));
        }
        part0 = f32x4.add(part0, a);
        part1 = f32x4.add(part1, b);
      }
      for (; j < stop; j += 4) {
        const at = (<usize>j) << 2;
        let a = v128.load(x + at);
        if (kind != SUM) a = f32x4.sub(a, shift);
        if (kind == SQUARES) a = f32x4.mul(a, a);
        else if (kind == DOT) a = f32x4.mul(a, v128.load(g + at));
        part0 = f32x4.add(part0, a);
      }
      sum += total4(f32x4.add(part0, part1));
    }
    for (; j < plane; j++) {
      const at = (<usize>j) << 2;
      let a = load<f32>(x + at);
      if (kind != SUM) a -= mean;
      if (kind == SQUARES) a *= a;
      else if (kind == DOT) a *= load<f32>(g + at);
      sum += <f64>a;
    }
    x += step;
    g += step;
  }
  return sum;
}

/** out = x * scale + shift over a channel. */
function affine(batch: i32, plane: i32, step: usize, x: usize, out: usize, scale: f32, shift: f32): void {
  const a = f32x4.splat(scale);
  const b = f32x4.splat(shift);
  for (let n = 0; n < batch; n++) {
    let j: usize = 0;
    const end = (<usize>plane) << 2;
    for (; j + 16 <= end; j += 16) v128.store(out + j, f32x4.add(f32x4.mul(v128.load(x + j), a), b));
    for (; j < end; j += 4) store<f32>(out + j, load<f32>(x + j) * scale + shift);
    x += step;
    out += step;
  }
}

/** `variance` is the unbiased one; w and b are addresses or 0. */
export function batchNorm(
  from: i32,
  to: i32,
  batch: i32,
  channels: i32,
  plane: i32,
  x: usize,
  w: usize,
  b: usize,
  out: usize,
  mean: usize,
  invstd: usize,
  variance: usize,
  eps: f64,
): void {
  const step = (<usize>(channels * plane)) << 2;
  const count = <f64>batch * <f64>plane;
  for (let c = from; c < to; c++) {
    const at = (<usize>c) << 2;
    const start = (<usize>(c * plane)) << 2;
    const m = total(SUM, batch, plane, step, x + start, x + start, 0) / count;
    // What rounding the mean leaves over is taken out again.
    const near = <f32>m;
    const rest = m - <f64>near;
    const squares = total(SQUARES, batch, plane, step, x + start, x + start, near) / count - rest * rest;
    const r = 1 / Math.sqrt(squares + eps);
    const scale = r * (w == 0 ? 1 : <f64>load<f32>(w + at));
    const shift = (b == 0 ? 0 : <f64>load<f32>(b + at)) - m * scale;
    affine(batch, plane, step, x + start, out + start, <f32>scale, <f32>shift);
    store<f32>(mean + at, near);
    store<f32>(invstd + at, <f32>r);
    store<f32>(variance + at, <f32>((squares * count) / (count - 1)));
  }
}

/** With given statistics. */
export function batchNormEval(
  from: i32,
  to: i32,
  batch: i32,
  channels: i32,
  plane: i32,
  x: usize,
  w: usize,
  b: usize,
  out: usize,
  mean: usize,
  variance: usize,
  eps: f64,
): void {
  const step = (<usize>(channels * plane)) << 2;
  for (let c = from; c < to; c++) {
    const at = (<usize>c) << 2;
    const start = (<usize>(c * plane)) << 2;
    const scale = (w == 0 ? 1 : <f64>load<f32>(w + at)) / Math.sqrt(<f64>load<f32>(variance + at) + eps);
    const shift = (b == 0 ? 0 : <f64>load<f32>(b + at)) - <f64>load<f32>(mean + at) * scale;
    affine(batch, plane, step, x + start, out + start, <f32>scale, <f32>shift);
  }
}

/** Gradients; `spread` is 1 / the standard deviation when training, else the variance. */
export function batchNormBackward(
  from: i32,
  to: i32,
  batch: i32,
  channels: i32,
  plane: i32,
  g: usize,
  x: usize,
  w: usize,
  mean: usize,
  spread: usize,
  dx: usize,
  dw: usize,
  db: usize,
  training: bool,
  eps: f64,
): void {
  const step = (<usize>(channels * plane)) << 2;
  const count = <f64>batch * <f64>plane;
  for (let c = from; c < to; c++) {
    const at = (<usize>c) << 2;
    const start = (<usize>(c * plane)) << 2;
    const m = load<f32>(mean + at);
    const given = <f64>load<f32>(spread + at);
    const r = training ? given : 1 / Math.sqrt(given + eps);
    const sum = total(SUM, batch, plane, step, g + start, g + start, 0);
    const dot = total(DOT, batch, plane, step, x + start, g + start, m);
    store<f32>(dw + at, <f32>(dot * r));
    store<f32>(db + at, <f32>sum);
    const scale = r * (w == 0 ? 1 : <f64>load<f32>(w + at));
    if (!training) {
      affine(batch, plane, step, g + start, dx + start, <f32>scale, 0);
      continue;
    }
    const slope = ((dot * r * r) / count) * scale;
    combine(
      batch,
      plane,
      step,
      g + start,
      x + start,
      dx + start,
      <f32>scale,
      <f32>slope,
      <f32>((-sum / count) * scale),
      m,
    );
  }
}

/** dx = g * scale - (x - mean) * slope + level over a channel. */
function combine(
  batch: i32,
  plane: i32,
  step: usize,
  g: usize,
  x: usize,
  dx: usize,
  scale: f32,
  slope: f32,
  level: f32,
  mean: f32,
): void {
  const a = f32x4.splat(scale);
  const b = f32x4.splat(slope);
  const l = f32x4.splat(level);
  const m = f32x4.splat(mean);
  for (let n = 0; n < batch; n++) {
    let j: usize = 0;
    const end = (<usize>plane) << 2;
    for (; j + 16 <= end; j += 16) {
      const rise = f32x4.mul(f32x4.sub(v128.load(x + j), m), b);
      v128.store(dx + j, f32x4.sub(f32x4.add(f32x4.mul(v128.load(g + j), a), l), rise));
    }
    for (; j < end; j += 4) store<f32>(dx + j, load<f32>(g + j) * scale + level - (load<f32>(x + j) - mean) * slope);
    g += step;
    x += step;
    dx += step;
  }
}
