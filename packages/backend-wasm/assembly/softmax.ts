import { exp4, ln, total4 } from "./exp";

/** Floats added in single precision before they go into a double. */
const BLOCK = 256;

/** The greatest of n floats. */
function maximum(n: i32, x: usize): f32 {
  let best = f32x4.splat(<f32>-Infinity);
  let j = 0;
  for (; j + 4 <= n; j += 4) best = f32x4.pmax(best, v128.load(x + ((<usize>j) << 2)));
  for (; j < n; j++) best = f32x4.pmax(best, v128.load_splat<f32>(x + ((<usize>j) << 2)));
  return max(
    max(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1)),
    max(f32x4.extract_lane(best, 2), f32x4.extract_lane(best, 3)),
  );
}

/** softmax of rows of n floats. */
export function softmax(rows: i32, n: i32, x: usize, out: usize): void {
  for (let i = 0; i < rows; i++) {
    const shift = f32x4.splat(maximum(n, x));
    let total: f64 = 0;
    let j = 0;
    while (j + 4 <= n) {
      let part = f32x4.splat(0);
      const stop = min(j + BLOCK, n & ~3);
      for (; j < stop; j += 4) {
        const at = (<usize>j) << 2;
        const e = exp4(f32x4.sub(v128.load(x + at), shift));
        v128.store(out + at, e);
        part = f32x4.add(part, e);
      }
      total += total4(part);
    }
    for (; j < n; j++) {
      const at = (<usize>j) << 2;
      const e = exp4(f32x4.sub(v128.load_splat<f32>(x + at), shift));
      v128.store_lane<f32>(out + at, e, 0);
      total += <f64>f32x4.extract_lane(e, 0);
    }
    const scale = <f32>(1 / total);
    const scales = f32x4.splat(scale);
    for (j = 0; j + 4 <= n; j += 4) {
      const at = out + ((<usize>j) << 2);
      v128.store(at, f32x4.mul(v128.load(at), scales));
    }
    for (; j < n; j++) {
      const at = out + ((<usize>j) << 2);
      store<f32>(at, load<f32>(at) * scale);
    }
    x += (<usize>n) << 2;
    out += (<usize>n) << 2;
  }
}

/** log(softmax) of rows of n floats. */
export function logSoftmax(rows: i32, n: i32, x: usize, out: usize): void {
  for (let i = 0; i < rows; i++) {
    const most = maximum(n, x);
    const shift = f32x4.splat(most);
    let total: f64 = 0;
    let j = 0;
    while (j + 4 <= n) {
      let part = f32x4.splat(0);
      const stop = min(j + BLOCK, n & ~3);
      for (; j < stop; j += 4) part = f32x4.add(part, exp4(f32x4.sub(v128.load(x + ((<usize>j) << 2)), shift)));
      total += total4(part);
    }
    for (; j < n; j++)
      total += <f64>f32x4.extract_lane(exp4(f32x4.sub(v128.load_splat<f32>(x + ((<usize>j) << 2)), shift)), 0);
    const rest = <f32>ln(total);
    const rest4 = f32x4.splat(rest);
    for (j = 0; j + 4 <= n; j += 4) {
      const at = (<usize>j) << 2;
      v128.store(out + at, f32x4.sub(f32x4.sub(v128.load(x + at), shift), rest4));
    }
    for (; j < n; j++) {
      const at = (<usize>j) << 2;
      store<f32>(out + at, load<f32>(x + at) - most - rest);
    }
    x += (<usize>n) << 2;
    out += (<usize>n) << 2;
  }
}

/** y (g - sum(g y)) by rows: the gradient of softmax from its result. */
export function softmaxBackward(rows: i32, n: i32, g: usize, y: usize, out: usize): void {
  for (let i = 0; i < rows; i++) {
    let total: f64 = 0;
    let j = 0;
    while (j + 4 <= n) {
      let part = f32x4.splat(0);
      const stop = min(j + BLOCK, n & ~3);
      for (; j < stop; j += 4) {
        const at = (<usize>j) << 2;
        part = f32x4.add(part, f32x4.mul(v128.load(g + at), v128.load(y + at)));
      }
      total += total4(part);
    }
    for (; j < n; j++) total += <f64>(load<f32>(g + ((<usize>j) << 2)) * load<f32>(y + ((<usize>j) << 2)));
    const shift = <f32>total;
    const shift4 = f32x4.splat(shift);
    for (j = 0; j + 4 <= n; j += 4) {
      const at = (<usize>j) << 2;
      v128.store(out + at, f32x4.mul(v128.load(y + at), f32x4.sub(v128.load(g + at), shift4)));
    }
    for (; j < n; j++) {
      const at = (<usize>j) << 2;
      store<f32>(out + at, load<f32>(y + at) * (load<f32>(g + at) - shift));
    }
    g += (<usize>n) << 2;
    y += (<usize>n) << 2;
    out += (<usize>n) << 2;
  }
}

/** g - exp(y) sum(g) by rows: the gradient of log_softmax from its result. */
export function logSoftmaxBackward(rows: i32, n: i32, g: usize, y: usize, out: usize): void {
  for (let i = 0; i < rows; i++) {
    let total: f64 = 0;
    let j = 0;
    while (j + 4 <= n) {
      let part = f32x4.splat(0);
      const stop = min(j + BLOCK, n & ~3);
      for (; j < stop; j += 4) part = f32x4.add(part, v128.load(g + ((<usize>j) << 2)));
      total += total4(part);
    }
    for (; j < n; j++) total += <f64>load<f32>(g + ((<usize>j) << 2));
    const factor = f32x4.splat(<f32>total);
    for (j = 0; j + 4 <= n; j += 4) {
      const at = (<usize>j) << 2;
      v128.store(out + at, f32x4.sub(v128.load(g + at), f32x4.mul(exp4(v128.load(y + at)), factor)));
    }
    for (; j < n; j++) {
      const at = (<usize>j) << 2;
      const d = f32x4.sub(v128.load_splat<f32>(g + at), f32x4.mul(exp4(v128.load_splat<f32>(y + at)), factor));
      v128.store_lane<f32>(out + at, d, 0);
    }
    g += (<usize>n) << 2;
    y += (<usize>n) << 2;
    out += (<usize>n) << 2;
  }
}
