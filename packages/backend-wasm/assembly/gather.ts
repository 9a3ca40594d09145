import { F32, F64, I32, move } from "./blocks";

function indexAt(index: usize, wide: bool): i32 {
  return wide ? <i32>load<i64>(index) : load<i32>(index);
}

/** Whether all indices are in [0, size). */
export function areWithin(count: i32, index: usize, wide: bool, size: i32): bool {
  let bad = false;
  for (let i = 0; i < count; i++) {
    const value: i64 = wide ? load<i64>(index) : <i64>load<i32>(index);
    bad = bad || <u64>value >= <u64>size;
    index += wide ? 8 : 4;
  }
  return !bad;
}

/** to[o][j][k] = from[o][index[o][j][k]][k]: sizes [outer][n][inner], of `from` [outer][size][inner]. */
export function gatherAlong(
  item: i32,
  outer: i32,
  n: i32,
  size: i32,
  inner: i32,
  index: usize,
  from: usize,
  to: usize,
): void {
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < inner; k++) {
        move(item, to, from + <usize>((indexAt(index, true) * inner + k) * item));
        index += 8;
        to += item;
      }
    }
    from += <usize>(size * inner * item);
  }
}

/** Ways to combine what is there with what comes. */
const PUT: i32 = 0;
const ADD: i32 = 1;
const MULTIPLY: i32 = 2;
const MAXIMUM: i32 = 3;

/** to[o][index[o][j][k]][k] = or is combined with from[o][j][k], in order; all of `from` are one number if `step` is 0. */
export function scatterAlong(
  mode: i32,
  kind: i32,
  item: i32,
  outer: i32,
  n: i32,
  size: i32,
  inner: i32,
  index: usize,
  from: usize,
  step: i32,
  to: usize,
): void {
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < inner; k++) {
        const at = to + <usize>((indexAt(index, true) * inner + k) * item);
        if (mode == PUT) move(item, at, from);
        else if (mode == ADD && kind == F32) store<f32>(at, load<f32>(at) + load<f32>(from));
        else combine(mode, kind, at, from);
        index += 8;
        from += step;
      }
    }
    to += <usize>(size * inner * item);
  }
}

function combine(mode: i32, kind: i32, at: usize, from: usize): void {
  if (kind == F32) store<f32>(at, joined<f32>(mode, load<f32>(at), load<f32>(from)));
  else if (kind == F64) store<f64>(at, joined<f64>(mode, load<f64>(at), load<f64>(from)));
  else if (kind == I32) store<i32>(at, joined<i32>(mode, load<i32>(at), load<i32>(from)));
  else store<i64>(at, joined<i64>(mode, load<i64>(at), load<i64>(from)));
}

/** nan wins over all numbers. */
function joined<T>(mode: i32, a: T, b: T): T {
  if (mode == ADD) return (a + b) as T;
  if (mode == MULTIPLY) return (a * b) as T;
  if (a != a) return a;
  if (b != b) return b;
  if (mode == MAXIMUM) return a > b ? a : b;
  return a < b ? a : b;
}
