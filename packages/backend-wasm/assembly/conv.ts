import { convTile, FAR } from "./conv_micro";
import { depthOfConv, MOST_DEPTH, packStrip } from "./conv_pack";
import { stripCount, stripStart, tileBytes, tileColumns, tileRows } from "./strips";

/**
 * Convolutions as products whose operands are found through tables of byte offsets:
 *
 *     c[lines[i] + places[j]] = sum over p of a[i][p] * b[steps[p] + positions[j]]
 *
 * for every image and group. Forward, lines are output channels and steps are taps of the kernel in the (padded) image; for the
 * gradient of the input lines are taps, added up where they overlap, and steps are output channels.
 */

/** Bytes of A in a block, which stays in the second level. */
const BLOCK: i32 = 256 * 1024;

/** Fields of the description, four bytes each; kernels/conv/describe.ts writes it. */
const GROUPS = 0;
const LINES = 4;
const TERMS = 8;
const PLACES = 12;
const A = 16;
const A_GROUP = 20;
const B = 24;
const B_IMAGE = 28;
const B_GROUP = 32;
const STEPS = 36;
const POSITIONS = 40;
const DIRECT = 44;
const C = 48;
const C_IMAGE = 52;
const C_GROUP = 56;
const C_LINES = 60;
const C_PLACES = 64;
const FIRST = 68;
const FIRST_GROUP = 72;
const PADDED = 76;
const SOURCE = 80;
const SOURCE_IMAGE = 84;
const PADDED_IMAGE = 88;
const CHUNK = 92;
const IDENTITY = 96;
const OVERLAPS = 100;
const BORDER = 104;

/** Bytes of working memory apart from padded images: a packed strip, a tile and two tables of addresses. */
export function convScratch(): i32 {
  return (MOST_DEPTH + 6) * tileBytes<f32>() + 8 * MOST_DEPTH + 128;
}

/** Copies between images and ones with a border. At `border`: images' rows etc., see describe.ts. */
export function pad(border: usize, source: usize, padded: usize, back: bool): void {
  const channels = load<i32>(border);
  const depth = load<i32>(border, 4);
  const height = load<i32>(border, 8);
  const width = (<usize>load<i32>(border, 12)) << 2;
  const rows = load<i32>(border, 16);
  const columns = (<usize>load<i32>(border, 20)) << 2;
  const corner = load<i32>(border, 24);
  const plane = load<i32>(border, 28);
  for (let c = 0; c < channels; c++) {
    for (let z = 0; z < depth; z++) {
      let from = source + <usize>((c * depth + z) * height) * width;
      let to = padded + c * plane + corner + <usize>(z * rows) * columns;
      for (let y = 0; y < height; y++) {
        if (back) copyRow(to, from, width);
        else copyRow(from, to, width);
        from += width;
        to += columns;
      }
    }
  }
}

function copyRow(from: usize, to: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
}

/** Every channel of a padded image filled with its bias. */
function fillPlanes(channels: i32, bytes: usize, bias: usize, to: usize): void {
  for (let c = 0; c < channels; c++) {
    const value = v128.load_splat<f32>(bias + ((<usize>c) << 2));
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(to + i, value);
    for (; i < bytes; i += 4) store<f32>(to + i, f32x4.extract_lane(value, 0));
    to += bytes;
  }
}

/** Images `from` to `to`, of each the places `start` to `end`. */
export function convolve(d: usize, from: i32, to: i32, start: i32, end: i32, work: usize): void {
  const groups = load<i32>(d, GROUPS);
  const mode = load<i32>(d, PADDED);
  const chunk = load<i32>(d, CHUNK);
  const image = work + convScratch();
  const step = <usize>load<i32>(d, PADDED_IMAGE);
  const border = d + BORDER;
  const channels = load<i32>(border);
  if (mode == 1) memory.fill(image, 0, <usize>min(chunk, to - from) * step + 64);
  for (let n = from; n < to; n += chunk) {
    const count = min(chunk, to - n);
    if (mode == 1) {
      for (let i = 0; i < count; i++) {
        pad(border, load<i32>(d, SOURCE) + <usize>(n + i) * load<i32>(d, SOURCE_IMAGE), image + i * step, false);
      }
    } else if (mode == 2) {
      for (let i = 0; i < count; i++) {
        fillPlanes(channels, load<i32>(border, 28), load<i32>(d, FIRST), image + i * step);
      }
    }
    for (let g = 0; g < groups; g++) {
      const b =
        mode == 1
          ? image + <usize>g * load<i32>(d, B_GROUP)
          : <usize>load<i32>(d, B) + <usize>n * load<i32>(d, B_IMAGE) + <usize>g * load<i32>(d, B_GROUP);
      const c =
        mode == 2
          ? image + <usize>g * load<i32>(d, C_GROUP)
          : <usize>load<i32>(d, C) + <usize>n * load<i32>(d, C_IMAGE) + <usize>g * load<i32>(d, C_GROUP);
      group(
        d,
        g,
        count,
        b,
        mode == 1 ? step : load<i32>(d, B_IMAGE),
        c,
        mode == 2 ? step : load<i32>(d, C_IMAGE),
        mode == 2,
        start,
        end,
        work,
      );
    }
    if (mode == 2) {
      for (let i = 0; i < count; i++) {
        pad(border, load<i32>(d, SOURCE) + <usize>(n + i) * load<i32>(d, SOURCE_IMAGE), image + i * step, true);
      }
    }
  }
}

