import type { DType, DTypeName, TypedArray } from "../dtype/dtype.ts";
import { toBigInt } from "../dtype/element.ts";
import { fromBfloat16Bits, fromHalfBits, toBfloat16Bits, toHalfBits } from "../dtype/half.ts";
import { RuntimeError } from "../errors.ts";

/** Arrays that take a computed number as it is. */
export type FloatArray = Float32Array | Float64Array;

/** `out` itself where it can take numbers, else a buffer for {@link store} to convert. */
export function workspace(out: TypedArray, dtype: DType, n: number): FloatArray {
  return dtype.name === "float32" || dtype.name === "float64" ? (out as FloatArray) : new Float64Array(n);
}

/** Converts the numbers of a {@link workspace} to `dtype` in `out`. */
export function store(out: TypedArray, dtype: DType, work: FloatArray, n: number): void {
  if ((work as TypedArray) === out) return;
  switch (dtype.name) {
    case "float16":
      for (let i = 0; i < n; i++) (out as Uint16Array)[i] = toHalfBits(work[i]!);
      return;
    case "bfloat16":
      for (let i = 0; i < n; i++) (out as Uint16Array)[i] = toBfloat16Bits(work[i]!);
      return;
    case "int64":
      for (let i = 0; i < n; i++) (out as BigInt64Array)[i] = toBigInt(work[i]!);
      return;
    default:
      for (let i = 0; i < n; i++) (out as Int32Array)[i] = work[i]!;
  }
}

/** The elements of a floating-point array as numbers; no copy where it holds numbers. */
export function numbers(array: TypedArray, dtype: DType, n: number): FloatArray {
  if (dtype.name !== "float16" && dtype.name !== "bfloat16") return array as FloatArray;
  const decode = dtype.name === "float16" ? fromHalfBits : fromBfloat16Bits;
  const result = new Float32Array(n);
  for (let i = 0; i < n; i++) result[i] = decode((array as Uint16Array)[i]!);
  return result;
}

/** Low and high words of an int64 array, for writing integers without BigInt. */
export function int64Words(out: TypedArray): Int32Array {
  return new Int32Array(out.buffer, out.byteOffset, out.length * 2);
}

/** `value` rounded to a floating-point dtype. */
export function round(value: number, dtype: DType): number {
  switch (dtype.name) {
    case "float16":
      return fromHalfBits(toHalfBits(value));
    case "bfloat16":
      return fromBfloat16Bits(toBfloat16Bits(value));
    case "float32":
      return Math.fround(value);
    default:
      return value;
  }
}

/** Digits of the significand, least normal and greatest number of a floating-point dtype. */
export interface FloatLimits {
  readonly digits: number;
  readonly tiny: number;
  readonly max: number;
}

const FLOAT_LIMITS: Partial<Record<DTypeName, FloatLimits>> = {
  float16: { digits: 11, tiny: 2 ** -14, max: 65504 },
  bfloat16: { digits: 8, tiny: 2 ** -126, max: (2 - 2 ** -7) * 2 ** 127 },
  float32: { digits: 24, tiny: 2 ** -126, max: (2 - 2 ** -23) * 2 ** 127 },
  float64: { digits: 53, tiny: 2 ** -1022, max: Number.MAX_VALUE },
};

/** @throws RuntimeError in PyTorch's words when `dtype` is not a floating-point dtype */
export function floatLimits(kernel: string, dtype: DType): FloatLimits {
  return FLOAT_LIMITS[dtype.name] ?? notImplemented(kernel, dtype);
}

/** PyTorch's `ScalarType` names, which its messages use. */
const SCALAR_TYPE: Record<DTypeName, string> = {
  uint8: "Byte",
  int8: "Char",
  int16: "Short",
  int32: "Int",
  int64: "Long",
  float16: "Half",
  bfloat16: "BFloat16",
  float32: "Float",
  float64: "Double",
  complex64: "ComplexFloat",
  complex128: "ComplexDouble",
  bool: "Bool",
};

export function scalarType(dtype: DType): string {
  return SCALAR_TYPE[dtype.name];
}

export function notImplemented(kernel: string, dtype: DType): never {
  throw new RuntimeError(`"${kernel}" not implemented for '${scalarType(dtype)}'`);
}

/** The names of C++ that PyTorch's bounds errors use. */
const C_TYPE: Record<DTypeName, string> = {
  uint8: "unsigned char",
  int8: "signed char",
  int16: "short int",
  int32: "int",
  int64: "long int",
  float16: "c10::Half",
  bfloat16: "c10::BFloat16",
  float32: "float",
  float64: "double",
  complex64: "c10::complex<float>",
  complex128: "c10::complex<double>",
  bool: "bool",
};

/** @throws RuntimeError when `value` is outside [min, max] */
export function checkBounds(
  value: number | bigint,
  name: string,
  min: number | bigint,
  max: number | bigint,
  dtype: DType,
): void {
  if (!(value >= min && value <= max)) throw new RuntimeError(`${name} is out of bounds for ${C_TYPE[dtype.name]}`);
}

/** A number as C++ streams write it in PyTorch's messages: six digits, `nan`, `1e-05`. */
export function show(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const [digits, exponent] = value.toExponential(5).split("e") as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)));
  return `${Number(digits)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
