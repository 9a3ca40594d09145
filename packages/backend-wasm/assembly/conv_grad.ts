import { pad } from "./conv";
import { gradTile, grad_5x5, grad_6x3, grad_6x6, halfTile } from "./conv_micro";
import { transpose4 } from "./pack";
import { stripCount, stripStart, tileColumns } from "./strips";

/**
 * Gradient of a convolution's weight: for each pair of taps and output channels the sum over places. Taps come straight from the
 * (padded) image; gradients of the output are transposed once.
 */

/** Places in a block. */
const KC: i32 = 256;

/** Fields of the description, four bytes each; kernels/conv/weight.ts writes it. */
const BATCH = 0;
const GROUPS = 4;
const TAPS = 8;
const OUTPUTS = 12;
const PLACES = 16;
const IMAGE = 20;
const IMAGE_BYTES = 24;
const IMAGE_GROUP = 28;
const TAPS_TABLE = 32;
const MOVES = 36;
const BLOCKS = 40;
const BLOCK_COUNT = 44;
const GRAD = 48;
const PART = 52;
const PART_IMAGES = 56;
const FOLD = 60;
const PARTS = 64;
const PADDED = 68;
const PADDED_IMAGE = 72;
const BORDER = 76;

/** Columns of the strip where so many outputs are left: the last one may be a narrow one. */
function widthOf(left: i32): i32 {
  const NR = tileColumns<f32>();
  return left <= NR / 2 ? NR / 2 : NR;
}

function columnsOf(outputs: i32): i32 {
  const NR = tileColumns<f32>();
  return ((outputs + NR / 2 - 1) / (NR / 2)) * (NR / 2);
}

/** Bytes of one partial result: strips of outputs by taps, of all groups. */
export function weightPartBytes(groups: i32, taps: i32, outputs: i32): i32 {
  return groups * columnsOf(outputs) * taps * 4;
}

/** Bytes of working memory apart from padded images. */
export function weightScratch(outputs: i32): i32 {
  return columnsOf(outputs) * KC * 4;
}

/** Partial result `part`, of strips of taps `from` to `to` (of each group). */
export function convolveWeight(d: usize, part: i32, from: i32, to: i32, work: usize): void {
  const taps = load<i32>(d, TAPS);
  const outputs = load<i32>(d, OUTPUTS);
  const places = load<i32>(d, PLACES);
  const groups = load<i32>(d, GROUPS);
  const fold = load<i32>(d, FOLD);
  const mode = load<i32>(d, PADDED);
  const padded = mode == 1;
  const step = padded ? <usize>load<i32>(d, PADDED_IMAGE) : <usize>load<i32>(d, IMAGE_BYTES);
  const border = d + BORDER;
  const table = <usize>load<i32>(d, TAPS_TABLE);
  const moves = <usize>load<i32>(d, MOVES);
  const NR = tileColumns<f32>();
  const columns = columnsOf(outputs);
  const image = work + weightScratch(outputs);
  const first = part * load<i32>(d, PART_IMAGES);
  const last = min(load<i32>(d, BATCH), first + load<i32>(d, PART_IMAGES));
  const result = <usize>load<i32>(d, PART) + <usize>part * weightPartBytes(groups, taps, outputs);
  if (padded) memory.fill(image, 0, <usize>fold * step);
  for (let n = first; n < last; n += fold) {
    const count = min(fold, last - n);
    if (padded) {
      for (let i = 0; i < count; i++) {
        pad(border, load<i32>(d, IMAGE) + <usize>(n + i) * load<i32>(d, IMAGE_BYTES), image + i * step, false);
      }
    }
    const source = padded ? image : <usize>load<i32>(d, IMAGE) + <usize>n * step;
    for (let g = 0; g < groups; g++) {
      let block = <usize>load<i32>(d, BLOCKS);
      for (let blocks = load<i32>(d, BLOCK_COUNT); blocks > 0; blocks--) {
        const size = load<i32>(block) * count;
        const start = load<i32>(block, 4);
        const grad = <usize>load<i32>(d, GRAD) + ((<usize>((n * groups + g) * outputs * places + start)) << 2);
        packGradients(outputs, load<i32>(block), count, grad, places, groups * outputs * places, work);
        let lines = source + <usize>g * load<i32>(d, IMAGE_GROUP);
        if (mode == 2) {
          // Channels of a strip are put side by side.
          const strips = stripCount<f32>(taps);
          for (let s = 0; s < strips; s++) {
            const row = stripStart(s, strips, taps);
            const at = lines + ((<usize>row * places + start) << 2);
            const to = image + load<i32>(table + ((<usize>row) << 2));
            gatherStrip(stripStart(s + 1, strips, taps) - row, size, at, places, to);
          }
          lines = image;
        }
        const add = n > first || block != <usize>load<i32>(d, BLOCKS);
        let b = work;
        let c = result + ((<usize>(g * columns * taps)) << 2);
        for (let j = 0; j < outputs; j += NR) {
          const width = widthOf(outputs - j);
          products(table, taps, from, to, size, moves + ((<usize>start) << 2), lines, width, b, c, add);
          b += (<usize>(size * width)) << 2;
          c += (<usize>(taps * width)) << 2;
        }
        block += 8;
      }
    }
  }
}

