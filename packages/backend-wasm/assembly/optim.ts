/** Steps of optimizers on one parameter, in PyTorch's order of operations. Four elements at a time; the rest one by one. */

export function sgd(
  n: i32,
  p: usize,
  g: usize,
  b: usize,
  decay: f32,
  momentum: f32,
  take: f32,
  lr: f32,
  sign: f32,
  nesterov: bool,
  first: bool,
): void {
  let i = 0;
  while (i < n) {
    const whole = i + 4 <= n;
    const value = whole ? v128.load(p) : v128.load_splat<f32>(p);
    let d = f32x4.mul(whole ? v128.load(g) : v128.load_splat<f32>(g), f32x4.splat(sign));
    if (decay != 0) d = f32x4.add(d, f32x4.mul(value, f32x4.splat(decay)));
    if (b != 0) {
      let next = d;
      if (!first) {
        const kept = whole ? v128.load(b) : v128.load_splat<f32>(b);
        next = f32x4.add(f32x4.mul(kept, f32x4.splat(momentum)), f32x4.mul(d, f32x4.splat(take)));
      }
      if (whole) v128.store(b, next);
      else v128.store_lane<f32>(b, next, 0);
      d = nesterov ? f32x4.add(d, f32x4.mul(next, f32x4.splat(momentum))) : next;
      b += whole ? 16 : 4;
    }
    const result = f32x4.sub(value, f32x4.mul(d, f32x4.splat(lr)));
    if (whole) v128.store(p, result);
    else v128.store_lane<f32>(p, result, 0);
    p += whole ? 16 : 4;
    g += whole ? 16 : 4;
    i += whole ? 4 : 1;
  }
}

/** `top` is 0 without amsgrad. `root` is sqrt(1 - beta2^step), `size` lr / (1 - beta1^step). */
export function adam(
  n: i32,
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  top: usize,
  keep1: f32,
  take1: f32,
  keep2: f32,
  take2: f32,
  eps: f32,
  decay: f32,
  shrink: f32,
  root: f32,
  size: f32,
  sign: f32,
): void {
  let i = 0;
  while (i < n) {
    const whole = i + 4 <= n;
    const value = f32x4.mul(whole ? v128.load(p) : v128.load_splat<f32>(p), f32x4.splat(shrink));
    let d = f32x4.mul(whole ? v128.load(g) : v128.load_splat<f32>(g), f32x4.splat(sign));
    if (decay != 0) d = f32x4.add(d, f32x4.mul(value, f32x4.splat(decay)));
    const mean = f32x4.add(
      f32x4.mul(whole ? v128.load(m) : v128.load_splat<f32>(m), f32x4.splat(keep1)),
      f32x4.mul(d, f32x4.splat(take1)),
    );
    const square = f32x4.add(
      f32x4.mul(whole ? v128.load(v) : v128.load_splat<f32>(v), f32x4.splat(keep2)),
      f32x4.mul(f32x4.mul(d, f32x4.splat(take2)), d),
    );
    let largest = square;
    if (top != 0) {
      largest = f32x4.max(whole ? v128.load(top) : v128.load_splat<f32>(top), square);
      if (whole) v128.store(top, largest);
      else v128.store_lane<f32>(top, largest, 0);
      top += whole ? 16 : 4;
    }
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(largest), f32x4.splat(root)), f32x4.splat(eps));
    const result = f32x4.sub(value, f32x4.div(f32x4.mul(mean, f32x4.splat(size)), denominator));
    if (whole) {
      v128.store(m, mean);
      v128.store(v, square);
      v128.store(p, result);
    } else {
      v128.store_lane<f32>(m, mean, 0);
      v128.store_lane<f32>(v, square, 0);
      v128.store_lane<f32>(p, result, 0);
    }
    const step: usize = whole ? 16 : 4;
    p += step;
    g += step;
    m += step;
    v += step;
    i += whole ? 4 : 1;
  }
}
