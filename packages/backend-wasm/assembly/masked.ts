import { move } from "./blocks";

/** How many of n bytes differ from zero. */
export function countTrue(n: i32, mask: usize): i32 {
  let count = 0;
  let i = 0;
  const zero = i8x16.splat(0);
  for (; i + 16 <= n; i += 16) {
    count += popcnt<i32>(i8x16.bitmask(i8x16.ne(v128.load(mask), zero)));
    mask += 16;
  }
  for (; i < n; i++) {
    count += load<u8>(mask) != 0 ? 1 : 0;
    mask++;
  }
  return count;
}

/** The elements whose byte in `mask` is not zero, `total` of them. */
export function compress(item: i32, total: i32, mask: usize, from: usize, to: usize): void {
  const end = to + <usize>(total * item);
  if (item == 4) {
    while (to < end) {
      store<u32>(to, load<u32>(from));
      to += load<u8>(mask) != 0 ? 4 : 0;
      mask++;
      from += 4;
    }
    return;
  }
  while (to < end) {
    move(item, to, from);
    to += load<u8>(mask) != 0 ? item : 0;
    mask++;
    from += item;
  }
}

/** Puts consecutive elements where the mask's byte is not zero. */
export function expandMasked(item: i32, n: i32, mask: usize, from: usize, to: usize): void {
  for (let i = 0; i < n; i++) {
    if (load<u8>(mask) != 0) {
      move(item, to, from);
      from += item;
    }
    mask++;
    to += item;
  }
}

/** Whether the element differs from zero; the sign of floating-point numbers does not count. */
function isTrue(item: i32, floating: bool, at: usize): bool {
  if (item == 4) {
    const bits = load<u32>(at);
    return (floating ? bits << 1 : bits) != 0;
  }
  if (item == 8) {
    const bits = load<u64>(at);
    return (floating ? bits << 1 : bits) != 0;
  }
  if (item == 2) {
    const bits = <u32>load<u16>(at);
    return (floating ? bits & 0x7fff : bits) != 0;
  }
  return load<u8>(at) != 0;
}

/** How many elements differ from zero. */
export function countNonzero(item: i32, floating: bool, n: i32, x: usize): i32 {
  if (item == 1) return countTrue(n, x);
  let count = 0;
  for (let i = 0; i < n; i++) {
    count += isTrue(item, floating, x) ? 1 : 0;
    x += item;
  }
  return count;
}

/** Row-major multi-indices (int64) of the `total` elements that differ from zero, of a tensor with these sizes (int32). */
export function nonzeroIndices(
  item: i32,
  floating: bool,
  total: i32,
  x: usize,
  rank: i32,
  sizes: usize,
  to: usize,
): void {
  const width = rank > 0 ? load<i32>(sizes + ((<usize>(rank - 1)) << 2)) : 1;
  let row = 0;
  let column = 0;
  while (total > 0) {
    if (isTrue(item, floating, x)) {
      let rest = row;
      if (rank > 0) store<i64>(to + ((<usize>(rank - 1)) << 3), column);
      for (let d = rank - 2; d >= 0; d--) {
        const size = load<i32>(sizes + ((<usize>d) << 2));
        store<i64>(to + ((<usize>d) << 3), d == 0 ? rest : rest % size);
        rest /= size;
      }
      to += (<usize>rank) << 3;
      total--;
    }
    x += item;
    column++;
    if (column == width) {
      column = 0;
      row++;
    }
  }
}
