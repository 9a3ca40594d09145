import { total4 } from "./exp";

/** The greatest of n floats; nan does not count. */
export function maximum(n: i32, x: usize): f32 {
  let best = f32x4.splat(<f32>-Infinity);
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    best = f32x4.pmax(best, v128.load(x));
    x += 16;
  }
  for (; j < n; j++) {
    best = f32x4.pmax(best, v128.load_splat<f32>(x));
    x += 4;
  }
  return max(
    max(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1)),
    max(f32x4.extract_lane(best, 2), f32x4.extract_lane(best, 3)),
  );
}

/** The sum of products of n floats, in double precision beyond four. */
export function dot(n: i32, x: usize, y: usize): f64 {
  let total: f64 = 0;
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    total += total4(f32x4.mul(v128.load(x), v128.load(y)));
    x += 16;
    y += 16;
  }
  for (; j < n; j++) {
    total += <f64>load<f32>(x) * <f64>load<f32>(y);
    x += 4;
    y += 4;
  }
  return total;
}
