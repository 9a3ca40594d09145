import { RuntimeError } from "../../errors.ts";
import { indexValues } from "../indices.ts";
import { type ArrayView, commit, denseValues, outValues } from "../view.ts";
import { planesOf, spatialOf, volumeOf } from "./planes.ts";

/**
 * Puts `input` [..., spatial] at `indices` (flat in the spatial dimensions of `out`), zeros elsewhere.
 * @throws RuntimeError when an index lies outside the output plane; nothing is written then
 */
export function maxUnpool(out: ArrayView, input: ArrayView, indices: ArrayView, rank: number): void {
  const at = checkedIndices(indices, out.shape, rank);
  const values = outValues(out);
  const source = denseValues(input);
  const planes = planesOf(out.shape, rank);
  const from = planes === 0 ? 0 : source.length / planes;
  const to = volumeOf(spatialOf(out.shape, rank));
  values.fill(0);
  for (let i = 0; i < source.length; i++) values[Math.floor(i / from) * to + at[i]!] = source[i]!;
  commit(out, values);
}

/** gradInput = gradOutput at `indices`. */
export function maxUnpoolBackward(gradInput: ArrayView, gradOutput: ArrayView, indices: ArrayView, rank: number): void {
  const at = checkedIndices(indices, gradOutput.shape, rank);
  const values = outValues(gradInput);
  const grad = denseValues(gradOutput);
  const planes = planesOf(gradOutput.shape, rank);
  const to = planes === 0 ? 0 : values.length / planes;
  const from = volumeOf(spatialOf(gradOutput.shape, rank));
  for (let i = 0; i < values.length; i++) values[i] = grad[Math.floor(i / to) * from + at[i]!]!;
  commit(gradInput, values);
}

function checkedIndices(indices: ArrayView, shape: readonly number[], rank: number): Int32Array {
  const at = indexValues(indices);
  const volume = volumeOf(spatialOf(shape, rank));
  for (let i = 0; i < at.length; i++) {
    if (at[i]! < 0 || at[i]! >= volume) {
      // PyTorch unpools one dimension as an image of width 1, and leaves the parenthesis open.
      const sizes = [...shape.slice(shape.length - rank), ...(rank === 1 ? [1] : [])].join("x");
      throw new RuntimeError(`Found an invalid max index: ${at[i]} (output volumes are of size ${sizes}`);
    }
  }
  return at;
}
