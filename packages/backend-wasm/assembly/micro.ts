/**
 * Inner loops that scripts/micro.mjs writes. c[rows][] = from[rows][] + packed a times b over k > 0 steps, where rows of b are
 * `step` bytes apart, those of c and `from` `cRow` and `fromRow`. The number in a name is that of the rows.
 */
export declare function f32_1(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f32_2(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f32_3(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f32_4(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f32_5(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f32_6(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f64_1(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f64_2(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f64_3(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f64_4(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f64_5(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function f64_6(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function i32_1(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function i32_2(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function i32_3(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function i32_4(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function i64_1(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function i64_2(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function i64_3(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;
export declare function i64_4(
  k: i32,
  a: usize,
  b: usize,
  step: isize,
  from: usize,
  fromRow: isize,
  c: usize,
  cRow: isize,
): void;

/** `count` rounds of twelve chains of multiply and add from the vectors at `at`: a measure of what is possible. */
export declare function peak(count: i32, at: usize): void;
