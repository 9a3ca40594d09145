import { collectElements, moveElements } from "../index/elements.ts";
import { offsetsOf } from "../index/offsets.ts";
import { type ArrayView, commit, denseValues, isDense, numelOf, partOf } from "../view.ts";

export type PadMode = "reflect" | "replicate" | "circular";

/**
 * Pads the last dimensions of `input` by repeating its own elements, to the size of `out`. `before` has the number of
 * elements in front of each of the last dimensions (negative: cut off). Every dtype.
 */
export function pad(out: ArrayView, input: ArrayView, before: readonly number[], mode: PadMode): void {
  const positions = sources(out.shape, input.shape, before, mode);
  const offsets = offsetsOf(input);
  const from = positions.map((at) => offsets[at]!);
  if (isDense(out)) collectElements(out.array, out.offset, input.array, from, out.dtype.lanes);
  else moveElements(out.array, offsetsOf(out), input.array, from, out.dtype.lanes);
}

/** Gradient of {@link pad} with respect to its input. */
export function padBackward(
  gradInput: ArrayView,
  gradOutput: ArrayView,
  before: readonly number[],
  mode: PadMode,
): void {
  if (gradInput.dtype.is_complex) {
    padBackward(partOf(gradInput, 0), partOf(gradOutput, 0), before, mode);
    padBackward(partOf(gradInput, 1), partOf(gradOutput, 1), before, mode);
    return;
  }
  const positions = sources(gradOutput.shape, gradInput.shape, before, mode);
  const grad = denseValues(gradOutput);
  const sums = new Float64Array(numelOf(gradInput.shape));
  for (let i = 0; i < positions.length; i++) sums[positions[i]!]! += grad[i]!;
  commit(gradInput, sums);
}

/** Row-major position in `from` of every element of `to`. */
function sources(to: readonly number[], from: readonly number[], before: readonly number[], mode: PadMode): Int32Array {
  let result = Int32Array.of(0);
  for (let d = 0; d < to.length; d++) {
    const size = from[d]!;
    const shift = before[d - to.length + before.length] ?? 0;
    const next = new Int32Array(result.length * to[d]!);
    let at = 0;
    for (const base of result) {
      for (let i = 0; i < to[d]!; i++) next[at++] = base * size + inside(i - shift, size, mode);
    }
    result = next;
  }
  return result;
}

function inside(i: number, size: number, mode: PadMode): number {
  if (mode === "replicate") return Math.min(Math.max(i, 0), size - 1);
  if (mode === "circular") return ((i % size) + size) % size;
  return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
}
