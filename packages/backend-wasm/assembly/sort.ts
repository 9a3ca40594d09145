/**
 * Stable radix sort. Elements become unsigned keys in the order of their values: nan greatest, -0 equal to 0; for descending
 * order all bits are inverted.
 */

/** Kinds of elements. */
const FLOAT: i32 = 0;
const DOUBLE: i32 = 1;
const INT: i32 = 2;
const LONG: i32 = 3;
const BYTE: i32 = 4;
const SIGNED_BYTE: i32 = 5;
const SHORT: i32 = 6;
const HALF: i32 = 7;

function isWide(kind: i32): bool {
  return kind == DOUBLE || kind == LONG;
}

function shiftOf(kind: i32): usize {
  return isWide(kind) ? 3 : kind == FLOAT || kind == INT ? 2 : kind == BYTE || kind == SIGNED_BYTE ? 0 : 1;
}

function key32(kind: i32, at: usize): u32 {
  if (kind == FLOAT) {
    const bits = load<u32>(at);
    if (bits << 1 > 0xff000000) return 0xffffffff;
    if (bits << 1 == 0) return 0x80000000;
    return bits >> 31 != 0 ? ~bits : bits | 0x80000000;
  }
  if (kind == INT) return load<u32>(at) ^ 0x80000000;
  if (kind == BYTE) return load<u8>(at);
  if (kind == SIGNED_BYTE) return <u32>(<i32>load<i8>(at) + 128);
  if (kind == SHORT) return <u32>(<i32>load<i16>(at) + 32768);
  // float16, and bfloat16 behind it, whose infinity is smaller.
  const bits = <u32>load<u16>(at);
  const infinity: u32 = kind == HALF ? 0x7c00 : 0x7f80;
  if ((bits & 0x7fff) > infinity) return 0xffff;
  if ((bits & 0x7fff) == 0) return 0x8000;
  return bits >> 15 != 0 ? ~bits & 0xffff : bits | 0x8000;
}

function key64(kind: i32, at: usize): u64 {
  const bits = load<u64>(at);
  const top: u64 = 1 << 63;
  if (kind == LONG) return bits ^ top;
  if (bits << 1 > 0xffe0000000000000) return 0xffffffffffffffff;
  if (bits << 1 == 0) return top;
  return bits >> 63 != 0 ? ~bits : bits | top;
}

/** Bytes of working memory for slices of n elements. */
export function sortScratch(n: i32): i32 {
  return 4 * 256 * 8 + 24 * n;
}