/** All rows at once, so that memory delivers several streams. */
function gatherStrip(rows: i32, size: i32, from: usize, places: i32, to: usize): void {
  const line = (<usize>places) << 2;
  const f1 = rows > 1 ? from + line : from;
  const f2 = rows > 2 ? f1 + line : from;
  const f3 = rows > 3 ? f2 + line : from;
  const f4 = rows > 4 ? f3 + line : from;
  const f5 = rows > 5 ? f4 + line : from;
  const end = (<usize>size) << 2;
  for (let p: usize = 0; p < end; p += 4) {
    store<f32>(to, load<f32>(from + p));
    store<f32>(to, load<f32>(f1 + p), 4);
    store<f32>(to, load<f32>(f2 + p), 8);
    store<f32>(to, load<f32>(f3 + p), 12);
    store<f32>(to, load<f32>(f4 + p), 16);
    store<f32>(to, load<f32>(f5 + p), 20);
    to += 24;
  }
}

function products(
  table: usize,
  taps: i32,
  from: i32,
  to: i32,
  k: i32,
  moves: usize,
  image: usize,
  width: i32,
  b: usize,
  c: usize,
  add: bool,
): void {
  const strips = stripCount<f32>(taps);
  let row = stripStart(from, strips, taps);
  for (let s = from; s < to; s++) {
    const next = stripStart(s + 1, strips, taps);
    const rows = next - row;
    const at = c + ((<usize>(row * width)) << 2);
    const lines = table + ((<usize>row) << 2);
    if (width != tileColumns<f32>()) halfTile(rows, k, moves, image, lines, b, at, add);
    else if (rows == 5 && sideBySide(lines, 5)) grad_5x5(k, moves, image, lines, b, at, add);
    else if (rows == 6 && sideBySide(lines, 3) && sideBySide(lines + 12, 3)) {
      if (ASC_FEATURE_RELAXED_SIMD) {
        if (sideBySide(lines, 6)) grad_6x6(k, moves, image, lines, b, at, add);
        else grad_6x3(k, moves, image, lines, b, at, add);
      }
    } else gradTile(rows, k, moves, image, lines, b, at, add);
    row = next;
  }
}

function sideBySide(taps: usize, count: i32): bool {
  for (let i = 1; i < count; i++) {
    if (load<i32>(taps + ((<usize>i) << 2)) - load<i32>(taps) != i << 2) return false;
  }
  return true;
}

