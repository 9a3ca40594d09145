import type { Numbers } from "../view.ts";
import type { ConvGeometry } from "./geometry.ts";

/** Copies the channels of one image and group into the middle of a zeroed padded block. */
export function loadPadded(padded: Float64Array, geometry: ConvGeometry, source: Numbers, offset: number): void {
  const { image, padding, inChannels } = geometry;
  const [, height, width] = geometry.padded;
  padded.fill(0, 0, geometry.paddedSize);
  let from = offset;
  for (let c = 0; c < inChannels; c++) {
    for (let z = 0; z < image[0]; z++) {
      for (let y = 0; y < image[1]; y++) {
        let to = (((c * geometry.padded[0] + z + padding[0]) * height + y + padding[1]) * width + padding[2]) | 0;
        for (let x = 0; x < image[2]; x++) padded[to++] = source[from++]!;
      }
    }
  }
}

/** The inverse of {@link loadPadded}: what lies in the middle of the block, plus the channel's bias. */
export function storePadded(
  target: Numbers,
  offset: number,
  geometry: ConvGeometry,
  padded: Float64Array,
  bias: Numbers | null,
  firstChannel: number,
): void {
  const { image, padding, inChannels } = geometry;
  const [depth, height, width] = geometry.padded;
  let to = offset;
  for (let c = 0; c < inChannels; c++) {
    const add = bias === null ? 0 : bias[firstChannel + c]!;
    for (let z = 0; z < image[0]; z++) {
      for (let y = 0; y < image[1]; y++) {
        let from = (((c * depth + z + padding[0]) * height + y + padding[1]) * width + padding[2]) | 0;
        for (let x = 0; x < image[2]; x++) target[to++] = padded[from++]! + add;
      }
    }
  }
}

/**
 * Packs image entries as panels of four: dst[panel][step][lane] = image[lanes[4 panel + lane] + steps[step]],
 * for steps `first` to `last` and `count` lanes from `start`. Lanes past the end repeat the last one; what they produce is dropped.
 */
export function packEntries(
  dst: Float64Array,
  image: Float64Array,
  lanes: Int32Array,
  start: number,
  count: number,
  steps: Int32Array,
  first: number,
  last: number,
): void {
  const end = start + count - 1;
  let at = 0;
  for (let lane = start; lane <= end; lane += 4) {
    const l0 = lanes[lane]! | 0;
    const l1 = lanes[Math.min(lane + 1, end)]! | 0;
    const l2 = lanes[Math.min(lane + 2, end)]! | 0;
    const l3 = lanes[Math.min(lane + 3, end)]! | 0;
    for (let p = first; p < last; p++) {
      const step = steps[p]! | 0;
      dst[at] = image[(l0 + step) | 0]!;
      dst[(at + 1) | 0] = image[(l1 + step) | 0]!;
      dst[(at + 2) | 0] = image[(l2 + step) | 0]!;
      dst[(at + 3) | 0] = image[(l3 + step) | 0]!;
      at = (at + 4) | 0;
    }
  }
}
