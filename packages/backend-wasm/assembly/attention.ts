import { exp4, total4 } from "./exp";
import { packPanels, packPanelsOfColumns, packStrips, panelBytes, panelProduct, SPARE, stripBytes } from "./panel";
import { dot, maximum } from "./rows";

/** Rows of scores that are computed together. */
const BLOCK: i32 = 64;

/** Kinds of masks: none, numbers to add, bytes that allow. */
const ADDED: i32 = 1;
const ALLOWED: i32 = 2;

/** Bytes of working memory for one head: keys [n, width], values [n, depth]. */
export function attentionScratch(n: i32, width: i32, depth: i32): i32 {
  const wide = max(width, depth);
  const strips = 2 * stripBytes(wide, n) + stripBytes(n, wide) + stripBytes(max(n, BLOCK), wide);
  return <i32>SPARE + strips + 2 * BLOCK * n * 4 + panelBytes(BLOCK, max(n, wide)) + panelBytes(n, BLOCK);
}

/** Adds the mask's row `i` to n scores. */
function hide(n: i32, i: i32, kind: i32, mask: usize, maskRow: usize, maskColumn: usize, row: usize): void {
  let at = mask + <usize>i * maskRow;
  const end = row + ((<usize>n) << 2);
  for (; row < end; row += 4) {
    if (kind == ADDED) store<f32>(row, load<f32>(row) + load<f32>(at));
    else if (load<u8>(at) == 0) store<f32>(row, -Infinity);
    at += maskColumn;
  }
}

/** Rows become exp(row - shift); their sums. */
function exponentials(n: i32, row: usize, shift: f32): f64 {
  const shift4 = f32x4.splat(shift);
  let total: f64 = 0;
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    const d = f32x4.sub(v128.load(row), shift4);
    const e = exp4(d);
    v128.store(row, e);
    total += total4(e);
    row += 16;
  }
  for (; j < n; j++) {
    const d = f32x4.sub(v128.load_splat<f32>(row), shift4);
    const e = exp4(d);
    v128.store_lane<f32>(row, e, 0);
    total += <f64>f32x4.extract_lane(e, 0);
    row += 4;
  }
  return total;
}

function scaleRow(n: i32, row: usize, factor: f32): void {
  const factor4 = f32x4.splat(factor);
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    v128.store(row, f32x4.mul(v128.load(row), factor4));
    row += 16;
  }
  for (; j < n; j++) {
    store<f32>(row, load<f32>(row) * factor);
    row += 4;
  }
}

/**
 * One head: out[m][depth] = softmax(q k^T scale + mask) v. Rows of q, k and v are `qRow`, ... bytes apart, their columns
 * together. shifts[m][2] keeps each row's maximum and the reciprocal of its sum for the gradient.
 */
export function attention(
  m: i32,
  n: i32,
  width: i32,
  depth: i32,
  q: usize,
  qRow: usize,
  k: usize,
  kRow: usize,
  v: usize,
  vRow: usize,
  kind: i32,
  mask: usize,
  maskRow: usize,
  maskColumn: usize,
  causal: bool,
  scale: f32,
  out: usize,
  shifts: usize,
  work: usize,
): void {
  const keys = work + SPARE;
  const values = keys + stripBytes(width, n);
  const scores = values + stripBytes(n, depth);
  const panels = scores + <usize>(BLOCK * n) * 4;
  packStrips(width, n, k, 4, kRow, keys);
  packStrips(n, depth, v, vRow, 4, values);
  for (let first = 0; first < m; first += BLOCK) {
    const rows = min(BLOCK, m - first);
    packPanels(rows, width, q + <usize>first * qRow, qRow, panels);
    const some = causal ? min(n, first + rows) : n;
    panelProduct(rows, some, width, panels, keys, 0, 0, scores, (<usize>n) << 2, work);
    for (let i = 0; i < rows; i++) {
      const row = scores + <usize>(i * n) * 4;
      const count = causal ? min(n, first + i + 1) : n;
      scaleRow(count, row, scale);
      if (kind != 0) hide(count, first + i, kind, mask, maskRow, maskColumn, row);
      const top = maximum(count, row);
      const factor = <f32>(1 / exponentials(count, row, top));
      scaleRow(count, row, factor);
      memory.fill(row + ((<usize>count) << 2), 0, (<usize>(n - count)) << 2);
      store<f32>(shifts, top);
      store<f32>(shifts, factor, 4);
      shifts += 8;
    }
    packPanels(rows, n, scores, (<usize>n) << 2, panels);
    const to = out + <usize>(first * depth) * 4;
    panelProduct(rows, depth, n, panels, values, 0, 0, to, (<usize>depth) << 2, work);
  }
}

