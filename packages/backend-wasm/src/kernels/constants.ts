import { bfloat16, Complex, type DType, float16, int64, type Scalar, toBigInt } from "@tt/core";
import { fromBfloat16Bits, fromHalfBits, toBfloat16Bits, toHalfBits } from "@tt/core";

const words = new Int32Array(2);
const long = new BigInt64Array(words.buffer);

/**
 * Appends a scalar's parameters in a computation of dtype `compute`.
 *
 * @param exact - round to half precision, as comparisons do; arithmetic on halves keeps scalars in single precision
 */
export function pushConstant(args: number[], value: Scalar, compute: DType, exact: boolean): void {
  switch (compute.category) {
    case 0:
      args.push(value instanceof Complex ? Number(value.re !== 0 || value.im !== 0) : Number(Number(value) !== 0));
      return;
    case 1: {
      const real = value instanceof Complex ? value.re : value;
      if (compute === int64) {
        long[0] = toBigInt(real);
        args.push(words[0]!, words[1]!);
      } else args.push(wrapped(typeof real === "bigint" ? Number(BigInt.asIntN(32, real)) : Number(real), compute));
      return;
    }
    case 2:
      args.push(roundedTo(Number(value instanceof Complex ? value.re : value), exact ? compute : null));
      return;
    case 3:
      if (value instanceof Complex) args.push(value.re, value.im);
      else args.push(Number(value), 0);
  }
}

function wrapped(x: number, { name }: DType): number {
  if (name === "uint8") return x & 255;
  if (name === "int8") return (x << 24) >> 24;
  return name === "int16" ? (x << 16) >> 16 : x | 0;
}

function roundedTo(x: number, dtype: DType | null): number {
  if (dtype === float16) return fromHalfBits(toHalfBits(x));
  return dtype === bfloat16 ? fromBfloat16Bits(toBfloat16Bits(x)) : x;
}
