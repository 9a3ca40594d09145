import { commitIndices, indexValues } from "../indices.ts";
import { type ArrayView, commit, denseValues, numelOf } from "../view.ts";
import { withinBounds } from "./offsets.ts";

export type BagMode = "sum" | "mean" | "max";

export interface BagParams {
  readonly mode: BagMode;
  /** Index of a row that counts for nothing, or -1. */
  readonly padding_idx: number;
}

/**
 * Sums, averages or takes the maximum of rows of `weight` [count, width] by bags: bag b has `indices[offsets[b]]` up to
 * `indices[offsets[b + 1]]` (the end for the last), of which the rows go into out[b]. `sampleWeights`, like `indices`,
 * scale the rows (sum only). `winners` (int64, like `out`) receives the row of each maximum, -1 in empty bags.
 * @throws IndexError when an index is out of range
 */
export function embeddingBag(
  out: ArrayView,
  winners: ArrayView | null,
  weight: ArrayView,
  indices: ArrayView,
  offsets: ArrayView,
  sampleWeights: ArrayView | null,
  params: BagParams,
): void {
  const rows = withinBounds(indices, weight.shape[0]!, () => "index out of range in self");
  const starts = indexValues(offsets);
  const [bags, width] = out.shape as readonly [number, number];
  const w = denseValues(weight);
  const scales = sampleWeights && denseValues(sampleWeights);
  const sums = new Float64Array(bags * width);
  const best = new Int32Array(params.mode === "max" ? bags * width : 0).fill(-1);
  for (let b = 0; b < bags; b++) {
    const end = b + 1 < starts.length ? starts[b + 1]! : rows.length;
    let count = 0;
    for (let i = starts[b]!; i < end; i++) {
      const row = rows[i]!;
      if (row === params.padding_idx) continue;
      count++;
      const scale = scales === null ? 1 : scales[i]!;
      for (let j = 0; j < width; j++) {
        const value = w[row * width + j]!;
        const at = b * width + j;
        if (params.mode !== "max") sums[at]! += value * scale;
        else if (count === 1 || value > sums[at]!) {
          sums[at] = value;
          best[at] = row;
        }
      }
    }
    if (params.mode === "mean" && count > 0) for (let j = 0; j < width; j++) sums[b * width + j]! /= count;
  }
  commit(out, sums);
  if (winners !== null && params.mode === "max") commitIndices(winners, best);
}

/** Gradient of {@link embeddingBag} with respect to `weight`; `winners` is only read for "max". */
export function embeddingBagBackward(
  gradWeight: ArrayView,
  gradOutput: ArrayView,
  indices: ArrayView,
  offsets: ArrayView,
  sampleWeights: ArrayView | null,
  winners: ArrayView | null,
  params: BagParams,
  scaleGradByFreq = false,
): void {
  const [count, width] = gradWeight.shape as readonly [number, number];
  const rows = indexValues(indices);
  const starts = indexValues(offsets);
  const g = denseValues(gradOutput);
  const scales = sampleWeights && denseValues(sampleWeights);
  const sums = new Float64Array(numelOf(gradWeight.shape));
  if (params.mode === "max") {
    const best = indexValues(winners!);
    for (let i = 0; i < best.length; i++) if (best[i]! >= 0) sums[best[i]! * width + (i % width)]! += g[i]!;
    commit(gradWeight, sums);
    return;
  }
  const frequency = new Int32Array(count);
  for (let i = 0; i < rows.length; i++) frequency[rows[i]!]!++;
  for (let b = 0; b < gradOutput.shape[0]!; b++) {
    const start = starts[b]!;
    const end = b + 1 < starts.length ? starts[b + 1]! : rows.length;
    let members = 0;
    for (let i = start; i < end; i++) if (rows[i] !== params.padding_idx) members++;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      if (row === params.padding_idx) continue;
      let scale = scales === null ? 1 : scales[i]!;
      if (params.mode === "mean") scale /= members;
      if (scaleGradByFreq) scale /= frequency[row]!;
      for (let j = 0; j < width; j++) sums[row * width + j]! += g[b * width + j]! * scale;
    }
  }
  commit(gradWeight, sums);
}

/** Gradient of {@link embeddingBag} ("sum") with respect to `sampleWeights`. */
export function embeddingBagSampleWeightsBackward(
  gradSampleWeights: ArrayView,
  gradOutput: ArrayView,
  weight: ArrayView,
  indices: ArrayView,
  offsets: ArrayView,
  params: BagParams,
): void {
  const width = weight.shape[1]!;
  const rows = indexValues(indices);
  const starts = indexValues(offsets);
  const w = denseValues(weight);
  const g = denseValues(gradOutput);
  const sums = new Float64Array(rows.length);
  for (let b = 0; b < gradOutput.shape[0]!; b++) {
    const end = b + 1 < starts.length ? starts[b + 1]! : rows.length;
    for (let i = starts[b]!; i < end; i++) {
      if (rows[i] === params.padding_idx) continue;
      for (let j = 0; j < width; j++) sums[i]! += g[b * width + j]! * w[rows[i]! * width + j]!;
    }
  }
  commit(gradSampleWeights, sums);
}
