import { type ArrayView, elementOffsets, isDense, numelOf } from "./view.ts";

const LARGEST = 2 ** 31 - 1;

/** The two 32-bit words of every entry. Reading them spares an allocated bigint per element. */
export function wordsOf(array: BigInt64Array): Int32Array {
  return new Int32Array(array.buffer, array.byteOffset, 2 * array.length);
}

/** Values of an integer view in row-major order, saturated to 32 bits: what lies beyond is out of any bounds. */
export function indexValues(view: ArrayView): Int32Array {
  const { array, offset } = view;
  const n = numelOf(view.shape);
  const dense = isDense(view);
  if (dense && array instanceof Int32Array && view.dtype.lanes === 1) return array.subarray(offset, offset + n);
  const result = new Int32Array(n);
  const offsets = dense ? null : elementOffsets(view.shape, view.strides, offset);
  if (array instanceof BigInt64Array) {
    const words = wordsOf(array);
    for (let i = 0; i < n; i++) {
      const at = 2 * (offsets === null ? offset + i : offsets[i]!);
      const low = words[at]!;
      const high = words[at + 1]!;
      result[i] = high === low >> 31 ? low : high < 0 ? -LARGEST - 1 : LARGEST;
    }
  } else {
    for (let i = 0; i < n; i++) result[i] = array[offsets === null ? offset + i : offsets[i]!] as number;
  }
  return result;
}

/** Stores `values` (row-major) into an int64 or int32 view. */
export function commitIndices(out: ArrayView, values: Int32Array): void {
  const { array, offset } = out;
  const offsets = isDense(out) ? null : elementOffsets(out.shape, out.strides, offset);
  if (array instanceof BigInt64Array) {
    const words = wordsOf(array);
    for (let i = 0; i < values.length; i++) {
      const at = 2 * (offsets === null ? offset + i : offsets[i]!);
      words[at] = values[i]!;
      words[at + 1] = values[i]! >> 31;
    }
    return;
  }
  for (let i = 0; i < values.length; i++)
    (array as Int32Array)[offsets === null ? offset + i : offsets[i]!] = values[i]!;
}
