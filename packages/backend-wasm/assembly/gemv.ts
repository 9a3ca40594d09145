/** Products of a matrix and a vector, at the speed of memory: every element of the matrix is read once, in the order it lies in. */

function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

function sumOf<T>(v: v128): T {
  if (sizeof<T>() == 4) {
    const pairs = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
    return <T>(f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1));
  }
  return <T>(f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1));
}

/**
 * y[m] = from[m] + alpha * a[m][k] times x[k], without `from` if that is 0. Either rows or columns of a lie together. Steps in
 * bytes. `work` are k elements.
 */
function gemv<T>(
  m: i32,
  k: i32,
  a: usize,
  row: isize,
  column: isize,
  x: usize,
  xStep: isize,
  from: usize,
  fromStep: isize,
  y: usize,
  yStep: isize,
  alpha: T,
  work: usize,
): void {
  let put = work;
  for (let p = 0; p < k; p++) {
    store<T>(put, <T>(load<T>(x) * alpha));
    put += sizeof<T>();
    x += xStep;
  }
  if (column == sizeof<T>()) {
    while (m > 0) {
      const start = from == 0 ? <T>0 : load<T>(from);
      store<T>(y, <T>(start + dot<T>(k, a, work)));
      a += row;
      y += yStep;
      if (from != 0) from += fromStep;
      m--;
    }
    return;
  }
  while (m >= 8 * lanes<T>()) {
    columnSums<T>(k, a, column, work, from, fromStep, y, yStep);
    a += 128;
    y += 8 * lanes<T>() * yStep;
    if (from != 0) from += 8 * lanes<T>() * fromStep;
    m -= 8 * lanes<T>();
  }
  while (m > 0) {
    let sum = from == 0 ? <T>0 : load<T>(from);
    let at = a;
    for (let p: usize = 0; p < <usize>k * sizeof<T>(); p += sizeof<T>()) {
      sum = <T>(sum + load<T>(at) * load<T>(work + p));
      at += column;
    }
    store<T>(y, sum);
    a += sizeof<T>();
    y += yStep;
    if (from != 0) from += fromStep;
    m--;
  }
}

function lanes<T>(): i32 {
  return 16 / sizeof<T>();
}

function dot<T>(k: i32, a: usize, x: usize): T {
  let s0 = v128.splat<T>(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = a + <usize>k * sizeof<T>();
  while (a + 64 <= end) {
    s0 = madd<T>(v128.load(a), v128.load(x), s0);
    s1 = madd<T>(v128.load(a, 16), v128.load(x, 16), s1);
    s2 = madd<T>(v128.load(a, 32), v128.load(x, 32), s2);
    s3 = madd<T>(v128.load(a, 48), v128.load(x, 48), s3);
    a += 64;
    x += 64;
  }
  let sum = sumOf<T>(v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3)));
  while (a < end) {
    sum = <T>(sum + load<T>(a) * load<T>(x));
    a += sizeof<T>();
    x += sizeof<T>();
  }
  return sum;
}

/** y of 8 vectors, where elements of a column lie together. */
function columnSums<T>(
  k: i32,
  a: usize,
  column: isize,
  x: usize,
  from: usize,
  fromStep: isize,
  y: usize,
  yStep: isize,
): void {
  let s0 = v128.splat<T>(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  for (let p = 0; p < k; p++) {
    const factor = v128.splat<T>(load<T>(x));
    s0 = madd<T>(v128.load(a), factor, s0);
    s1 = madd<T>(v128.load(a, 16), factor, s1);
    s2 = madd<T>(v128.load(a, 32), factor, s2);
    s3 = madd<T>(v128.load(a, 48), factor, s3);
    s4 = madd<T>(v128.load(a, 64), factor, s4);
    s5 = madd<T>(v128.load(a, 80), factor, s5);
    s6 = madd<T>(v128.load(a, 96), factor, s6);
    s7 = madd<T>(v128.load(a, 112), factor, s7);
    a += column;
    x += sizeof<T>();
  }
  put<T>(s0, from, fromStep, y, yStep, 0);
  put<T>(s1, from, fromStep, y, yStep, 1);
  put<T>(s2, from, fromStep, y, yStep, 2);
  put<T>(s3, from, fromStep, y, yStep, 3);
  put<T>(s4, from, fromStep, y, yStep, 4);
  put<T>(s5, from, fromStep, y, yStep, 5);
  put<T>(s6, from, fromStep, y, yStep, 6);
  put<T>(s7, from, fromStep, y, yStep, 7);
}

function put<T>(v: v128, from: usize, fromStep: isize, y: usize, yStep: isize, index: i32): void {
  const first = index * lanes<T>();
  y += first * yStep;
  if (from != 0) from += first * fromStep;
  putLane<T>(v128.extract_lane<T>(v, 0), from, y);
  putLane<T>(v128.extract_lane<T>(v, 1), from + (from != 0 ? fromStep : 0), y + yStep);
  if (sizeof<T>() == 4) {
    putLane<T>(<T>f32x4.extract_lane(v, 2), from + (from != 0 ? 2 * fromStep : 0), y + 2 * yStep);
    putLane<T>(<T>f32x4.extract_lane(v, 3), from + (from != 0 ? 3 * fromStep : 0), y + 3 * yStep);
  }
}

function putLane<T>(sum: T, from: usize, y: usize): void {
  store<T>(y, from == 0 ? sum : <T>(load<T>(from) + sum));
}

export function gemvF32(
  m: i32,
  k: i32,
  a: usize,
  row: isize,
  column: isize,
  x: usize,
  xStep: isize,
  from: usize,
  fromStep: isize,
  y: usize,
  yStep: isize,
  alpha: f32,
  work: usize,
): void {
  gemv<f32>(m, k, a, row, column, x, xStep, from, fromStep, y, yStep, alpha, work);
}

export function gemvF64(
  m: i32,
  k: i32,
  a: usize,
  row: isize,
  column: isize,
  x: usize,
  xStep: isize,
  from: usize,
  fromStep: isize,
  y: usize,
  yStep: isize,
  alpha: f64,
  work: usize,
): void {
  gemv<f64>(m, k, a, row, column, x, xStep, from, fromStep, y, yStep, alpha, work);
}
