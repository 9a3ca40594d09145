import { IndexError } from "../../errors.ts";
import { indexValues } from "../indices.ts";
import { type ArrayView, commit, denseValues, numelOf, outValues } from "../view.ts";

export type Reduction = "none" | "mean" | "sum";

/**
 * Negative log likelihood. `input` is [C], [N, C] or [N, C, ...] of log probabilities, `target` (integers) the same
 * without C. `out` is like `target` for "none", else a scalar; `totalWeight` (scalar) receives the sum of the weights,
 * by which "mean" divides. Targets equal to `ignoreIndex` do not count.
 * @throws IndexError when a target is out of bounds; nothing is written then
 */
export function nllLoss(
  out: ArrayView,
  totalWeight: ArrayView,
  input: ArrayView,
  target: ArrayView,
  weight: ArrayView | null,
  reduction: Reduction,
  ignoreIndex: number,
): void {
  const { classes, plane } = layout(input.shape);
  const labels = checkedTargets(target, classes, ignoreIndex);
  const x = denseValues(input);
  const w = weight && denseValues(weight);
  const losses = new Float64Array(reduction === "none" ? labels.length : 1);
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === ignoreIndex) continue;
    const factor = w === null ? 1 : w[label]!;
    const loss = -x[(Math.floor(i / plane) * classes + label) * plane + (i % plane)]! * factor;
    if (reduction === "none") losses[i] = loss;
    else losses[0]! += loss;
    total += factor;
  }
  if (reduction === "mean") losses[0]! /= total;
  commit(out, losses);
  commit(totalWeight, Float64Array.of(reduction === "none" ? 0 : total));
}

/** Gradient of {@link nllLoss} with respect to its input. */
export function nllLossBackward(
  gradInput: ArrayView,
  gradOutput: ArrayView,
  target: ArrayView,
  weight: ArrayView | null,
  totalWeight: ArrayView,
  reduction: Reduction,
  ignoreIndex: number,
): void {
  const { classes, plane } = layout(gradInput.shape);
  const labels = checkedTargets(target, classes, ignoreIndex);
  const g = denseValues(gradOutput);
  const w = weight && denseValues(weight);
  const gx = outValues(gradInput);
  const scale = reduction === "mean" ? 1 / denseValues(totalWeight)[0]! : 1;
  gx.fill(0);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === ignoreIndex) continue;
    const grad = reduction === "none" ? g[i]! : g[0]! * scale;
    gx[(Math.floor(i / plane) * classes + label) * plane + (i % plane)] = -grad * (w === null ? 1 : w[label]!);
  }
  commit(gradInput, gx);
}

function layout(shape: readonly number[]): { classes: number; plane: number } {
  return { classes: shape[shape.length === 1 ? 0 : 1]!, plane: numelOf(shape.slice(2)) };
}

function checkedTargets(target: ArrayView, classes: number, ignoreIndex: number): Int32Array {
  const labels = indexValues(target);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label !== ignoreIndex && (label < 0 || label >= classes))
      throw new IndexError(`Target ${label} is out of bounds.`);
  }
  return labels;
}