/** One group of `count` images. */
function group(
  d: usize,
  g: i32,
  count: i32,
  b: usize,
  bImage: usize,
  c: usize,
  cImage: usize,
  adds: bool,
  start: i32,
  end: i32,
  work: usize,
): void {
  const m = load<i32>(d, LINES);
  const k = load<i32>(d, TERMS);
  const a = <usize>load<i32>(d, A) + <usize>g * load<i32>(d, A_GROUP);
  const steps = <usize>load<i32>(d, STEPS);
  const positions = <usize>load<i32>(d, POSITIONS);
  const direct = load<i32>(d, DIRECT) != 0;
  const lines = <usize>load<i32>(d, C_LINES);
  const places = <usize>load<i32>(d, C_PLACES);
  const first = <usize>load<i32>(d, FIRST) + <usize>g * load<i32>(d, FIRST_GROUP);
  const identity = <usize>load<i32>(d, IDENTITY);
  const zeros = identity + MOST_DEPTH * 4;
  const overlaps = load<i32>(d, OVERLAPS) != 0;
  const NR = tileColumns<f32>();
  const strips = stripCount<f32>(m);
  const last = <usize>(NR * 4 - 4);
  const tile = work + MOST_DEPTH * NR * 4;
  const packedSteps = (tile + 6 * NR * 4 + 63) & ~63;
  const directSteps = packedSteps + 4 * MOST_DEPTH;
  const depth = depthOfConv(k);
  addTo(identity, depth, work - FAR, packedSteps);
  for (let p0 = 0; p0 < k; p0 += depth) {
    const kc = min(depth, k - p0);
    const add = adds || p0 > 0;
    const blockA = a + ((<usize>(p0 * m)) << 2);
    const perBlock = max(1, BLOCK / (kc * tileRows<f32>() * 4));
    for (let s0 = 0; s0 < strips; s0 += perBlock) {
      const s1 = min(strips, s0 + perBlock);
      for (let i = 0; i < count; i++) {
        const bi = b + i * bImage;
        const ci = c + i * cImage;
        for (let j = start; j < end; j += NR) {
          const columns = min(NR, end - j);
          const bj = positions + ((<usize>j) << 2);
          const cj = places + ((<usize>j) << 2);
          const from = load<i32>(bj);
          let stepsB = packedSteps;
          if (direct && columns == NR && load<i32>(bj + last) - from == <i32>last) {
            stepsB = directSteps;
            addTo(steps + ((<usize>p0) << 2), kc, bi + from - FAR, directSteps);
          } else packStrip(kc, columns, bi, steps + ((<usize>p0) << 2), bj, work);
          const to = load<i32>(cj);
          const whole = columns == NR && load<i32>(cj + last) - to == <i32>last;
          let row = stripStart(s0, strips, m);
          for (let s = s0; s < s1; s++) {
            const next = stripStart(s + 1, strips, m);
            const rows = next - row;
            const stripA = blockA + ((<usize>(row * kc)) << 2);
            const at = (<usize>row) << 2;
            if (whole && !overlaps) {
              convTile(rows, kc, stripA, stepsB, ci + to, lines + at, first + at, add);
            } else {
              const initial = add ? zeros : first + at;
              convTile(rows, kc, stripA, stepsB, tile, identity, initial, false);
              storeTile(rows, columns, whole, tile, ci, lines + at, cj, add);
            }
            row = next;
          }
        }
      }
    }
  }
}

/** to[i] = table[i] + base; whole vectors of it. */
function addTo(table: usize, count: i32, base: usize, to: usize): void {
  const more = i32x4.splat(<i32>base);
  for (let i: usize = 0; i < (<usize>count) << 2; i += 16) v128.store(to + i, i32x4.add(v128.load(table + i), more));
}

/** Row after row, as taps may overlap. */
function storeTile(
  rows: i32,
  columns: i32,
  whole: bool,
  tile: usize,
  c: usize,
  lines: usize,
  places: usize,
  add: bool,
): void {
  const pitch = <usize>tileBytes<f32>();
  for (let r = 0; r < rows; r++) {
    const at = c + load<i32>(lines + ((<usize>r) << 2));
    if (whole) {
      const to = at + load<i32>(places);
      for (let j: usize = 0; j < pitch; j += 16) {
        const value = v128.load(tile + j);
        v128.store(to + j, add ? f32x4.add(v128.load(to + j), value) : value);
      }
    } else {
      for (let j = 0; j < columns; j++) {
        const to = at + load<i32>(places + ((<usize>j) << 2));
        const value = load<f32>(tile + ((<usize>j) << 2));
        store<f32>(to, add ? load<f32>(to) + value : value);
      }
    }
    tile += pitch;
  }
}
