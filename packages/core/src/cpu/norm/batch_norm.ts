import { type ArrayView, commit, denseValues, numelOf, type Numbers, outValues } from "../view.ts";

/**
 * Mean and biased variance of every channel of `input` [N, C, ...], in double precision.
 */
export function batchStatistics(input: ArrayView): { mean: Float64Array; variance: Float64Array; count: number } {
  const x = denseValues(input);
  const channels = input.shape[1]!;
  const plane = numelOf(input.shape.slice(2));
  const count = input.shape[0]! * plane;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    mean[c] = sumOfChannel(x, c, channels, plane) / count;
    variance[c] = squaresOfChannel(x, c, channels, plane, mean[c]!) / count;
  }
  return { mean, variance, count };
}

/**
 * Batch normalisation in training mode (Ioffe and Szegedy 2015): `saveMean` and `saveInvstd` [C] receive the batch's
 * statistics, and the running ones move towards them (with the unbiased variance) by `momentum`.
 */
export function batchNormTrain(
  out: ArrayView,
  saveMean: ArrayView,
  saveInvstd: ArrayView,
  input: ArrayView,
  weight: ArrayView | null,
  bias: ArrayView | null,
  runningMean: ArrayView | null,
  runningVar: ArrayView | null,
  momentum: number,
  eps: number,
): void {
  const { mean, variance, count } = batchStatistics(input);
  const invstd = variance.map((v) => 1 / Math.sqrt(v + eps));
  normalise(out, input, mean, invstd, weight, bias);
  commit(saveMean, mean);
  commit(saveInvstd, invstd);
  if (runningMean !== null) move(runningMean, mean, momentum);
  if (runningVar !== null)
    move(
      runningVar,
      variance.map((v) => (v * count) / (count - 1)),
      momentum,
    );
}

/** Batch normalisation with the running statistics. */
export function batchNormEval(
  out: ArrayView,
  input: ArrayView,
  weight: ArrayView | null,
  bias: ArrayView | null,
  runningMean: ArrayView,
  runningVar: ArrayView,
  eps: number,
): void {
  normalise(out, input, denseValues(runningMean), inverseDeviation(runningVar, eps), weight, bias);
}

/**
 * Gradients of batch normalisation; give null for those that are not wanted. In training mode `mean` and `spread` are
 * what the forward pass saved (mean and 1 / sqrt(var + eps)), else the running mean and variance.
 */
export function batchNormBackward(
  gradInput: ArrayView | null,
  gradWeight: ArrayView | null,
  gradBias: ArrayView | null,
  gradOutput: ArrayView,
  input: ArrayView,
  weight: ArrayView | null,
  mean: ArrayView,
  spread: ArrayView,
  training: boolean,
  eps: number,
): void {
  const g = denseValues(gradOutput);
  const x = denseValues(input);
  const w = weight && denseValues(weight);
  const means = denseValues(mean);
  const invstd = training ? denseValues(spread) : inverseDeviation(spread, eps);
  const gx = gradInput && outValues(gradInput);
  const channels = input.shape[1]!;
  const plane = numelOf(input.shape.slice(2));
  const count = input.shape[0]! * plane;
  const gw = new Float64Array(channels);
  const gb = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const m = means[c]!;
    const r = invstd[c]!;
    const sum = sumOfChannel(g, c, channels, plane);
    const dot = dotOfChannel(g, x, c, channels, plane, m);
    gw[c] = dot * r;
    gb[c] = sum;
    if (gx === null) continue;
    const scale = r * (w === null ? 1 : w[c]!);
    const slope = training ? (dot * r * r) / count : 0;
    const level = training ? sum / count : 0;
    for (let start = c * plane; start < x.length; start += channels * plane) {
      for (let i = start; i < start + plane; i++) gx[i] = (g[i]! - level - (x[i]! - m) * slope) * scale;
    }
  }
  if (gradInput !== null) commit(gradInput, gx as Numbers);
  if (gradWeight !== null) commit(gradWeight, gw);
  if (gradBias !== null) commit(gradBias, gb);
}

function normalise(
  out: ArrayView,
  input: ArrayView,
  mean: Numbers,
  invstd: Numbers,
  weight: ArrayView | null,
  bias: ArrayView | null,
): void {
  const x = denseValues(input);
  const y = outValues(out);
  const w = weight && denseValues(weight);
  const b = bias && denseValues(bias);
  const channels = input.shape[1]!;
  const plane = numelOf(input.shape.slice(2));
  for (let start = 0, c = 0; start < x.length; start += plane, c = (c + 1) % channels) {
    const scale = invstd[c]! * (w === null ? 1 : w[c]!);
    const m = mean[c]!;
    const shift = b === null ? 0 : b[c]!;
    for (let i = start; i < start + plane; i++) y[i] = (x[i]! - m) * scale + shift;
  }
  commit(out, y);
}

function inverseDeviation(variance: ArrayView, eps: number): Float64Array {
  return Float64Array.from(denseValues(variance), (v) => 1 / Math.sqrt(v + eps));
}

function move(running: ArrayView, towards: Float64Array, momentum: number): void {
  const old = Float64Array.from(denseValues(running));
  commit(
    running,
    old.map((value, c) => (1 - momentum) * value + momentum * towards[c]!),
  );
}

function sumOfChannel(x: Numbers, c: number, channels: number, plane: number): number {
  let sum = 0;
  for (let start = c * plane; start < x.length; start += channels * plane) {
    for (let i = start; i < start + plane; i++) sum += x[i]!;
  }
  return sum;
}

function squaresOfChannel(x: Numbers, c: number, channels: number, plane: number, mean: number): number {
  let sum = 0;
  for (let start = c * plane; start < x.length; start += channels * plane) {
    for (let i = start; i < start + plane; i++) {
      const d = x[i]! - mean;
      sum += d * d;
    }
  }
  return sum;
}

function dotOfChannel(g: Numbers, x: Numbers, c: number, channels: number, plane: number, mean: number): number {
  let sum = 0;
  for (let start = c * plane; start < x.length; start += channels * plane) {
    for (let i = start; i < start + plane; i++) sum += g[i]! * (x[i]! - mean);
  }
  return sum;
}