/** Strips of outputs: `size` places of each of `count` images, transposed. `places` and `image` are steps in floats. */
function packGradients(outputs: i32, size: i32, count: i32, grad: usize, places: i32, image: i32, to: usize): void {
  const line = (<usize>places) << 2;
  const whole = (<usize>(size & ~3)) << 2;
  const end = (<usize>size) << 2;
  const none = f32x4.splat(0);
  const NR = tileColumns<f32>();
  for (let j = 0; j < outputs; j += NR) {
    const step = (<usize>widthOf(outputs - j)) << 2;
    let from = grad + j * line;
    for (let i = 0; i < count; i++) {
      for (let r = 0; r < <i32>step >> 2; r += 4) {
        const left = outputs - j - r;
        const r0 = from + r * line;
        const r1 = r0 + line;
        const r2 = r1 + line;
        const r3 = r2 + line;
        let put = to + ((<usize>r) << 2);
        let p: usize = 0;
        if (left >= 4) {
          for (; p < whole; p += 16) {
            transpose4(v128.load(r0 + p), v128.load(r1 + p), v128.load(r2 + p), v128.load(r3 + p), put, step);
            put += 4 * step;
          }
        } else {
          for (; p < whole; p += 16) {
            transpose4(
              left > 0 ? v128.load(r0 + p) : none,
              left > 1 ? v128.load(r1 + p) : none,
              left > 2 ? v128.load(r2 + p) : none,
              none,
              put,
              step,
            );
            put += 4 * step;
          }
        }
        for (; p < end; p += 4) {
          store<f32>(put, left > 0 ? load<f32>(r0 + p) : 0);
          store<f32>(put, left > 1 ? load<f32>(r1 + p) : 0, 4);
          store<f32>(put, left > 2 ? load<f32>(r2 + p) : 0, 8);
          store<f32>(put, left > 3 ? load<f32>(r3 + p) : 0, 12);
          put += step;
        }
      }
      from += (<usize>image) << 2;
      to += <usize>size * step;
    }
  }
}

/** The gradient [groups * outputs][taps] from the sum of partial results, of groups' strips. */
export function combineWeight(d: usize, to: usize): void {
  const NR = tileColumns<f32>();
  const taps = load<i32>(d, TAPS);
  const outputs = load<i32>(d, OUTPUTS);
  const groups = load<i32>(d, GROUPS);
  const parts = load<i32>(d, PARTS);
  const bytes = <usize>weightPartBytes(groups, taps, outputs);
  let from = <usize>load<i32>(d, PART);
  const line = (<usize>taps) << 2;
  for (let g = 0; g < groups; g++) {
    for (let j = 0; j < outputs; j += NR) {
      const width = widthOf(outputs - j);
      const step = (<usize>width) << 2;
      for (let q = 0; q < width; q += 4) {
        let t = 0;
        if (j + q + 4 <= outputs) {
          for (; t + 4 <= taps; t += 4) {
            const at = from + ((<usize>(t * width + q)) << 2);
            let r0 = v128.load(at);
            let r1 = v128.load(at + step);
            let r2 = v128.load(at + 2 * step);
            let r3 = v128.load(at + 3 * step);
            for (let p = 1; p < parts; p++) {
              const more = at + p * bytes;
              r0 = f32x4.add(r0, v128.load(more));
              r1 = f32x4.add(r1, v128.load(more + step));
              r2 = f32x4.add(r2, v128.load(more + 2 * step));
              r3 = f32x4.add(r3, v128.load(more + 3 * step));
            }
            transpose4(r0, r1, r2, r3, to + (j + q) * line + ((<usize>t) << 2), line);
          }
        }
        for (; t < taps; t++) {
          for (let r = q; r < q + 4 && j + r < outputs; r++) {
            const at = from + ((<usize>(t * width + r)) << 2);
            let sum = load<f32>(at);
            for (let p = 1; p < parts; p++) sum += load<f32>(at + p * bytes);
            store<f32>(to + (j + r) * line + ((<usize>t) << 2), sum);
          }
        }
      }
      from += <usize>taps * step;
    }
    to += outputs * line;
  }
}
