import { indexValues } from "../indices.ts";
import { type ArrayView, commit, denseValues, isDense, numelOf } from "../view.ts";
import { moveElements } from "./elements.ts";
import { offsetsOf, offsetsOfSlices, withinBounds } from "./offsets.ts";

/**
 * Rows of `weight` [count, width] at `indices` (any shape) into `out` [...indices, width].
 * @throws IndexError when an index is out of range
 */
export function embedding(out: ArrayView, weight: ArrayView, indices: ArrayView): void {
  const rows = withinBounds(indices, weight.shape[0]!, () => "index out of range in self");
  const width = weight.shape[1]!;
  const { array, offset } = weight;
  const target = out.array;
  if (
    weight.strides[1] === 1 &&
    isDense(out) &&
    out.dtype.lanes === 1 &&
    target instanceof Float32Array &&
    array instanceof Float32Array
  ) {
    let to = out.offset;
    for (let i = 0; i < rows.length; i++) {
      let from = offset + rows[i]! * weight.strides[0]!;
      for (let j = 0; j < width; j++) target[to++] = array[from++]!;
    }
    return;
  }
  moveElements(target, offsetsOf(out), array, offsetsOfSlices(weight, 0, rows), out.dtype.lanes);
}

/**
 * Sums the rows of `gradOutput` by index into `gradWeight` [count, width]; rows of `paddingIdx` are skipped (-1:
 * none), and with `scaleGradByFreq` each row is divided by how often its index occurs. Real floating dtypes.
 */
export function embeddingBackward(
  gradWeight: ArrayView,
  gradOutput: ArrayView,
  indices: ArrayView,
  paddingIdx = -1,
  scaleGradByFreq = false,
): void {
  const [count, width] = gradWeight.shape as readonly [number, number];
  const rows = indexValues(indices);
  const grad = denseValues(gradOutput);
  const sums = new Float64Array(numelOf(gradWeight.shape));
  const frequency = new Int32Array(count);
  for (let i = 0; i < rows.length; i++) frequency[rows[i]!]!++;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row === paddingIdx) continue;
    const scale = scaleGradByFreq ? 1 / frequency[row]! : 1;
    const to = row * width;
    const from = i * width;
    for (let j = 0; j < width; j++) sums[to + j]! += grad[from + j]! * scale;
  }
  commit(gradWeight, sums);
}
