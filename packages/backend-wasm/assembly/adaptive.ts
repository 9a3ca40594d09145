import { give, take } from "./lanes";

/** Steps of optimizers on n elements of one parameter. `sign` is -1 to climb; missing state is 0. */

/** The gradient a step goes by. */
function direction(g: usize, p: usize, sign: f32, decay: f32, whole: bool): v128 {
  const d = f32x4.mul(take(g, whole), f32x4.splat(sign));
  return decay == 0 ? d : f32x4.add(d, f32x4.mul(take(p, whole), f32x4.splat(decay)));
}

/** A running average: keep of what is at `at`, `share` of the new. */
function average(at: usize, keep: f32, share: f32, x: v128, whole: bool): v128 {
  const next = f32x4.add(f32x4.mul(take(at, whole), f32x4.splat(keep)), f32x4.mul(x, f32x4.splat(share)));
  give(at, next, whole);
  return next;
}

export function rmsprop(
  n: i32,
  p: usize,
  g: usize,
  square: usize,
  mean: usize,
  buffer: usize,
  sign: f32,
  decay: f32,
  alpha: f32,
  share: f32,
  eps: f32,
  momentum: f32,
  lr: f32,
): void {
  for (let i = 0; i < n;) {
    const whole = i + 4 <= n;
    const at = (<usize>i) << 2;
    const d = direction(g + at, p + at, sign, decay, whole);
    let spread = average(square + at, alpha, share, f32x4.mul(d, d), whole);
    if (mean != 0) {
      const m = average(mean + at, alpha, share, d, whole);
      spread = f32x4.sub(spread, f32x4.mul(m, m));
    }
    let move = f32x4.div(d, f32x4.add(f32x4.sqrt(spread), f32x4.splat(eps)));
    if (buffer != 0) {
      move = f32x4.add(f32x4.mul(take(buffer + at, whole), f32x4.splat(momentum)), move);
      give(buffer + at, move, whole);
    }
    give(p + at, f32x4.sub(take(p + at, whole), f32x4.mul(move, f32x4.splat(lr))), whole);
    i += whole ? 4 : 1;
  }
}

export function adagrad(n: i32, p: usize, g: usize, sum: usize, sign: f32, decay: f32, eps: f32, size: f32): void {
  for (let i = 0; i < n;) {
    const whole = i + 4 <= n;
    const at = (<usize>i) << 2;
    const d = direction(g + at, p + at, sign, decay, whole);
    const total = average(sum + at, 1, 1, f32x4.mul(d, d), whole);
    const move = f32x4.div(f32x4.mul(d, f32x4.splat(size)), f32x4.add(f32x4.sqrt(total), f32x4.splat(eps)));
    give(p + at, f32x4.sub(take(p + at, whole), move), whole);
    i += whole ? 4 : 1;
  }
}

export function adamax(
  n: i32,
  p: usize,
  g: usize,
  mean: usize,
  most: usize,
  sign: f32,
  decay: f32,
  keep: f32,
  share: f32,
  fade: f32,
  eps: f32,
  size: f32,
): void {
  for (let i = 0; i < n;) {
    const whole = i + 4 <= n;
    const at = (<usize>i) << 2;
    const d = direction(g + at, p + at, sign, decay, whole);
    const m = average(mean + at, keep, share, d, whole);
    const faded = f32x4.mul(take(most + at, whole), f32x4.splat(fade));
    const top = f32x4.max(faded, f32x4.add(f32x4.abs(d), f32x4.splat(eps)));
    give(most + at, top, whole);
    const move = f32x4.div(f32x4.mul(m, f32x4.splat(size)), top);
    give(p + at, f32x4.sub(take(p + at, whole), move), whole);
    i += whole ? 4 : 1;
  }
}

export function nadam(
  n: i32,
  p: usize,
  g: usize,
  mean: usize,
  square: usize,
  decay: f32,
  keep1: f32,
  share1: f32,
  keep2: f32,
  share2: f32,
  eps: f32,
  correction: f32,
  gradSize: f32,
  meanSize: f32,
): void {
  for (let i = 0; i < n;) {
    const whole = i + 4 <= n;
    const at = (<usize>i) << 2;
    const d = direction(g + at, p + at, 1, decay, whole);
    const m = average(mean + at, keep1, share1, d, whole);
    const v = average(square + at, keep2, share2, f32x4.mul(d, d), whole);
    const denom = f32x4.add(f32x4.sqrt(f32x4.div(v, f32x4.splat(correction))), f32x4.splat(eps));
    const first = f32x4.sub(take(p + at, whole), f32x4.div(f32x4.mul(d, f32x4.splat(gradSize)), denom));
    give(p + at, f32x4.sub(first, f32x4.div(f32x4.mul(m, f32x4.splat(meanSize)), denom)), whole);
    i += whole ? 4 : 1;
  }
}

/** `rect` 0 leaves the squares out. */
export function radam(
  n: i32,
  p: usize,
  g: usize,
  mean: usize,
  square: usize,
  decay: f32,
  keep1: f32,
  share1: f32,
  keep2: f32,
  share2: f32,
  eps: f32,
  correction: f32,
  lr: f32,
  rect: f32,
  root: f32,
): void {
  for (let i = 0; i < n;) {
    const whole = i + 4 <= n;
    const at = (<usize>i) << 2;
    const d = direction(g + at, p + at, 1, decay, whole);
    const m = average(mean + at, keep1, share1, d, whole);
    const v = average(square + at, keep2, share2, f32x4.mul(d, d), whole);
    let move = f32x4.mul(f32x4.div(m, f32x4.splat(correction)), f32x4.splat(lr));
    if (rect != 0) {
      const adaptive = f32x4.div(f32x4.splat(root), f32x4.add(f32x4.sqrt(v), f32x4.splat(eps)));
      move = f32x4.mul(f32x4.mul(move, adaptive), f32x4.splat(rect));
    }
    give(p + at, f32x4.sub(take(p + at, whole), move), whole);
    i += whole ? 4 : 1;
  }
}
