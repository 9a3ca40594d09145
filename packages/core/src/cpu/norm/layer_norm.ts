import { type ArrayView, commit, denseValues, numelOf, type Numbers, outValues } from "../view.ts";

/**
 * Layer normalisation (Ba et al. 2016) of the last dimensions, `size` elements in all: out = (input - mean) * rstd *
 * weight + bias, with `mean` and `rstd` one per row. `weight` and `bias` have `size` elements or are null.
 */
export function layerNorm(
  out: ArrayView,
  mean: ArrayView,
  rstd: ArrayView,
  input: ArrayView,
  weight: ArrayView | null,
  bias: ArrayView | null,
  size: number,
  eps: number,
): void {
  affineRows(out, mean, rstd, input, weight, bias, size, eps, 1, size);
}

/**
 * Group normalisation (Wu and He 2018) of `input` [N, C, ...]; `mean` and `rstd` are [N, groups], `weight` and
 * `bias` [C] or null.
 */
export function groupNorm(
  out: ArrayView,
  mean: ArrayView,
  rstd: ArrayView,
  input: ArrayView,
  weight: ArrayView | null,
  bias: ArrayView | null,
  groups: number,
  eps: number,
): void {
  const channels = input.shape[1]!;
  const plane = numelOf(input.shape.slice(2));
  affineRows(out, mean, rstd, input, weight, bias, (channels / groups) * plane, eps, plane, channels);
}

/** Gradients of {@link layerNorm}; give null for those that are not wanted. */
export function layerNormBackward(
  gradInput: ArrayView | null,
  gradWeight: ArrayView | null,
  gradBias: ArrayView | null,
  gradOutput: ArrayView,
  input: ArrayView,
  mean: ArrayView,
  rstd: ArrayView,
  weight: ArrayView | null,
  size: number,
): void {
  affineRowsBackward(gradInput, gradWeight, gradBias, gradOutput, input, mean, rstd, weight, size, 1, size);
}

/** Gradients of {@link groupNorm}; give null for those that are not wanted. */
export function groupNormBackward(
  gradInput: ArrayView | null,
  gradWeight: ArrayView | null,
  gradBias: ArrayView | null,
  gradOutput: ArrayView,
  input: ArrayView,
  mean: ArrayView,
  rstd: ArrayView,
  weight: ArrayView | null,
  groups: number,
): void {
  const channels = input.shape[1]!;
  const plane = numelOf(input.shape.slice(2));
  const size = (channels / groups) * plane;
  affineRowsBackward(gradInput, gradWeight, gradBias, gradOutput, input, mean, rstd, weight, size, plane, channels);
}

/**
 * Both norms normalise rows of `size` elements; element i of the whole tensor belongs to the affine parameter
 * floor(i / run) mod `parameters`.
 */
function affineRows(
  out: ArrayView,
  mean: ArrayView,
  rstd: ArrayView,
  input: ArrayView,
  weight: ArrayView | null,
  bias: ArrayView | null,
  size: number,
  eps: number,
  run: number,
  parameters: number,
): void {
  const x = denseValues(input);
  const w = weight && denseValues(weight);
  const b = bias && denseValues(bias);
  const y = outValues(out);
  const means = outValues(mean);
  const rstds = outValues(rstd);
  for (let row = 0; row < means.length; row++) {
    const start = row * size;
    const end = start + size;
    let sum = 0;
    for (let i = start; i < end; i++) sum += x[i]!;
    const m = sum / size;
    let square = 0;
    for (let i = start; i < end; i++) {
      const d = x[i]! - m;
      square += d * d;
    }
    const r = 1 / Math.sqrt(square / size + eps);
    means[row] = m;
    rstds[row] = r;
    for (let i = start; i < end; i += run) {
      const p = (i / run) % parameters;
      const scale = w === null ? r : r * w[p]!;
      const shift = b === null ? 0 : b[p]!;
      const stop = i + run;
      for (let j = i; j < stop; j++) y[j] = (x[j]! - m) * scale + shift;
    }
  }
  commit(out, y);
  commit(mean, means);
  commit(rstd, rstds);
}

function affineRowsBackward(
  gradInput: ArrayView | null,
  gradWeight: ArrayView | null,
  gradBias: ArrayView | null,
  gradOutput: ArrayView,
  input: ArrayView,
  mean: ArrayView,
  rstd: ArrayView,
  weight: ArrayView | null,
  size: number,
  run: number,
  parameters: number,
): void {
  const g = denseValues(gradOutput);
  const x = denseValues(input);
  const w = weight && denseValues(weight);
  const means = denseValues(mean);
  const rstds = denseValues(rstd);
  const gx = gradInput && outValues(gradInput);
  const gw = new Float64Array(gradWeight === null ? 0 : parameters);
  const gb = new Float64Array(gradBias === null ? 0 : parameters);
  for (let row = 0; row < means.length; row++) {
    const start = row * size;
    const end = start + size;
    const m = means[row]!;
    const r = rstds[row]!;
    let total = 0;
    let along = 0;
    for (let i = start; i < end; i += run) {
      const p = (i / run) % parameters;
      let sum = 0;
      let dot = 0;
      for (let j = i; j < i + run; j++) {
        sum += g[j]!;
        dot += g[j]! * (x[j]! - m);
      }
      if (gradWeight !== null) gw[p]! += dot * r;
      if (gradBias !== null) gb[p]! += sum;
      const factor = w === null ? 1 : w[p]!;
      total += sum * factor;
      along += dot * factor;
    }
    if (gx === null) continue;
    const slope = (along * r * r * r) / size;
    const level = (total * r) / size;
    for (let i = start; i < end; i += run) {
      const scale = w === null ? r : r * w[(i / run) % parameters]!;
      for (let j = i; j < i + run; j++) gx[j] = g[j]! * scale - (x[j]! - m) * slope - level;
    }
  }
  if (gradInput !== null) commit(gradInput, gx as Numbers);
  if (gradWeight !== null) commit(gradWeight, gw);
  if (gradBias !== null) commit(gradBias, gb);
}
