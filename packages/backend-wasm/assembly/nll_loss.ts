/**
 * Negative log likelihood of x[rows][classes][plane] with int64 targets [rows][plane]: `out` receives one loss each, or their sum
 * (a double) if `summed`; `total` the sum of the weights (a double). `weight` is 0 for none. Whether all targets are in range.
 */
function forward<T>(
  rows: i32,
  classes: i32,
  plane: i32,
  x: usize,
  target: usize,
  weight: usize,
  ignore: i32,
  summed: bool,
  out: usize,
  total: usize,
): bool {
  let losses: f64 = 0;
  let weights: f64 = 0;
  for (let r = 0; r < rows; r++) {
    for (let p = 0; p < plane; p++) {
      const label = load<i64>(target);
      target += 8;
      let loss: f64 = 0;
      if (label != <i64>ignore) {
        if (<u64>label >= <u64>classes) return false;
        const factor: f64 = weight == 0 ? 1 : <f64>load<T>(weight + <usize>label * sizeof<T>());
        loss = -(<f64>load<T>(x + (<usize>label * <usize>plane + <usize>p) * sizeof<T>())) * factor;
        weights += factor;
      }
      losses += loss;
      if (!summed) {
        store<T>(out, <T>loss);
        out += sizeof<T>();
      }
    }
    x += <usize>classes * <usize>plane * sizeof<T>();
  }
  if (summed) store<f64>(out, losses);
  store<f64>(total, weights);
  return true;
}

/** Gradient of the loss: each target's place receives -scale g weight, everything else 0; `step` is 0 where g is one number. */
function backward<T>(
  rows: i32,
  classes: i32,
  plane: i32,
  g: usize,
  step: usize,
  target: usize,
  weight: usize,
  ignore: i32,
  scale: f64,
  dx: usize,
): bool {
  memory.fill(dx, 0, <usize>rows * <usize>classes * <usize>plane * sizeof<T>());
  for (let r = 0; r < rows; r++) {
    for (let p = 0; p < plane; p++) {
      const label = load<i64>(target);
      target += 8;
      if (label != <i64>ignore) {
        if (<u64>label >= <u64>classes) return false;
        const factor: f64 = weight == 0 ? 1 : <f64>load<T>(weight + <usize>label * sizeof<T>());
        const grad = -(<f64>load<T>(g)) * scale * factor;
        store<T>(dx + (<usize>label * <usize>plane + <usize>p) * sizeof<T>(), <T>grad);
      }
      g += step;
    }
    dx += <usize>classes * <usize>plane * sizeof<T>();
  }
  return true;
}

export function nllLoss(
  double: bool,
  rows: i32,
  classes: i32,
  plane: i32,
  x: usize,
  target: usize,
  weight: usize,
  ignore: i32,
  summed: bool,
  out: usize,
  total: usize,
): bool {
  return double
    ? forward<f64>(rows, classes, plane, x, target, weight, ignore, summed, out, total)
    : forward<f32>(rows, classes, plane, x, target, weight, ignore, summed, out, total);
}

export function nllLossBackward(
  double: bool,
  rows: i32,
  classes: i32,
  plane: i32,
  g: usize,
  step: usize,
  target: usize,
  weight: usize,
  ignore: i32,
  scale: f64,
  dx: usize,
): bool {
  return double
    ? backward<f64>(rows, classes, plane, g, step, target, weight, ignore, scale, dx)
    : backward<f32>(rows, classes, plane, g, step, target, weight, ignore, scale, dx);
}
