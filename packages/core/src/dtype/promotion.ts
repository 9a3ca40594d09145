import { Complex, type Scalar } from "./complex.ts";
import {
  bool,
  complex64,
  complex128,
  type DType,
  DTYPES,
  float32,
  float64,
  get_default_dtype,
  int16,
  int64,
  toComplex,
  uint8,
} from "./dtype.ts";

// Order within a category; uint8 joins signed types at int16.
const INTEGER_RANK: Record<string, number> = { uint8: 0, int8: 1, int16: 2, int32: 3, int64: 4 };

function promotePair(a: DType, b: DType): DType {
  if (a === b) return a;
  if (a.category !== b.category) {
    const [low, high] = a.category < b.category ? [a, b] : [b, a];
    if (high.category === 3 && low === float64) return complex128;
    return high;
  }
  if (a.category === 1) {
    if ((a === uint8 && b.name === "int8") || (b === uint8 && a.name === "int8")) return int16;
    return INTEGER_RANK[a.name]! > INTEGER_RANK[b.name]! ? a : b;
  }
  if (a.category === 2) {
    if (a === float64 || b === float64) return float64;
    return float32; // float16 with bfloat16, or either with float32
  }
  return complex128;
}

const TABLE: readonly DType[] = DTYPES.flatMap((a) => DTYPES.map((b) => promotePair(a, b)));

/**
 * The smallest dtype that holds values of both, by PyTorch's table.
 * @example
 * ```ts
 * import { promote_types, int32, float16 } from "@tt/core";
 * promote_types(int32, float16).name; // "float16"
 * ```
 */
export function promote_types(type1: DType, type2: DType): DType {
  return TABLE[type1.id * DTYPES.length + type2.id]!;
}

/** The dtype that a number literal stands for in arithmetic: integral numbers count as integers. */
export function scalarDtype(value: Scalar): DType {
  if (typeof value === "number") return Number.isInteger(value) ? int64 : get_default_dtype();
  if (typeof value === "boolean") return bool;
  if (typeof value === "bigint") return int64;
  return value instanceof Complex ? toComplex(get_default_dtype()) : complex64;
}

interface Operand {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

const isOperand = (value: unknown): value is Operand =>
  typeof value === "object" && value !== null && !(value instanceof Complex) && "shape" in value;

/**
 * The dtype of an arithmetic result: tensors with dimensions decide, then 0-d tensors, then numbers,
 * each later group only where it is of a higher category.
 */
export function resultType(operands: readonly (Operand | Scalar | null)[]): DType {
  let dimensioned: DType | null = null;
  let zeroDim: DType | null = null;
  let wrapped: DType | null = null;
  for (const operand of operands) {
    if (operand === null) continue;
    if (isOperand(operand)) {
      if (operand.shape.length > 0) dimensioned = merge(dimensioned, operand.dtype);
      else zeroDim = merge(zeroDim, operand.dtype);
    } else wrapped = merge(wrapped, scalarDtype(operand));
  }
  return raise(raise(dimensioned, zeroDim), wrapped)!;
}

function merge(current: DType | null, next: DType): DType {
  return current === null ? next : promote_types(current, next);
}

function raise(high: DType | null, low: DType | null): DType | null {
  if (high === null) return low;
  if (low === null || low.category <= high.category) return high;
  return high.category === 2 ? toComplex(high) : promote_types(high, low);
}

/** Whether values of `from` may be stored as `to` without losing their category. */
export function can_cast(from: DType, to: DType): boolean {
  return from.category <= to.category;
}

const CAPITALISED: Record<string, string> = {
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

/** The C++ name that PyTorch's messages use, such as "Float". */
export function scalarTypeName(dtype: DType): string {
  return CAPITALISED[dtype.name]!;
}
