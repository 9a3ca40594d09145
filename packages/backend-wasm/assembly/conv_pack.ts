import { stripCount, stripStart, tileColumns } from "./strips";

/** Terms in a block at most; kernels/conv/product.ts has the same number. */
export const MOST_DEPTH: i32 = 320;

/** Terms in a block, where there are k: few blocks, as results are put down and taken up again between them, and all alike. */
export function depthOfConv(k: i32): i32 {
  const blocks = (k + MOST_DEPTH - 1) / MOST_DEPTH;
  return (k + blocks - 1) / blocks;
}

/** k rows of floats of the width of a tile: b[steps[p] + positions[j]] for j < count, zeros beyond. Tables in bytes. */
export function packStrip(k: i32, count: i32, b: usize, steps: usize, positions: usize, to: usize): void {
  const NR = tileColumns<f32>();
  for (let j = 0; j < NR; j += 8) {
    packEight(k, min(8, max(0, count - j)), b, steps, positions + ((<usize>j) << 2), to + ((<usize>j) << 2), NR * 4);
  }
}

function packEight(k: i32, count: i32, b: usize, steps: usize, positions: usize, to: usize, pitch: usize): void {
  const end = steps + ((<usize>k) << 2);
  if (count == 8) {
    const o0 = load<i32>(positions);
    const o1 = load<i32>(positions, 4);
    const o2 = load<i32>(positions, 8);
    const o3 = load<i32>(positions, 12);
    const o4 = load<i32>(positions, 16);
    const o5 = load<i32>(positions, 20);
    const o6 = load<i32>(positions, 24);
    const o7 = load<i32>(positions, 28);
    const left = o3 - o0 == 12;
    const right = o7 - o4 == 12;
    while (steps < end) {
      const from = b + load<i32>(steps);
      if (left) v128.store(to, v128.load(from + o0));
      else {
        store<f32>(to, load<f32>(from + o0));
        store<f32>(to, load<f32>(from + o1), 4);
        store<f32>(to, load<f32>(from + o2), 8);
        store<f32>(to, load<f32>(from + o3), 12);
      }
      if (right) v128.store(to, v128.load(from + o4), 16);
      else {
        store<f32>(to, load<f32>(from + o4), 16);
        store<f32>(to, load<f32>(from + o5), 20);
        store<f32>(to, load<f32>(from + o6), 24);
        store<f32>(to, load<f32>(from + o7), 28);
      }
      to += pitch;
      steps += 4;
    }
    return;
  }
  while (steps < end) {
    const from = b + load<i32>(steps);
    for (let j = 0; j < 8; j++) {
      store<f32>(to + ((<usize>j) << 2), j < count ? load<f32>(from + load<i32>(positions + ((<usize>j) << 2))) : 0);
    }
    to += pitch;
    steps += 4;
  }
}

/**
 * A of a product in strips (see strips.ts), block of terms after block: entry (i1, i2; p1, p2), each pair counted as one index,
 * is the float at a + i1 * row1 + i2 * row2 + p1 * step1 + p2 * step2.
 */
export function packTerms(
  m1: i32,
  m2: i32,
  k1: i32,
  k2: i32,
  a: usize,
  row1: isize,
  row2: isize,
  step1: isize,
  step2: isize,
  to: usize,
): void {
  const m = m1 * m2;
  const k = k1 * k2;
  const strips = stripCount<f32>(m);
  const depth = depthOfConv(k);
  for (let s = 0; s < strips; s++) {
    const start = stripStart(s, strips, m);
    const end = stripStart(s + 1, strips, m);
    const rows = end - start;
    for (let i = start; i < end; i++) {
      const line = a + (i / m2) * row1 + (i % m2) * row2;
      let p2 = 0;
      let from = line;
      let next = line + step1;
      for (let p0 = 0; p0 < k; p0 += depth) {
        const kc = min(depth, k - p0);
        let put = to + ((<usize>(p0 * m + start * kc + (i - start))) << 2);
        for (let p = 0; p < kc; p++) {
          store<f32>(put, load<f32>(from));
          put += (<usize>rows) << 2;
          from += step2;
          if (++p2 == k2) {
            p2 = 0;
            from = next;
            next += step1;
          }
        }
      }
    }
  }
}

/** Strips that m rows are cut into, and columns of a tile. */
export function stripsOf(m: i32): i32 {
  return stripCount<f32>(m);
}

export function stripWidth(): i32 {
  return tileColumns<f32>();
}
