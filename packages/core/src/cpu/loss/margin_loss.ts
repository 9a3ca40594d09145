import { RuntimeError } from "../../errors.ts";
import { indexValues } from "../indices.ts";
import { type ArrayView, commit, denseValues, numelOf, outValues } from "../view.ts";
import type { Reduction } from "./nll_loss.ts";

/**
 * Multi-class margin loss of `input` [N, C] (or [C]) and class indices `target` [N] (or []): mean over classes of
 * weight * max(0, margin - x[target] + x[c]) ^ p, for p 1 or 2. `out` is like `target` for "none", else a scalar.
 * @throws RuntimeError when a target is out of range; nothing is written then
 */
export function multiMarginLoss(
  out: ArrayView,
  input: ArrayView,
  target: ArrayView,
  p: number,
  margin: number,
  weight: ArrayView | null,
  reduction: Reduction,
): void {
  const classes = input.shape[input.shape.length - 1]!;
  const x = denseValues(input);
  const labels = checkedLabels(target, classes);
  const w = weight && denseValues(weight);
  const losses = new Float64Array(labels.length);
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n]!;
    for (let c = 0; c < classes; c++) {
      const z = margin - x[n * classes + label]! + x[n * classes + c]!;
      if (c === label || z <= 0) continue;
      losses[n]! += ((p === 1 ? z : z * z) * (w === null ? 1 : w[label]!)) / classes;
    }
  }
  store(out, losses, reduction);
}

/** Gradient of {@link multiMarginLoss} with respect to its input. */
export function multiMarginLossBackward(
  gradInput: ArrayView,
  gradOutput: ArrayView,
  input: ArrayView,
  target: ArrayView,
  p: number,
  margin: number,
  weight: ArrayView | null,
  reduction: Reduction,
): void {
  const classes = input.shape[input.shape.length - 1]!;
  const x = denseValues(input);
  const labels = checkedLabels(target, classes);
  const w = weight && denseValues(weight);
  const g = denseValues(gradOutput);
  const gx = outValues(gradInput);
  gx.fill(0);
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n]!;
    const grad = (gradAt(g, n, labels.length, reduction) * (w === null ? 1 : w[label]!)) / classes;
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const z = margin - x[n * classes + label]! + x[n * classes + c]!;
      if (c === label || z <= 0) continue;
      const share = grad * (p === 1 ? 1 : 2 * z);
      gx[n * classes + c] = share;
      sum += share;
    }
    gx[n * classes + label] = -sum;
  }
  commit(gradInput, gx);
}

/**
 * Multi-label margin loss of `input` [N, C] (or [C]); each row of `target` lists class indices and ends at the first
 * -1. `isTarget` (like `target`, the input's dtype) receives 1 for the listed classes.
 * @throws RuntimeError when a target is out of range; nothing is written then
 */
export function multilabelMarginLoss(
  out: ArrayView,
  isTarget: ArrayView,
  input: ArrayView,
  target: ArrayView,
  reduction: Reduction,
): void {
  const classes = input.shape[input.shape.length - 1] ?? 1;
  const x = denseValues(input);
  const { labels, member } = labelSets(target, classes);
  const losses = new Float64Array(labels.length);
  for (let n = 0; n < labels.length; n++) {
    for (const label of labels[n]!) {
      for (let c = 0; c < classes; c++) {
        const z = 1 - x[n * classes + label]! + x[n * classes + c]!;
        if (member[n * classes + c] === 0 && z > 0) losses[n]! += z / classes;
      }
    }
  }
  store(out, losses, reduction);
  commit(isTarget, member);
}

/** Gradient of {@link multilabelMarginLoss} with respect to its input. */
export function multilabelMarginLossBackward(
  gradInput: ArrayView,
  gradOutput: ArrayView,
  input: ArrayView,
  target: ArrayView,
  reduction: Reduction,
): void {
  const classes = input.shape[input.shape.length - 1] ?? 1;
  const x = denseValues(input);
  const { labels, member } = labelSets(target, classes);
  const g = denseValues(gradOutput);
  const sums = new Float64Array(numelOf(gradInput.shape));
  for (let n = 0; n < labels.length; n++) {
    const grad = gradAt(g, n, labels.length, reduction) / classes;
    for (const label of labels[n]!) {
      for (let c = 0; c < classes; c++) {
        const z = 1 - x[n * classes + label]! + x[n * classes + c]!;
        if (member[n * classes + c] !== 0 || z <= 0) continue;
        sums[n * classes + c]! += grad;
        sums[n * classes + label]! -= grad;
      }
    }
  }
  commit(gradInput, sums);
}

function checkedLabels(target: ArrayView, classes: number): Int32Array {
  const labels = indexValues(target);
  for (const label of labels) if (label < 0 || label >= classes) throw new RuntimeError("target out of range");
  return labels;
}

function labelSets(target: ArrayView, classes: number): { labels: Int32Array[]; member: Float64Array } {
  const values = indexValues(target);
  for (const value of values) {
    if (value < -1) throw new RuntimeError("argument #2 'target' is out of range");
    if (value >= classes) throw new RuntimeError("argument #2 'target' is out of range");
  }
  const member = new Float64Array(values.length);
  const labels: Int32Array[] = [];
  for (let start = 0; start < values.length; start += classes) {
    const row = values.subarray(start, start + classes);
    const end = row.indexOf(-1);
    const list = end < 0 ? row : row.subarray(0, end);
    for (const label of list) member[start + label] = 1;
    labels.push(list);
  }
  return { labels, member };
}

function gradAt(g: ArrayLike<number>, n: number, count: number, reduction: Reduction): number {
  return reduction === "none" ? g[n]! : reduction === "mean" ? g[0]! / count : g[0]!;
}

function store(out: ArrayView, losses: Float64Array, reduction: Reduction): void {
  if (reduction === "none") {
    commit(out, losses);
    return;
  }
  const sum = losses.reduce((a, b) => a + b, 0);
  commit(out, Float64Array.of(reduction === "mean" ? sum / losses.length : sum));
}
