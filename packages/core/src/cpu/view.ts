import { bfloat16, type DType, float16, float32, float64, type TypedArray } from "../dtype/dtype.ts";
import { fromBfloat16Bits, fromHalfBits, toBfloat16Bits, toHalfBits } from "../dtype/half.ts";
import { isContiguous, numelOf } from "../layout.ts";

export { numelOf };

/** What a host kernel sees of a tensor; Tensor satisfies it structurally. */
export interface ArrayView {
  /** Entries of the whole storage (complex: interleaved pairs). */
  readonly array: TypedArray;
  readonly shape: readonly number[];
  /** In elements, not entries. */
  readonly strides: readonly number[];
  /** In elements. */
  readonly offset: number;
  readonly dtype: DType;
}

/** Working values of a kernel that computes in floating point. */
export type Numbers = Float32Array | Float64Array;

/** Whether the elements lie in row-major order without gaps. */
export function isDense(view: ArrayView): boolean {
  return isContiguous(view.shape, view.strides);
}

/** Entry offsets of all elements in row-major order, for views that are not dense. */
export function elementOffsets(shape: readonly number[], strides: readonly number[], offset: number): Int32Array {
  const n = numelOf(shape);
  const result = new Int32Array(n);
  if (n === 0) return result;
  result[0] = offset;
  let filled = 1;
  // Each pass repeats what is there along one more leading dimension.
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d]!;
    const stride = strides[d]!;
    const block = filled;
    for (let i = 1; i < size; i++) {
      const shift = i * stride;
      for (let j = 0; j < block; j++) result[filled++] = result[j]! + shift;
    }
  }
  return result;
}

/**
 * The view's values in row-major order. Dense float32 and float64 views are not copied: the result
 * then aliases the tensor's memory. Halves are decoded to float32, everything else becomes float64
 * (int64 rounds beyond 2^53).
 */
export function denseValues(view: ArrayView): Numbers {
  const { dtype, offset } = view;
  const n = numelOf(view.shape);
  const dense = isDense(view);
  if (dense && (dtype === float32 || dtype === float64)) {
    const array = view.array as Numbers;
    return offset === 0 && array.length === n ? array : array.subarray(offset, offset + n);
  }
  const result =
    dtype === float32 || dtype === float16 || dtype === bfloat16 ? new Float32Array(n) : new Float64Array(n);
  copyValues(result, 0, view, dense ? null : elementOffsets(view.shape, view.strides, offset));
  return result;
}

/** As {@link denseValues}, but always float64 and never an alias. */
export function denseDoubles(view: ArrayView): Float64Array {
  const result = new Float64Array(numelOf(view.shape));
  copyValues(result, 0, view, isDense(view) ? null : elementOffsets(view.shape, view.strides, view.offset));
  return result;
}

function copyValues(result: Numbers, at: number, view: ArrayView, offsets: Int32Array | null): void {
  const { array, dtype, offset } = view;
  const n = numelOf(view.shape);
  const load = loaderOf(dtype);
  if (offsets === null) for (let i = 0; i < n; i++) result[at + i] = load(array, offset + i);
  else if (dtype === float32) copyFloat32(result, at, array as Float32Array, offsets);
  else for (let i = 0; i < n; i++) result[at + i] = load(array, offsets[i]!);
}

function copyFloat32(result: Numbers, at: number, array: Float32Array, offsets: Int32Array): void {
  for (let i = 0; i < offsets.length; i++) result[at + i] = array[offsets[i]!]!;
}

/** A row-major buffer for the values of `out`: its own memory when that is dense float32 or float64. Finish with {@link commit}. */
export function outValues(out: ArrayView): Numbers {
  const { dtype, offset } = out;
  const n = numelOf(out.shape);
  if ((dtype === float32 || dtype === float64) && isDense(out)) {
    const array = out.array as Numbers;
    return offset === 0 && array.length === n ? array : array.subarray(offset, offset + n);
  }
  return dtype === float32 || dtype === float16 || dtype === bfloat16 ? new Float32Array(n) : new Float64Array(n);
}

/** Stores `values` (row-major) into `out`, rounding to its dtype; nothing to do when they are its own memory. */
export function commit(out: ArrayView, values: Numbers): void {
  const { array, dtype, offset } = out;
  // One buffer may hold several tensors.
  if (values.buffer === array.buffer && values.byteOffset === array.byteOffset + offset * array.BYTES_PER_ELEMENT)
    return;
  const store = storerOf(dtype);
  if (isDense(out)) {
    for (let i = 0; i < values.length; i++) store(array, offset + i, values[i]!);
    return;
  }
  const offsets = elementOffsets(out.shape, out.strides, offset);
  for (let i = 0; i < values.length; i++) store(array, offsets[i]!, values[i]!);
}

export type Load = (array: TypedArray, index: number) => number;
export type Store = (array: TypedArray, index: number, value: number) => void;

const loadPlain: Load = (array, index) => array[index] as number;
const loadFloat32: Load = (array, index) => (array as Float32Array)[index]!;
const loadHalf: Load = (array, index) => fromHalfBits(array[index] as number);
const loadBfloat16: Load = (array, index) => fromBfloat16Bits(array[index] as number);
const loadInt64: Load = (array, index) => Number((array as BigInt64Array)[index]!);

const storePlain: Store = (array, index, value) => {
  (array as Float64Array)[index] = value;
};
const storeFloat32: Store = (array, index, value) => {
  (array as Float32Array)[index] = value;
};
const storeHalf: Store = (array, index, value) => {
  (array as Uint16Array)[index] = toHalfBits(value);
};
const storeBfloat16: Store = (array, index, value) => {
  (array as Uint16Array)[index] = toBfloat16Bits(value);
};
const storeInt64: Store = (array, index, value) => {
  (array as BigInt64Array)[index] = Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n);
};
const storeBool: Store = (array, index, value) => {
  (array as Uint8Array)[index] = value !== 0 ? 1 : 0;
};

/** The function that reads one entry of a real dtype as a number. */
export function loaderOf(dtype: DType): Load {
  switch (dtype.name) {
    case "float32":
      return loadFloat32;
    case "float16":
      return loadHalf;
    case "bfloat16":
      return loadBfloat16;
    case "int64":
      return loadInt64;
    default:
      return loadPlain;
  }
}

/** The function that stores a number as one entry of a real dtype, rounding or wrapping. */
export function storerOf(dtype: DType): Store {
  switch (dtype.name) {
    case "float32":
      return storeFloat32;
    case "float16":
      return storeHalf;
    case "bfloat16":
      return storeBfloat16;
    case "int64":
      return storeInt64;
    case "bool":
      return storeBool;
    default:
      return storePlain;
  }
}

/** Real view of the real (part 0) or imaginary (part 1) parts of a complex view. */
export function partOf(view: ArrayView, part: 0 | 1): ArrayView {
  return {
    array: view.array,
    shape: view.shape,
    strides: view.strides.map((stride) => 2 * stride),
    offset: 2 * view.offset + part,
    dtype: view.array instanceof Float32Array ? float32 : float64,
  };
}
