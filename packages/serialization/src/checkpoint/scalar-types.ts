/** PyTorch's element types as files refer to them. */
import {
  bfloat16,
  bool,
  complex128,
  complex64,
  type DType,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  uint8,
} from "@tt/core";

/** The number in TorchScript's code (c10::ScalarType), and the class of storages in pickles. */
const TYPES: readonly (readonly [number: number, storage: string, dtype: DType])[] = [
  [0, "ByteStorage", uint8],
  [1, "CharStorage", int8],
  [2, "ShortStorage", int16],
  [3, "IntStorage", int32],
  [4, "LongStorage", int64],
  [5, "HalfStorage", float16],
  [6, "FloatStorage", float32],
  [7, "DoubleStorage", float64],
  [9, "ComplexFloatStorage", complex64],
  [10, "ComplexDoubleStorage", complex128],
  [11, "BoolStorage", bool],
  [15, "BFloat16Storage", bfloat16],
];

export const STORAGES: ReadonlyMap<string, DType> = new Map(TYPES.map(([, storage, dtype]) => [storage, dtype]));

const CLASSES: ReadonlyMap<DType, string> = new Map(TYPES.map(([, storage, dtype]) => [dtype, storage]));
const NUMBERS: ReadonlyMap<unknown, DType> = new Map(TYPES.map(([number, , dtype]) => [number, dtype]));

/** The class that PyTorch names for a storage of `dtype`. */
export function storageClass(dtype: DType): string {
  return CLASSES.get(dtype)!;
}

/** The element type behind a number in TorchScript's code; undefined for those that tt lacks. */
export function scalarType(number: unknown): DType | undefined {
  return NUMBERS.get(number);
}
