/** Blocks of bytes at places that indices name. */

/** Copies n bytes; short ones without a call. */
export function copyBytes(to: usize, from: usize, n: usize): void {
  if (n > 512) {
    memory.copy(to, from, n);
    return;
  }
  const end = to + n;
  while (to + 16 <= end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  while (to + 4 <= end) {
    store<u32>(to, load<u32>(from));
    to += 4;
    from += 4;
  }
  while (to < end) {
    store<u8>(to, load<u8>(from));
    to++;
    from++;
  }
}

/** Copies one element of 1, 2, 4, 8 or 16 bytes. @inline */
export function move(item: i32, to: usize, from: usize): void {
  if (item == 4) store<u32>(to, load<u32>(from));
  else if (item == 8) store<u64>(to, load<u64>(from));
  else if (item == 1) store<u8>(to, load<u8>(from));
  else if (item == 2) store<u16>(to, load<u16>(from));
  else v128.store(to, v128.load(from));
}

/** Marks an index that is to be left out. */
const SKIPPED: u32 = 0xffffffff;

/**
 * Offsets of what int64 (or int32) indices, `step` bytes apart, name in a dimension of `size`, `scale` bytes apart; added to those that are there
 * if `add`. Negative ones count from the end if `wrap`; the index `skip` is marked. Whether all are in range.
 */
export function offsetsOf(
  count: i32,
  index: usize,
  step: usize,
  wide: bool,
  size: i32,
  scale: u32,
  to: usize,
  add: bool,
  wrap: bool,
  skip: i32,
): bool {
  for (let i = 0; i < count; i++) {
    let value: i64 = wide ? load<i64>(index) : <i64>load<i32>(index);
    index += step;
    if (wrap && value < 0) value += size;
    if (<u64>value >= <u64>size) return false;
    let offset = <u32>value * scale;
    if (add) offset += load<u32>(to);
    if (value == <i64>skip) offset = SKIPPED;
    store<u32>(to, offset);
    to += 4;
  }
  return true;
}

/** to[outer][count] = the blocks at from[outer] + offsets[i]; the outer parts of `from` are `step` bytes apart. */
export function takeBlocks(
  outer: i32,
  step: usize,
  count: i32,
  offsets: usize,
  block: usize,
  from: usize,
  to: usize,
): void {
  const item = <i32>block;
  const single = item == 4 || item == 8 || item == 1 || item == 2 || item == 16;
  for (let o = 0; o < outer; o++) {
    let at = offsets;
    const end = offsets + ((<usize>count) << 2);
    if (item == 4) {
      for (; at < end; at += 4) {
        store<u32>(to, load<u32>(from + load<u32>(at)));
        to += 4;
      }
    } else if (single) {
      for (; at < end; at += 4) {
        move(item, to, from + load<u32>(at));
        to += block;
      }
    } else {
      for (; at < end; at += 4) {
        copyBytes(to, from + load<u32>(at), block);
        to += block;
      }
    }
    from += step;
  }
}

/** The blocks at to[outer] + offsets[i] = from[outer][count]; the outer parts of `to` are `step` bytes apart. */
export function putBlocks(
  outer: i32,
  step: usize,
  count: i32,
  offsets: usize,
  block: usize,
  from: usize,
  to: usize,
): void {
  const item = <i32>block;
  const single = item == 4 || item == 8 || item == 1 || item == 2 || item == 16;
  for (let o = 0; o < outer; o++) {
    let at = offsets;
    const end = offsets + ((<usize>count) << 2);
    if (single) {
      for (; at < end; at += 4) {
        move(item, to + load<u32>(at), from);
        from += block;
      }
    } else {
      for (; at < end; at += 4) {
        copyBytes(to + load<u32>(at), from, block);
        from += block;
      }
    }
    to += step;
  }
}

/** Kinds of elements that are added up. */
export const F32: i32 = 0;
export const F64: i32 = 1;
export const I32: i32 = 2;
export const I64: i32 = 3;

/**
 * Adds `alpha` times columns `left` to `right` of from[outer][count][n] to the rows at to[outer] + offsets[i], in order. The
 * outer parts of `to` are `step` bytes apart.
 */
export function addBlocks(
  kind: i32,
  outer: i32,
  step: usize,
  count: i32,
  offsets: usize,
  n: i32,
  left: i32,
  right: i32,
  from: usize,
  to: usize,
  alpha: f64,
): void {
  const item: usize = kind == F32 || kind == I32 ? 4 : 8;
  const row = <usize>n * item;
  const start = <usize>left * item;
  const width = right - left;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const offset = load<u32>(offsets + ((<usize>i) << 2));
      if (offset != SKIPPED) addRow(kind, width, from + start, to + offset + start, alpha);
      from += row;
    }
    to += step;
  }
}

function addRow(kind: i32, n: i32, from: usize, to: usize, alpha: f64): void {
  let j = 0;
  if (kind == F32) {
    const factor = f32x4.splat(<f32>alpha);
    for (; j + 4 <= n; j += 4) {
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(from), factor)));
      from += 16;
      to += 16;
    }
    for (; j < n; j++) {
      store<f32>(to, load<f32>(to) + load<f32>(from) * <f32>alpha);
      from += 4;
      to += 4;
    }
  } else if (kind == F64) {
    for (; j < n; j++) {
      store<f64>(to, load<f64>(to) + load<f64>(from) * alpha);
      from += 8;
      to += 8;
    }
  } else if (kind == I32) {
    for (; j < n; j++) {
      store<i32>(to, load<i32>(to) + load<i32>(from) * <i32>alpha);
      from += 4;
      to += 4;
    }
  } else {
    for (; j < n; j++) {
      store<i64>(to, load<i64>(to) + load<i64>(from) * <i64>alpha);
      from += 8;
      to += 8;
    }
  }
}

/** to[outer] = blocks of `bytes`, `step` bytes apart. */
export function spreadBlocks(outer: i32, bytes: usize, from: usize, to: usize, step: usize): void {
  for (let o = 0; o < outer; o++) {
    copyBytes(to, from, bytes);
    from += bytes;
    to += step;
  }
}

/** to[outer][n] = the blocks of from[outer][n] in reverse. */
export function reverseBlocks(outer: i32, n: i32, block: usize, from: usize, to: usize): void {
  const row = <usize>n * block;
  for (let o = 0; o < outer; o++) {
    let get = from + row;
    const end = to + row;
    if (block == 4) {
      while (to + 16 <= end) {
        get -= 16;
        const x = v128.load(get);
        v128.store(to, v128.shuffle<i32>(x, x, 3, 2, 1, 0));
        to += 16;
      }
    }
    while (to < end) {
      get -= block;
      copyBytes(to, get, block);
      to += block;
    }
    from += row;
  }
}

/** Matrices of rows x columns elements of `item` bytes without what lies below (`upper`) or above the diagonal. */
export function triangle(
  count: i32,
  rows: i32,
  columns: i32,
  item: i32,
  diagonal: i32,
  upper: bool,
  from: usize,
  to: usize,
): void {
  const row = <usize>(columns * item);
  for (let m = 0; m < count; m++) {
    for (let i = 0; i < rows; i++) {
      const split = <usize>(min(max(i + diagonal + (upper ? 0 : 1), 0), columns) * item);
      const first = upper ? split : 0;
      const last = upper ? row : split;
      memory.fill(to, 0, first);
      copyBytes(to + first, from + first, last - first);
      memory.fill(to + last, 0, row - last);
      from += row;
      to += row;
    }
  }
}
