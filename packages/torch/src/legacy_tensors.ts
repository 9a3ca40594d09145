import {
  bfloat16,
  bool,
  type DType,
  empty,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  tensor,
  Tensor,
  type TensorData,
  uint8,
} from "@tt/core";

/** PyTorch's old constructors: sizes give a tensor without values, a list its values. */
export interface LegacyTensor {
  (...sizes: number[]): Tensor;
  (data: TensorData): Tensor;
  new (...sizes: number[]): Tensor;
  new (data: TensorData): Tensor;
}

function legacy(name: string, dtype: DType): LegacyTensor {
  // A function, not an arrow: Python programs that are ported write `new torch.FloatTensor(...)` too.
  const construct = function (...args: readonly (number | TensorData)[]): Tensor {
    const [first] = args;
    if (args.every((arg) => typeof arg === "number")) return empty(args.length === 0 ? [0] : [...args], { dtype });
    if (first instanceof Tensor) return first.to(dtype);
    return tensor(first as TensorData, { dtype });
  };
  Object.defineProperty(construct, "name", { value: name });
  return construct as unknown as LegacyTensor;
}

export const FloatTensor: LegacyTensor = legacy("FloatTensor", float32);
export const DoubleTensor: LegacyTensor = legacy("DoubleTensor", float64);
export const HalfTensor: LegacyTensor = legacy("HalfTensor", float16);
export const BFloat16Tensor: LegacyTensor = legacy("BFloat16Tensor", bfloat16);
export const ByteTensor: LegacyTensor = legacy("ByteTensor", uint8);
export const CharTensor: LegacyTensor = legacy("CharTensor", int8);
export const ShortTensor: LegacyTensor = legacy("ShortTensor", int16);
export const IntTensor: LegacyTensor = legacy("IntTensor", int32);
export const LongTensor: LegacyTensor = legacy("LongTensor", int64);
export const BoolTensor: LegacyTensor = legacy("BoolTensor", bool);
