import { pad } from "./conv";
import { gradient_fma, gradient_mul } from "./conv_micro.gen";
import { transpose4, transposeStrip } from "./pack";
import { NR, stripsOf, stripStart } from "./tile";

/**
 * Gradient of a convolution's weight: for each pair of taps and output channels the sum over places. Taps come straight from the
 * (padded) image, `runs` of places being a step apart; gradients of the output are transposed once.
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
const RUNS = 36;
const BLOCKS = 40;
const BLOCK_COUNT = 44;
const STEP = 48;
const GRAD = 52;
const PART = 56;
const PART_IMAGES = 60;
const FOLD = 64;
const PARTS = 68;
const PADDED = 72;
const PADDED_IMAGE = 76;
const BORDER = 80;

function stripsOfOutputs(outputs: i32): i32 {
  return (outputs + NR - 1) / NR;
}

/** Bytes of one partial result: strips of NR outputs by taps, of all groups. */
export function weightPartBytes(groups: i32, taps: i32, outputs: i32): i32 {
  return groups * stripsOfOutputs(outputs) * taps * NR * 4;
}

/** Bytes of working memory apart from padded images. */
export function weightScratch(outputs: i32): i32 {
  return stripsOfOutputs(outputs) * KC * NR * 4;
}

/** Partial result `part`, of strips of taps `from` to `to` (of each group). */
export function convolveWeight(d: usize, part: i32, from: i32, to: i32, work: usize): void {
  const taps = load<i32>(d, TAPS);
  const outputs = load<i32>(d, OUTPUTS);
  const places = load<i32>(d, PLACES);
  const groups = load<i32>(d, GROUPS);
  const fold = load<i32>(d, FOLD);
  const padded = load<i32>(d, PADDED) != 0;
  const step = padded ? <usize>load<i32>(d, PADDED_IMAGE) : <usize>load<i32>(d, IMAGE_BYTES);
  const border = d + BORDER;
  const strips = stripsOfOutputs(outputs);
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
        const runs = <usize>load<i32>(d, RUNS) + (<usize>load<i32>(block) << 3);
        const size = load<i32>(block, 8);
        packGradients(
          outputs,
          size,
          count,
          <usize>load<i32>(d, GRAD) + ((<usize>(n * groups + g) * outputs * places + load<i32>(block, 12)) << 2),
          places,
          <usize>(groups * outputs) * places,
          work,
        );
        const lines = source + <usize>g * load<i32>(d, IMAGE_GROUP);
        const add = n > first || block != <usize>load<i32>(d, BLOCKS);
        for (let j = 0; j < strips; j++) {
          const b = work + ((<usize>j * size * count * NR) << 2);
          const c = result + ((<usize>(g * strips + j) * taps * NR) << 2);
          products(load<i32>(d, TAPS_TABLE), taps, from, to, runs, load<i32>(block, 4) * count, lines, load<i32>(d, STEP), b, c, add);
        }
        block += 16;
      }
    }
  }
}

function products(
  table: usize,
  taps: i32,
  from: i32,
  to: i32,
  runs: usize,
  count: i32,
  image: usize,
  step: usize,
  b: usize,
  c: usize,
  add: bool,
): void {
  const strips = stripsOf(taps);
  let row = stripStart(from, strips, taps);
  for (let s = from; s < to; s++) {
    const next = stripStart(s + 1, strips, taps);
    const at = c + ((<usize>row * NR) << 2);
    if (ASC_FEATURE_RELAXED_SIMD) gradient_fma(next - row, runs, count, image, table + (<usize>row << 2), step, b, at, add);
    else gradient_mul(next - row, runs, count, image, table + (<usize>row << 2), step, b, at, add);
    row = next;
  }
}

/** Strips of NR outputs: `size` places of `count` images, transposed. Steps in floats. */
function packGradients(outputs: i32, size: i32, count: i32, from: usize, line: i32, image: usize, to: usize): void {
  const step = <usize>line << 2;
  for (let j = 0; j < outputs; j += NR) {
    let at = from + j * step;
    for (let i = 0; i < count; i++) {
      if (j + 8 <= outputs) transposeStrip(size, at, step, to);
      else {
        for (let r = 0; r < NR; r++) {
          let put = to + (<usize>r << 2);
          let get = at + r * step;
          for (let p = 0; p < size; p++) {
            store<f32>(put, j + r < outputs ? load<f32>(get) : 0);
            put += NR * 4;
            get += 4;
          }
        }
      }
      at += image << 2;
      to += (<usize>size * NR) << 2;
    }
  }
}

/** The gradient [groups * outputs][taps] from the sum of partial results, of groups' strips. */
export function combineWeight(d: usize, to: usize): void {
  const taps = load<i32>(d, TAPS);
  const outputs = load<i32>(d, OUTPUTS);
  const groups = load<i32>(d, GROUPS);
  const parts = load<i32>(d, PARTS);
  const bytes = <usize>weightPartBytes(groups, taps, outputs);
  let from = <usize>load<i32>(d, PART);
  const line = <usize>taps << 2;
  for (let g = 0; g < groups; g++) {
    for (let j = 0; j < outputs; j += NR) {
      for (let q = 0; q < NR; q += 4) {
        let t = 0;
        if (j + q + 4 <= outputs) {
          for (; t + 4 <= taps; t += 4) {
            const at = from + ((<usize>(t * NR + q)) << 2);
            let r0 = v128.load(at);
            let r1 = v128.load(at, NR * 4);
            let r2 = v128.load(at, NR * 8);
            let r3 = v128.load(at, NR * 12);
            for (let p = 1; p < parts; p++) {
              const more = at + p * bytes;
              r0 = f32x4.add(r0, v128.load(more));
              r1 = f32x4.add(r1, v128.load(more, NR * 4));
              r2 = f32x4.add(r2, v128.load(more, NR * 8));
              r3 = f32x4.add(r3, v128.load(more, NR * 12));
            }
            transpose4(r0, r1, r2, r3, to + (j + q) * line + (<usize>t << 2), line);
          }
        }
        for (; t < taps; t++) {
          for (let r = q; r < q + 4 && j + r < outputs; r++) {
            const at = from + ((<usize>(t * NR + r)) << 2);
            let sum = load<f32>(at);
            for (let p = 1; p < parts; p++) sum += load<f32>(at + p * bytes);
            store<f32>(to + (j + r) * line + (<usize>t << 2), sum);
          }
        }
      }
      from += (<usize>taps * NR) << 2;
    }
    to += outputs * line;
  }
}
