import type { Numbers } from "../view.ts";

/**
 * Packs `count` vectors of length `k` as panels of four: dst[panel][p][lane]. Element p of vector v is at
 * `src[offset + v * vectorStride + p * stepStride]`; lanes past the last vector are zero.
 */
export function packPanels(
  dst: Float64Array,
  src: Numbers,
  offset: number,
  vectorStride: number,
  stepStride: number,
  count: number,
  k: number,
): void {
  const whole = count & ~3;
  let at = 0;
  for (let v = 0; v < whole; v += 4) {
    let s0 = (offset + v * vectorStride) | 0;
    let s1 = (s0 + vectorStride) | 0;
    let s2 = (s1 + vectorStride) | 0;
    let s3 = (s2 + vectorStride) | 0;
    for (let p = 0; p < k; p++) {
      dst[at] = src[s0]!;
      dst[(at + 1) | 0] = src[s1]!;
      dst[(at + 2) | 0] = src[s2]!;
      dst[(at + 3) | 0] = src[s3]!;
      at = (at + 4) | 0;
      s0 = (s0 + stepStride) | 0;
      s1 = (s1 + stepStride) | 0;
      s2 = (s2 + stepStride) | 0;
      s3 = (s3 + stepStride) | 0;
    }
  }
  if (whole === count) return;
  for (let p = 0; p < k; p++) {
    for (let lane = 0; lane < 4; lane++) {
      const v = whole + lane;
      dst[at++] = v < count ? src[offset + v * vectorStride + p * stepStride]! : 0;
    }
  }
}

/** A float64 buffer kept between calls and grown when needed. */
export class Scratch {
  #buffer: Float64Array = new Float64Array(0);

  take(length: number): Float64Array {
    if (this.#buffer.length < length) this.#buffer = new Float64Array(length);
    return this.#buffer;
  }
}