/** Gradients of one head of {@link attention}: `g` [m][depth] and `out` are dense, dq, dk and dv too. */
export function attentionBackward(
  m: i32,
  n: i32,
  width: i32,
  depth: i32,
  q: usize,
  qRow: usize,
  k: usize,
  kRow: usize,
  v: usize,
  vRow: usize,
  kind: i32,
  mask: usize,
  maskRow: usize,
  maskColumn: usize,
  causal: bool,
  scale: f32,
  out: usize,
  shifts: usize,
  g: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  work: usize,
): void {
  const keysT = work + SPARE;
  const keys = keysT + stripBytes(width, n);
  const valuesT = keys + stripBytes(n, width);
  const others = valuesT + stripBytes(depth, n);
  const scores = others + stripBytes(max(n, BLOCK), max(width, depth));
  const slopes = scores + <usize>(BLOCK * n) * 4;
  const panels = slopes + <usize>(BLOCK * n) * 4;
  const columns = panels + panelBytes(BLOCK, max(n, max(width, depth)));
  const row4 = (<usize>n) << 2;
  packStrips(width, n, k, 4, kRow, keysT);
  packStrips(n, width, k, kRow, 4, keys);
  packStrips(depth, n, v, 4, vRow, valuesT);
  for (let first = 0; first < m; first += BLOCK) {
    const rows = min(BLOCK, m - first);
    const add = first > 0;
    const qBlock = q + <usize>first * qRow;
    const gBlock = g + <usize>(first * depth) * 4;
    packPanels(rows, width, qBlock, qRow, panels);
    const some = causal ? min(n, first + rows) : n;
    panelProduct(rows, some, width, panels, keysT, 0, 0, scores, row4, work);
    for (let i = 0; i < rows; i++) {
      const row = scores + <usize>(i * n) * 4;
      const count = causal ? min(n, first + i + 1) : n;
      scaleRow(count, row, scale);
      if (kind != 0) hide(count, first + i, kind, mask, maskRow, maskColumn, row);
      exponentials(count, row, load<f32>(shifts));
      scaleRow(count, row, load<f32>(shifts, 4));
      memory.fill(row + ((<usize>count) << 2), 0, (<usize>(n - count)) << 2);
      shifts += 8;
    }
    // dv += p^T g
    packPanelsOfColumns(rows, n, scores, row4, columns);
    packStrips(rows, depth, gBlock, (<isize>depth) << 2, 4, others);
    panelProduct(n, depth, rows, columns, others, add ? dv : 0, (<usize>depth) << 2, dv, (<usize>depth) << 2, work);
    // Slopes of the scores: p (g v^T - g out) scale.
    packPanels(rows, depth, gBlock, (<usize>depth) << 2, panels);
    panelProduct(rows, some, depth, panels, valuesT, 0, 0, slopes, row4, work);
    for (let i = 0; i < rows; i++) {
      const at = <usize>((first + i) * depth) * 4;
      const row = <usize>(i * n) * 4;
      bend(some, scores + row, slopes + row, <f32>dot(depth, g + at, out + at), scale);
      memory.fill(slopes + row + ((<usize>some) << 2), 0, (<usize>(n - some)) << 2);
    }
    packPanels(rows, n, slopes, row4, panels);
    panelProduct(rows, width, n, panels, keys, 0, 0, dq + <usize>(first * width) * 4, (<usize>width) << 2, work);
    packPanelsOfColumns(rows, n, slopes, row4, columns);
    packStrips(rows, width, qBlock, qRow, 4, others);
    panelProduct(n, width, rows, columns, others, add ? dk : 0, (<usize>width) << 2, dk, (<usize>width) << 2, work);
  }
}

/** slopes = p (slopes - level) scale. */
function bend(n: i32, p: usize, slopes: usize, level: f32, scale: f32): void {
  const level4 = f32x4.splat(level);
  const scale4 = f32x4.splat(scale);
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    const slope = f32x4.sub(v128.load(slopes), level4);
    v128.store(slopes, f32x4.mul(f32x4.mul(v128.load(p), slope), scale4));
    p += 16;
    slopes += 16;
  }
  for (; j < n; j++) {
    store<f32>(slopes, load<f32>(p) * (load<f32>(slopes) - level) * scale);
    p += 4;
    slopes += 4;
  }
}
