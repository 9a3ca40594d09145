import { Complex, type Scalar } from "./complex.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { fromBfloat16Bits, fromHalfBits, toBfloat16Bits, toHalfBits } from "./half.ts";

/** Reads the element at `index` (counted in elements, not array entries) as a JavaScript value. */
export function readElement(array: TypedArray, dtype: DType, index: number): Scalar {
  switch (dtype.name) {
    case "complex64":
    case "complex128":
      return new Complex(Number(array[2 * index]), Number(array[2 * index + 1]));
    case "bool":
      return array[index] !== 0;
    case "float16":
      return fromHalfBits(array[index] as number);
    case "bfloat16":
      return fromBfloat16Bits(array[index] as number);
    default:
      return array[index]!;
  }
}

/** Writes a JavaScript value as the element at `index`, converting as PyTorch's `fill_` does. */
export function writeElement(array: TypedArray, dtype: DType, index: number, value: Scalar): void {
  switch (dtype.name) {
    case "complex64":
    case "complex128":
      (array as Float64Array)[2 * index] = value instanceof Complex ? value.re : Number(value);
      (array as Float64Array)[2 * index + 1] = value instanceof Complex ? value.im : 0;
      return;
    case "bool":
      (array as Uint8Array)[index] =
        value instanceof Complex ? Number(value.re !== 0 || value.im !== 0) : Number(value) !== 0 ? 1 : 0;
      return;
    case "float16":
      (array as Uint16Array)[index] = toHalfBits(toNumber(value));
      return;
    case "bfloat16":
      (array as Uint16Array)[index] = toBfloat16Bits(toNumber(value));
      return;
    case "int64":
      (array as BigInt64Array)[index] = toBigInt(value);
      return;
    default:
      (array as Float64Array)[index] =
        typeof value === "bigint" ? Number(BigInt.asIntN(dtype.category === 1 ? 32 : 64, value)) : toNumber(value);
  }
}

function toNumber(value: Scalar): number {
  return value instanceof Complex ? value.re : Number(value);
}

/** Truncates towards zero; out-of-range and nan give the minimum, as x86's conversion does. */
export function toBigInt(value: Scalar): bigint {
  if (typeof value === "bigint") return value;
  const number = toNumber(value);
  if (!(Math.abs(number) < 2 ** 63)) return -(2n ** 63n);
  return BigInt(Math.trunc(number));
}
