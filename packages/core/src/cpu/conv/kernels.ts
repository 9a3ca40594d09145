import { micro4x4 } from "../matmul/micro.ts";
import { packPanels, Scratch } from "../matmul/pack.ts";
import type { Numbers } from "../view.ts";
import type { ConvGeometry } from "./geometry.ts";
import { loadPadded, packEntries, storePadded } from "./image.ts";

// A panel pair of this depth stays in L1, a block of this many lanes in L2.
const DEPTH = 256;
const LANES = 128;

const imageScratch = new Scratch();
const panelScratch = new Scratch();
const otherScratch = new Scratch();
const tile: Float64Array = new Float64Array(16);

/** output [N, O, L] from dense values: an implicit im2col, packed panel by panel straight from the padded image. */
export function forwardValues(
  output: Numbers,
  input: Numbers,
  weight: Numbers,
  bias: Numbers | null,
  g: ConvGeometry,
): void {
  const { groups, inChannels, outChannels, taps, positions } = g;
  const imageSize = inChannels * g.image[0] * g.image[1] * g.image[2];
  const length = positions.length;
  const image = imageScratch.take(g.paddedSize);
  const panels = panelScratch.take((Math.min(length, LANES) + 3) * Math.min(taps.length, DEPTH));
  const packed = packWeight(weight, g);
  const groupSize = packedRows(outChannels) * taps.length;
  for (let n = 0; n < g.batch; n++) {
    for (let group = 0; group < groups; group++) {
      loadPadded(image, g, input, (n * groups + group) * imageSize);
      const channel = group * outChannels;
      const base = (n * groups + group) * outChannels * length;
      for (let l = 0; l < length; l += LANES) {
        const lanes = Math.min(LANES, length - l);
        for (let t = 0; t < taps.length; t += DEPTH) {
          const steps = Math.min(DEPTH, taps.length - t);
          packEntries(panels, image, positions, l, lanes, taps, t, t + steps);
          for (let o = 0; o < outChannels; o += 4) {
            const a = group * groupSize + o * taps.length + 4 * t;
            for (let j = 0; j < lanes; j += 4) {
              micro4x4(packed, a, panels, j * steps, steps, tile);
              storeRows(
                output,
                base + o * length + l + j,
                length,
                Math.min(4, outChannels - o),
                Math.min(4, lanes - j),
                bias,
                channel + o,
                t === 0,
              );
            }
          }
        }
      }
    }
  }
}

function storeRows(
  output: Numbers,
  at: number,
  rowStride: number,
  rows: number,
  columns: number,
  bias: Numbers | null,
  channel: number,
  first: boolean,
): void {
  for (let i = 0; i < rows; i++) {
    const row = at + i * rowStride;
    const add = first && bias !== null ? bias[channel + i]! : 0;
    for (let j = 0; j < columns; j++) output[row + j] = tile[4 * i + j]! + (first ? add : output[row + j]!);
  }
}

/** gradInput [N, C, ...]: weight^T times gradOutput, scattered tile by tile into the padded image. */
export function backwardInputValues(
  gradInput: Numbers,
  gradOutput: Numbers,
  weight: Numbers,
  bias: Numbers | null,
  g: ConvGeometry,
): void {
  const { groups, inChannels, outChannels, taps, positions } = g;
  const imageSize = inChannels * g.image[0] * g.image[1] * g.image[2];
  const length = positions.length;
  const image = imageScratch.take(g.paddedSize);
  const depth = Math.min(outChannels, DEPTH);
  const panels = panelScratch.take((Math.min(length, LANES) + 3) * depth);
  const rows = packedRows(taps.length);
  const packed = otherScratch.take(groups * outChannels * rows);
  for (let group = 0; group < groups; group++) {
    for (let o = 0; o < outChannels; o += DEPTH) {
      const steps = Math.min(DEPTH, outChannels - o);
      const at = (group * outChannels + o) * rows;
      packPanels(
        packed.subarray(at),
        weight,
        (group * outChannels + o) * taps.length,
        1,
        taps.length,
        taps.length,
        steps,
      );
    }
  }
  for (let n = 0; n < g.batch; n++) {
    for (let group = 0; group < groups; group++) {
      image.fill(0, 0, g.paddedSize);
      const base = (n * groups + group) * outChannels * length;
      for (let l = 0; l < length; l += LANES) {
        const lanes = Math.min(LANES, length - l);
        for (let o = 0; o < outChannels; o += DEPTH) {
          const steps = Math.min(DEPTH, outChannels - o);
          packPanels(panels, gradOutput, base + o * length + l, 1, length, lanes, steps);
          const a = (group * outChannels + o) * rows;
          for (let t = 0; t < taps.length; t += 4) {
            for (let j = 0; j < lanes; j += 4) {
              micro4x4(packed, a + t * steps, panels, j * steps, steps, tile);
              scatterTile(image, taps, t, Math.min(4, taps.length - t), positions, l + j, Math.min(4, lanes - j));
            }
          }
        }
      }
      storePadded(gradInput, (n * groups + group) * imageSize, g, image, bias, group * inChannels);
    }
  }
}

