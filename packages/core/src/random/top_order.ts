/**
 * Indices of the `k` greatest values, greatest first, as `torch.topk` gives them on the cpu. Among
 * equal values the order is that of libstdc++'s selection algorithms, which are repeated here step by
 * step: a partial sort by heap for small k, else introselect and introsort.
 */
export function topOrder(values: ArrayLike<number>, k: number): Int32Array {
  const n = values.length;
  const items = new Int32Array(n);
  for (let i = 0; i < n; i++) items[i] = i;
  const before: Before = (a, b) => values[a]! > values[b]! || (Number.isNaN(values[a]) && !Number.isNaN(values[b]));
  if (k * 64 <= n) partialSort(items, 0, k, n, before);
  else {
    select(items, k - 1, n, before);
    sort(items, 0, k - 1, before);
  }
  return items.subarray(0, k);
}

type Before = (a: number, b: number) => boolean;

/** Longest range that introsort leaves to insertion. */
const SHORT = 16;

function depthLimit(n: number): number {
  return 2 * (31 - Math.clz32(n));
}

/** Puts at `nth` the item that sorting would put there, lesser ones behind (std::nth_element). */
function select(items: Int32Array, nth: number, end: number, before: Before): void {
  if (end === 0 || nth === end) return;
  let first = 0;
  let last = end;
  for (let depth = depthLimit(end); last - first > 3; depth--) {
    if (depth === 0) {
      selectByHeap(items, first, nth + 1, last, before);
      swap(items, first, nth);
      return;
    }
    const cut = partition(items, first, last, before);
    if (cut <= nth) first = cut;
    else last = cut;
  }
  insertionSort(items, first, last, before);
}

/** std::sort */
function sort(items: Int32Array, first: number, last: number, before: Before): void {
  if (last <= first) return;
  introsort(items, first, last, depthLimit(last - first), before);
  const prefix = Math.min(last, first + SHORT);
  insertionSort(items, first, prefix, before);
  for (let i = prefix; i < last; i++) insert(items, i, before);
}

function introsort(items: Int32Array, first: number, end: number, depthLeft: number, before: Before): void {
  let last = end;
  let depth = depthLeft;
  while (last - first > SHORT) {
    if (depth === 0) {
      partialSort(items, first, last, last, before);
      return;
    }
    depth--;
    const cut = partition(items, first, last, before);
    introsort(items, cut, last, depth, before);
    last = cut;
  }
}

/** Partitions about the median of three and returns the cut. */
function partition(items: Int32Array, first: number, last: number, before: Before): number {
  const middle = first + ((last - first) >> 1);
  swap(items, first, medianOf(items, first + 1, middle, last - 1, before));
  const pivot = items[first]!;
  let left = first + 1;
  let right = last;
  for (;;) {
    while (before(items[left]!, pivot)) left++;
    right--;
    while (before(pivot, items[right]!)) right--;
    if (left >= right) return left;
    swap(items, left, right);
    left++;
  }
}

function medianOf(items: Int32Array, a: number, b: number, c: number, before: Before): number {
  const [x, y, z] = [items[a]!, items[b]!, items[c]!];
  if (before(x, y)) {
    if (before(y, z)) return b;
    return before(x, z) ? c : a;
  }
  if (before(x, z)) return a;
  return before(y, z) ? c : b;
}

function insertionSort(items: Int32Array, first: number, last: number, before: Before): void {
  for (let i = first + 1; i < last; i++) {
    const item = items[i]!;
    if (before(item, items[first]!)) {
      items.copyWithin(first + 1, first, i);
      items[first] = item;
    } else {
      insert(items, i, before);
    }
  }
}

/** Moves item `i` forward to its place; one that it does not precede must lie before it. */
function insert(items: Int32Array, i: number, before: Before): void {
  const item = items[i]!;
  let at = i;
  while (before(item, items[at - 1]!)) {
    items[at] = items[at - 1]!;
    at--;
  }
  items[at] = item;
}

/** std::partial_sort */
function partialSort(items: Int32Array, first: number, middle: number, last: number, before: Before): void {
  selectByHeap(items, first, middle, last, before);
  for (let end = middle - 1; end > first; end--) replaceTop(items, first, end - first, end, before);
}

function selectByHeap(items: Int32Array, first: number, middle: number, last: number, before: Before): void {
  const length = middle - first;
  for (let parent = (length - 2) >> 1; parent >= 0; parent--) {
    sift(items, first, parent, length, items[first + parent]!, before);
  }
  for (let i = middle; i < last; i++) {
    if (before(items[i]!, items[first]!)) replaceTop(items, first, length, i, before);
  }
}

/** Moves the top of the heap to `at` and what was there into the heap. */
function replaceTop(items: Int32Array, first: number, length: number, at: number, before: Before): void {
  const item = items[at]!;
  items[at] = items[first]!;
  sift(items, first, 0, length, item, before);
}

/** Lets the hole sink to a leaf, then `item` rise from it. */
function sift(items: Int32Array, first: number, top: number, length: number, item: number, before: Before): void {
  let hole = top;
  let child = top;
  while (child < (length - 1) >> 1) {
    child = 2 * (child + 1);
    if (before(items[first + child]!, items[first + child - 1]!)) child--;
    items[first + hole] = items[first + child]!;
    hole = child;
  }
  if ((length & 1) === 0 && child === (length - 2) >> 1) {
    child = 2 * (child + 1);
    items[first + hole] = items[first + child - 1]!;
    hole = child - 1;
  }
  let parent = (hole - 1) >> 1;
  while (hole > top && before(items[first + parent]!, item)) {
    items[first + hole] = items[first + parent]!;
    hole = parent;
    parent = (hole - 1) >> 1;
  }
  items[first + hole] = item;
}

function swap(items: Int32Array, a: number, b: number): void {
  const kept = items[a]!;
  items[a] = items[b]!;
  items[b] = kept;
}
