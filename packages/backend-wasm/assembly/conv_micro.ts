/**
 * Inner loops that scripts/conv_micro.mjs writes and describes. The number in a name is that of the rows, after an x that of taps side by
 * side.
 */

/** Bytes that convTile adds to addresses in its table. */
export const FAR: usize = 128;

export declare function conv_1(k: i32, a: usize, steps: usize, c: usize, lines: usize, first: usize, add: bool): void;
export declare function conv_2(k: i32, a: usize, steps: usize, c: usize, lines: usize, first: usize, add: bool): void;
export declare function conv_3(k: i32, a: usize, steps: usize, c: usize, lines: usize, first: usize, add: bool): void;
export declare function conv_4(k: i32, a: usize, steps: usize, c: usize, lines: usize, first: usize, add: bool): void;
export declare function conv_5(k: i32, a: usize, steps: usize, c: usize, lines: usize, first: usize, add: bool): void;
export declare function conv_6(k: i32, a: usize, steps: usize, c: usize, lines: usize, first: usize, add: bool): void;
export declare function grad_1(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function grad_2(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function grad_3(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function grad_4(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function grad_5(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function grad_6(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function half_1(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function half_2(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function half_3(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function half_4(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function half_5(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function half_6(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function grad_5x5(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function grad_6x3(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;
export declare function grad_6x6(k: i32, moves: usize, image: usize, taps: usize, b: usize, c: usize, add: bool): void;

export function convTile(
  rows: i32,
  k: i32,
  a: usize,
  steps: usize,
  c: usize,
  lines: usize,
  first: usize,
  add: bool,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (rows == 6) return conv_6(k, a, steps, c, lines, first, add);
  }
  if (rows == 5) conv_5(k, a, steps, c, lines, first, add);
  else if (rows == 4) conv_4(k, a, steps, c, lines, first, add);
  else if (rows == 3) conv_3(k, a, steps, c, lines, first, add);
  else if (rows == 2) conv_2(k, a, steps, c, lines, first, add);
  else conv_1(k, a, steps, c, lines, first, add);
}

export function gradTile(
  rows: i32,
  k: i32,
  moves: usize,
  image: usize,
  taps: usize,
  b: usize,
  c: usize,
  add: bool,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (rows == 6) return grad_6(k, moves, image, taps, b, c, add);
  }
  if (rows == 5) grad_5(k, moves, image, taps, b, c, add);
  else if (rows == 4) grad_4(k, moves, image, taps, b, c, add);
  else if (rows == 3) grad_3(k, moves, image, taps, b, c, add);
  else if (rows == 2) grad_2(k, moves, image, taps, b, c, add);
  else grad_1(k, moves, image, taps, b, c, add);
}

export function halfTile(
  rows: i32,
  k: i32,
  moves: usize,
  image: usize,
  taps: usize,
  b: usize,
  c: usize,
  add: bool,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (rows == 6) return half_6(k, moves, image, taps, b, c, add);
  }
  if (rows == 5) half_5(k, moves, image, taps, b, c, add);
  else if (rows == 4) half_4(k, moves, image, taps, b, c, add);
  else if (rows == 3) half_3(k, moves, image, taps, b, c, add);
  else if (rows == 2) half_2(k, moves, image, taps, b, c, add);
  else half_1(k, moves, image, taps, b, c, add);
}