function scatterTile(
  image: Float64Array,
  taps: Int32Array,
  t: number,
  rows: number,
  positions: Int32Array,
  l: number,
  columns: number,
): void {
  if (columns === 4) {
    const p0 = positions[l]!;
    const p1 = positions[l + 1]!;
    const p2 = positions[l + 2]!;
    const p3 = positions[l + 3]!;
    for (let i = 0; i < rows; i++) {
      const tap = taps[t + i]!;
      const from = 4 * i;
      image[(tap + p0) | 0]! += tile[from]!;
      image[(tap + p1) | 0]! += tile[(from + 1) | 0]!;
      image[(tap + p2) | 0]! += tile[(from + 2) | 0]!;
      image[(tap + p3) | 0]! += tile[(from + 3) | 0]!;
    }
    return;
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) image[taps[t + i]! + positions[l + j]!]! += tile[4 * i + j]!;
  }
}

/** gradWeight [O, C / groups, ...]: gradOutput times im2col^T, summed over the batch in double precision. */
export function backwardWeightValues(gradWeight: Numbers, gradOutput: Numbers, input: Numbers, g: ConvGeometry): void {
  const { groups, inChannels, outChannels, taps, positions } = g;
  const imageSize = inChannels * g.image[0] * g.image[1] * g.image[2];
  const length = positions.length;
  const image = imageScratch.take(g.paddedSize);
  const depth = Math.min(length, DEPTH);
  const panels = panelScratch.take((Math.min(taps.length, LANES) + 3) * depth);
  const packed = otherScratch.take((outChannels + 3) * depth);
  const sums = new Float64Array(gradWeight.length);
  for (let n = 0; n < g.batch; n++) {
    for (let group = 0; group < groups; group++) {
      loadPadded(image, g, input, (n * groups + group) * imageSize);
      const base = (n * groups + group) * outChannels * length;
      for (let l = 0; l < length; l += DEPTH) {
        const steps = Math.min(DEPTH, length - l);
        packPanels(packed, gradOutput, base + l, length, 1, outChannels, steps);
        for (let t = 0; t < taps.length; t += LANES) {
          const lanes = Math.min(LANES, taps.length - t);
          packEntries(panels, image, taps, t, lanes, positions, l, l + steps);
          for (let o = 0; o < outChannels; o += 4) {
            for (let j = 0; j < lanes; j += 4) {
              micro4x4(packed, o * steps, panels, j * steps, steps, tile);
              const at = (group * outChannels + o) * taps.length + t + j;
              addRows(sums, at, taps.length, Math.min(4, outChannels - o), Math.min(4, lanes - j));
            }
          }
        }
      }
    }
  }
  gradWeight.set(sums);
}

function addRows(sums: Float64Array, at: number, rowStride: number, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    const row = at + i * rowStride;
    for (let j = 0; j < columns; j++) sums[row + j]! += tile[4 * i + j]!;
  }
}

const packedRows = (n: number): number => (n + 3) & ~3;

/** Panels of four output channels over all taps, one group after the other. */
function packWeight(weight: Numbers, g: ConvGeometry): Float64Array {
  const { groups, outChannels, taps } = g;
  const size = packedRows(outChannels) * taps.length;
  const packed = otherScratch.take(groups * size);
  for (let group = 0; group < groups; group++) {
    packPanels(
      packed.subarray(group * size),
      weight,
      group * outChannels * taps.length,
      taps.length,
      1,
      outChannels,
      taps.length,
    );
  }
  return packed;
}