/** Sorts n pairs, key in the upper half and position in the lower, at `a`; `b` is room for as many. Where they are then. */
function sortPairs(n: i32, a: usize, b: usize, counts: usize): usize {
  const bytes = (<usize>n) << 3;
  if (n <= 40) {
    for (let i: usize = 8; i < bytes; i += 8) {
      const pair = load<u64>(a + i);
      let j = i;
      while (j > 0 && load<u64>(a + j - 8) > pair) {
        store<u64>(a + j, load<u64>(a + j - 8));
        j -= 8;
      }
      store<u64>(a + j, pair);
    }
    return a;
  }
  memory.fill(counts, 0, 4 * 1024);
  for (let i: usize = 0; i < bytes; i += 8) {
    const key = load<u32>(a + i, 4);
    let at = counts + ((<usize>(key & 255)) << 2);
    store<u32>(at, load<u32>(at) + 1);
    at = counts + 1024 + ((<usize>((key >> 8) & 255)) << 2);
    store<u32>(at, load<u32>(at) + 1);
    at = counts + 2048 + ((<usize>((key >> 16) & 255)) << 2);
    store<u32>(at, load<u32>(at) + 1);
    at = counts + 3072 + ((<usize>(key >> 24)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  for (let digit: u32 = 0; digit < 4; digit++) {
    const table = counts + <usize>digit * 1024;
    if (!toStarts(table, n, 8, b)) continue;
    const shift = 32 + 8 * digit;
    for (let i: usize = 0; i < bytes; i += 8) {
      const pair = load<u64>(a + i);
      const at = table + ((<usize>((pair >> shift) & 255)) << 2);
      const to = load<u32>(at);
      store<u64>(to, pair);
      store<u32>(at, to + 8);
    }
    const t = a;
    a = b;
    b = t;
  }
  return a;
}

/** Counts become the addresses from `base` on where what was counted goes; false when all is of one digit. */
function toStarts(table: usize, n: i32, item: u32, base: usize): bool {
  let at = <u32>base;
  for (let i: usize = 0; i < 1024; i += 4) {
    const count = load<u32>(table + i);
    if (count == <u32>n) return false;
    store<u32>(table + i, at);
    at += count * item;
  }
  return true;
}

/** Sorts n keys of 64 bits at `a` with their positions at `p`; `b` and `q` are room for as many. Where the positions are. */
function sortWide(n: i32, a: usize, p: usize, b: usize, q: usize, counts: usize): usize {
  memory.fill(counts, 0, 8 * 1024);
  for (let i = 0; i < n; i++) {
    let key = load<u64>(a + ((<usize>i) << 3));
    for (let digit: usize = 0; digit < 8; digit++) {
      const at = counts + digit * 1024 + ((<usize>(key & 255)) << 2);
      store<u32>(at, load<u32>(at) + 1);
      key >>= 8;
    }
  }
  for (let digit: u64 = 0; digit < 8; digit++) {
    const table = counts + <usize>digit * 1024;
    if (!toStarts(table, n, 1, 0)) continue;
    for (let i = 0; i < n; i++) {
      const key = load<u64>(a + ((<usize>i) << 3));
      const at = table + ((<usize>((key >> (8 * digit)) & 255)) << 2);
      const to = load<u32>(at);
      store<u64>(b + ((<usize>to) << 3), key);
      store<u32>(q + ((<usize>to) << 2), load<u32>(p + ((<usize>i) << 2)));
      store<u32>(at, to + 1);
    }
    let t = a;
    a = b;
    b = t;
    t = p;
    p = q;
    q = t;
  }
  return p;
}

/** Positions of n elements (`step` bytes apart) in order; their address, `stride` 8 when they stand in pairs, else 4. */
function orderOf(kind: i32, descending: bool, n: i32, x: usize, step: usize, work: usize): usize {
  const counts = work;
  const a = work + 8192;
  if (isWide(kind)) {
    const b = a + ((<usize>n) << 3);
    const p = b + ((<usize>n) << 3);
    for (let i = 0; i < n; i++) {
      const key = key64(kind, x);
      store<u64>(a + ((<usize>i) << 3), descending ? ~key : key);
      store<u32>(p + ((<usize>i) << 2), i);
      x += step;
    }
    return sortWide(n, a, p, b, p + ((<usize>n) << 2), counts);
  }
  const flip: u32 = descending ? 0xffffffff : 0;
  for (let i = 0; i < n; i++) {
    const key = key32(kind, x) ^ flip;
    store<u32>(a + ((<usize>i) << 3), i);
    store<u32>(a + ((<usize>i) << 3), key, 4);
    x += step;
  }
  return sortPairs(n, a, a + ((<usize>n) << 3), counts);
}

function value(to: usize, from: usize, shift: usize): void {
  if (shift == 2) store<u32>(to, load<u32>(from));
  else if (shift == 3) store<u64>(to, load<u64>(from));
  else if (shift == 0) store<u8>(to, load<u8>(from));
  else store<u16>(to, load<u16>(from));
}

/**
 * The first `kept` elements in order of slices `first` to `last` of x[.., n, inner], and their positions (int64). Where few
 * are kept of 32-bit keys, they are held in a short list.
 */
export function sortSlices(
  kind: i32,
  descending: bool,
  first: i32,
  last: i32,
  n: i32,
  inner: i32,
  kept: i32,
  x: usize,
  values: usize,
  indices: usize,
  work: usize,
): void {
  const shift = shiftOf(kind);
  const step = (<usize>inner) << shift;
  const few = kept * 16 <= n && !isWide(kind);
  for (let s = first; s < last; s++) {
    const block = <usize>(s / inner);
    const rest = <usize>(s % inner);
    const from = x + ((block * <usize>(n * inner) + rest) << shift);
    let at = few ? best(kind, descending, n, kept, from, step, work) : orderOf(kind, descending, n, from, step, work);
    const next: usize = isWide(kind) ? 4 : 8;
    let to = block * <usize>(kept * inner) + rest;
    for (let i = 0; i < kept; i++) {
      const position = load<u32>(at);
      at += next;
      store<i64>(indices + (to << 3), position);
      if (values != 0) value(values + (to << shift), from + <usize>position * step, shift);
      to += inner;
    }
  }
}

/** How many of n floats, by fours, have keys above `worst` for sure. */
function skip(n: i32, x: usize, flip: u32, worst: u32): i32 {
  const flip4 = i32x4.splat(flip);
  const top = i32x4.splat(i32.MIN_VALUE);
  const worst4 = i32x4.splat(worst);
  let i = 0;
  for (; i < n; i += 4) {
    const value = v128.load(x + ((<usize>i) << 2));
    const key = v128.xor(v128.xor(value, v128.or(i32x4.shr_s(value, 31), top)), flip4);
    if (v128.any_true(v128.or(i32x4.le_u(key, worst4), f32x4.ne(value, value)))) break;
  }
  return i;
}

/** The least `kept` pairs in order. */
function best(kind: i32, descending: bool, n: i32, kept: i32, x: usize, step: usize, work: usize): usize {
  if (kept == 0) return work;
  const flip: u32 = descending ? 0xffffffff : 0;
  const end = work + ((<usize>kept) << 3);
  let held = work;
  let worst: u64 = 0;
  for (let i = 0; i < n; i++) {
    const pair = ((<u64>(key32(kind, x) ^ flip)) << 32) | <u64>i;
    x += step;
    if (held == end) {
      if (pair >= worst) {
        if (kind != FLOAT || step != 4) continue;
        const skipped = skip((n - i - 1) & ~3, x, flip, <u32>(worst >> 32));
        i += skipped;
        x += (<usize>skipped) << 2;
        continue;
      }
    } else held += 8;
    let at = held - 8;
    while (at > work && load<u64>(at - 8) > pair) {
      store<u64>(at, load<u64>(at - 8));
      at -= 8;
    }
    store<u64>(at, pair);
    worst = load<u64>(held - 8);
  }
  return work;
}

function differs(kind: i32, a: usize, b: usize): bool {
  if (kind == FLOAT) return load<f32>(a) != load<f32>(b);
  if (kind == DOUBLE) return load<f64>(a) != load<f64>(b);
  if (isWide(kind)) return load<u64>(a) != load<u64>(b);
  // nan differs from nan.
  const key = key32(kind, a);
  return key != key32(kind, b) || (kind >= HALF && key == 0xffff);
}

function isNan(kind: i32, at: usize): bool {
  if (kind == FLOAT) return load<f32>(at) != load<f32>(at);
  if (kind == DOUBLE) return load<f64>(at) != load<f64>(at);
  return kind >= HALF && key32(kind, at) == 0xffff;
}

/** What is picked of a slice in order: the k-th element (from 1), the median with or without nan, the most frequent. */
const KTH: i32 = 0;
const MEDIAN: i32 = 1;
const NAN_MEDIAN: i32 = 2;

/** One element of each of the slices `first` to `last` of x[.., n, inner], and its position (int64); either address may be 0. */
export function pickSlices(
  pick: i32,
  kind: i32,
  first: i32,
  last: i32,
  n: i32,
  inner: i32,
  k: i32,
  x: usize,
  values: usize,
  indices: usize,
  work: usize,
): void {
  const shift = shiftOf(kind);
  const step = (<usize>inner) << shift;
  const next: usize = isWide(kind) ? 4 : 8;
  for (let s = first; s < last; s++) {
    const block = <usize>(s / inner);
    const rest = <usize>(s % inner);
    const from = x + ((block * <usize>n * <usize>inner + rest) << shift);
    const order = orderOf(kind, false, n, from, step, work);
    let position: u32;
    if (pick == KTH) position = load<u32>(order + <usize>(k - 1) * next);
    else if (pick == MEDIAN || pick == NAN_MEDIAN) {
      let valid = n;
      while (valid > 0 && isNan(kind, from + <usize>load<u32>(order + <usize>(valid - 1) * next) * step)) valid--;
      const at = pick == MEDIAN && valid < n ? valid : max(0, (valid - 1) >> 1);
      position = load<u32>(order + <usize>at * next);
    } else position = mostFrequent(kind, n, from, step, order, next);
    if (values != 0) value(values + ((<usize>s) << shift), from + <usize>position * step, shift);
    if (indices != 0) store<i64>(indices + ((<usize>s) << 3), position);
  }
}

/** The last occurrence of the most frequent element, the smallest of several. */
function mostFrequent(kind: i32, n: i32, x: usize, step: usize, order: usize, next: usize): u32 {
  let result: u32 = 0;
  let most = 0;
  let run = 0;
  for (let i = 0; i < n; i++) {
    const position = load<u32>(order);
    order += next;
    run++;
    if (i + 1 < n && !differs(kind, x + <usize>position * step, x + <usize>load<u32>(order) * step)) continue;
    if (run > most) {
      most = run;
      result = position;
    }
    run = 0;
  }
  return result;
}

/** {@link uniqueElements} of integers T in so narrow a range that they can be counted; -1 where it is not. */
function uniqueCounted<T>(n: i32, x: usize, values: usize, inverse: usize, counts: usize, work: usize): i32 {
  let least = load<T>(x);
  let most = least;
  const end = x + <usize>n * sizeof<T>();
  for (let at = x; at < end; at += sizeof<T>()) {
    const number = load<T>(at);
    if (number < least) least = number;
    if (number > most) most = number;
  }
  const range = <u64>(<i64>most - <i64>least);
  if (range >= <u64>n * 4) return -1;
  memory.fill(work, 0, (<usize>range + 1) << 2);
  for (let at = x; at < end; at += sizeof<T>()) {
    const place = work + ((<usize>(<i64>load<T>(at) - <i64>least)) << 2);
    store<u32>(place, load<u32>(place) + 1);
  }
  let found = 0;
  for (let i: usize = 0; i <= <usize>range; i++) {
    const count = load<u32>(work + (i << 2));
    store<u32>(work + (i << 2), found);
    if (count == 0) continue;
    store<T>(values + <usize>found * sizeof<T>(), <T>(<i64>least + <i64>i));
    store<i64>(counts + ((<usize>found) << 3), count);
    found++;
  }
  for (let at = x; at < end; at += sizeof<T>()) {
    store<i64>(inverse, load<u32>(work + ((<usize>(<i64>load<T>(at) - <i64>least)) << 2)));
    inverse += 8;
  }
  return found;
}

/** Distinct elements in order, which of them each element is, and how often each occurs (int64). Their number. */
export function uniqueElements(
  kind: i32,
  n: i32,
  x: usize,
  values: usize,
  inverse: usize,
  counts: usize,
  work: usize,
): i32 {
  const shift = shiftOf(kind);
  const next: usize = isWide(kind) ? 4 : 8;
  if (n > 0 && (kind == INT || kind == LONG)) {
    const counted =
      kind == INT
        ? uniqueCounted<i32>(n, x, values, inverse, counts, work)
        : uniqueCounted<i64>(n, x, values, inverse, counts, work);
    if (counted >= 0) return counted;
  }
  let at = orderOf(kind, false, n, x, (<usize>1) << shift, work);
  let found = 0;
  let before: usize = 0;
  let run: i64 = 0;
  for (let i = 0; i < n; i++) {
    const position = <usize>load<u32>(at);
    at += next;
    const from = x + (position << shift);
    if (i == 0 || differs(kind, before, from)) {
      if (i > 0) store<i64>(counts + ((<usize>(found - 1)) << 3), run);
      value(values + ((<usize>found) << shift), from, shift);
      found++;
      run = 0;
    }
    run++;
    before = from;
    store<i64>(inverse + (position << 3), found - 1);
  }
  if (n > 0) store<i64>(counts + ((<usize>(found - 1)) << 3), run);
  return found;
}

/** The greatest of n int64 numbers; -2 when one is negative or beyond 2^30, -1 when there are none. */
export function greatestIndex(n: i32, x: usize): i32 {
  let top: u64 = 0;
  const end = x + ((<usize>n) << 3);
  if (n == 0) return -1;
  for (; x < end; x += 8) top = max(top, load<u64>(x));
  return top > 1 << 30 ? -2 : <i32>top;
}

/** Adds to counts[v] (int64) how often v is among n int64 numbers. */
export function countValues(n: i32, x: usize, counts: usize): void {
  const end = x + ((<usize>n) << 3);
  for (; x < end; x += 8) {
    const at = counts + ((<usize>load<u32>(x)) << 3);
    store<i64>(at, load<i64>(at) + 1);
  }
}
