import {
  DType,
  bfloat16,
  bool,
  complex128,
  complex64,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  uint8,
  NotImplementedError,
} from "@tt/core";

/** PyTorch's numbers of element types. */
const DTYPES: Readonly<Record<number, DType>> = {
  0: uint8,
  1: int8,
  2: int16,
  3: int32,
  4: int64,
  5: float16,
  6: float32,
  7: float64,
  9: complex64,
  10: complex128,
  11: bool,
  15: bfloat16,
};

/** The element type behind TorchScript's number of it. */
export function dtypeOf(value: unknown): DType {
  if (value instanceof DType) return value;
  const dtype = DTYPES[value as number];
  if (dtype === undefined) throw new NotImplementedError(`TorchScript: element type ${String(value)} is not supported`);
  return dtype;
}
