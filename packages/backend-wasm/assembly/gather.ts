import { F32, F64, I32, I64, move } from "./blocks";

/** Further kinds of elements that are combined; see blocks.ts for the first four. */
export const U8: i32 = 4;
export const I8: i32 = 5;
export const I16: i32 = 6;
export const BOOL: i32 = 7;

/** The int64 index; negative ones count from the end if `wrap`. It is out of range when not below `size`. @inline */
function indexAt(index: usize, size: u64, wrap: bool): u64 {
  const value = load<u64>(index);
  return wrap && <i64>value < 0 ? value + size : value;
}

/**
 * to[o][j][k] = from[o][index[o][j][k]][k]: sizes [outer][n][inner], of `from` [outer][size][inner]. Stops and sets the word at
 * `flag` when an index is out of range.
 */
export function gatherAlong(
  item: i32,
  outer: i32,
  n: i32,
  size: i32,
  inner: i32,
  index: usize,
  from: usize,
  to: usize,
  wrap: bool,
  flag: usize,
): void {
  const limit = <u64>size;
  if (inner == 1 && (item == 4 || item == 8)) {
    for (let o = 0; o < outer; o++) {
      const fits =
        item == 4 ? gatherRow<u32>(n, limit, index, from, to, wrap) : gatherRow<u64>(n, limit, index, from, to, wrap);
      if (!fits) {
        store<i32>(flag, 1);
        return;
      }
      index += (<usize>n) << 3;
      to += <usize>n * <usize>item;
      from += <usize>size * <usize>item;
    }
    return;
  }
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < inner; k++) {
        const i = indexAt(index, limit, wrap);
        if (i >= limit) {
          store<i32>(flag, 1);
          return;
        }
        move(item, to, from + (<usize>i * <usize>inner + <usize>k) * <usize>item);
        index += 8;
        to += item;
      }
    }
    from += <usize>size * <usize>inner * <usize>item;
  }
}

function gatherRow<T>(n: i32, size: u64, index: usize, from: usize, to: usize, wrap: bool): bool {
  const end = index + ((<usize>n) << 3);
  if (!wrap) {
    for (; index + 32 <= end; index += 32) {
      const a = load<u64>(index);
      const b = load<u64>(index, 8);
      const c = load<u64>(index, 16);
      const d = load<u64>(index, 24);
      if (max(max(a, b), max(c, d)) >= size) return false;
      store<T>(to, load<T>(from + <usize>a * sizeof<T>()));
      store<T>(to, load<T>(from + <usize>b * sizeof<T>()), sizeof<T>());
      store<T>(to, load<T>(from + <usize>c * sizeof<T>()), 2 * sizeof<T>());
      store<T>(to, load<T>(from + <usize>d * sizeof<T>()), 3 * sizeof<T>());
      to += 4 * sizeof<T>();
    }
  }
  while (index < end) {
    const i = indexAt(index, size, wrap);
    if (i >= size) return false;
    store<T>(to, load<T>(from + <usize>i * sizeof<T>()));
    index += 8;
    to += sizeof<T>();
  }
  return true;
}

/** Ways to combine what is there with what comes. */
const PUT: i32 = 0;
const ADD: i32 = 1;
const MULTIPLY: i32 = 2;
const MAXIMUM: i32 = 3;

/**
 * to[o][index[o][j][k]][k] = or is combined with from[o][j][k], in order; all of `from` are one number if `step` is 0. See
 * {@link gatherAlong} for the rest.
 */
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
  wrap: bool,
  flag: usize,
): void {
  const limit = <u64>size;
  const plain = inner == 1 && mode == ADD && kind == F32;
  for (let o = 0; o < outer; o++) {
    if (plain) {
      const end = index + ((<usize>n) << 3);
      if (!wrap) {
        for (; index + 16 <= end; index += 16) {
          const i = load<u64>(index);
          const j = load<u64>(index, 8);
          if (max(i, j) >= limit) break;
          let at = to + ((<usize>i) << 2);
          store<f32>(at, load<f32>(at) + load<f32>(from));
          from += step;
          at = to + ((<usize>j) << 2);
          store<f32>(at, load<f32>(at) + load<f32>(from));
          from += step;
        }
      }
      for (; index < end; index += 8) {
        const i = indexAt(index, limit, wrap);
        if (i >= limit) {
          store<i32>(flag, 1);
          return;
        }
        const at = to + ((<usize>i) << 2);
        store<f32>(at, load<f32>(at) + load<f32>(from));
        from += step;
      }
    } else {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < inner; k++) {
          const i = indexAt(index, limit, wrap);
          if (i >= limit) {
            store<i32>(flag, 1);
            return;
          }
          const at = to + (<usize>i * <usize>inner + <usize>k) * <usize>item;
          if (mode == PUT) move(item, at, from);
          else if (mode == ADD && kind == F32) store<f32>(at, load<f32>(at) + load<f32>(from));
          else combine(mode, kind, at, from);
          index += 8;
          from += step;
        }
      }
    }
    to += <usize>size * <usize>inner * <usize>item;
  }
}

/** Combines one element with another. */
export function combine(mode: i32, kind: i32, at: usize, from: usize): void {
  if (kind == F32) store<f32>(at, joined<f32>(mode, load<f32>(at), load<f32>(from)));
  else if (kind == F64) store<f64>(at, joined<f64>(mode, load<f64>(at), load<f64>(from)));
  else if (kind == I32) store<i32>(at, joined<i32>(mode, load<i32>(at), load<i32>(from)));
  else if (kind == I64) store<i64>(at, joined<i64>(mode, load<i64>(at), load<i64>(from)));
  else if (kind == U8) store<u8>(at, joined<u8>(mode, load<u8>(at), load<u8>(from)));
  else if (kind == I8) store<i8>(at, joined<i8>(mode, load<i8>(at), load<i8>(from)));
  else if (kind == I16) store<i16>(at, joined<i16>(mode, load<i16>(at), load<i16>(from)));
  // Truth values: sums and maxima are disjunctions.
  else if (mode == ADD || mode == MAXIMUM) store<u8>(at, load<u8>(at) | load<u8>(from));
  else store<u8>(at, load<u8>(at) & load<u8>(from));
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

/** n bytes of a pattern of 16. */
export function fillPattern(to: usize, n: usize, pattern: usize): void {
  const value = v128.load(pattern);
  const end = to + n;
  while (to + 64 <= end) {
    v128.store(to, value);
    v128.store(to, value, 16);
    v128.store(to, value, 32);
    v128.store(to, value, 48);
    to += 64;
  }
  while (to + 16 <= end) {
    v128.store(to, value);
    to += 16;
  }
  // Patterns repeat from 16 bytes to 16 bytes.
  while (to < end) {
    store<u8>(to, load<u8>(pattern));
    to++;
    pattern++;
  }
}

/** Fills the blocks at to[outer] + offsets[i] with the pattern; the outer parts are `step` bytes apart. */
export function fillBlocks(
  outer: i32,
  step: usize,
  count: i32,
  offsets: usize,
  block: usize,
  to: usize,
  pattern: usize,
): void {
  const item = <i32>block;
  const single = item == 4 || item == 8 || item == 1 || item == 2 || item == 16;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const at = to + load<u32>(offsets + ((<usize>i) << 2));
      if (single) move(item, at, pattern);
      else fillPattern(at, block, pattern);
    }
    to += step;
  }
}
