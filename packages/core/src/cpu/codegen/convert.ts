import { BOOL, COMPLEX, INTEGER, type Kind } from "../../expr/index.ts";
import {
  Complex,
  type DType,
  type Scalar,
  bool,
  fromBfloat16Bits,
  fromHalfBits,
  toBfloat16Bits,
  toBigInt,
  toComplex,
  toHalfBits,
  toReal,
} from "../../dtype/index.ts";

/**
 * Values inside kernels: truth values are booleans, int64 is bigint, other numbers are numbers,
 * complex ones two numbers. Conversions between dtypes are C's casts as x86 carries them out.
 */

/** Like cvttsd2si: truncates; nan and values out of range give the minimum. */
export function toInt32(x: number): number {
  return x > -2147483649 && x < 2147483648 ? x | 0 : -2147483648;
}

export function roundHalf(x: number): number {
  return fromHalfBits(toHalfBits(x));
}

export function roundBfloat16(x: number): number {
  return fromBfloat16Bits(toBfloat16Bits(x));
}

/** The dtype that a value of `kind` has within a computation of dtype `compute`. */
export function dtypeOfKind(kind: Kind, compute: DType): DType {
  if (kind === BOOL) return bool;
  return kind === COMPLEX ? toComplex(compute) : toReal(compute);
}

/** Bits of precision of the parts of floating and complex numbers. */
export function precision(dtype: DType): number {
  switch (toReal(dtype).name) {
    case "float64":
      return 53;
    case "float32":
      return 24;
    case "float16":
      return 11;
    case "bfloat16":
      return 8;
    default:
      return dtype.category === BOOL ? 1 : 8 * dtype.itemsize;
  }
}

/** Whether every value of `from` is one of `to`, both being numbers of at most double precision. */
export function isExact(from: DType, to: DType): boolean {
  const [source, target] = [toReal(from), toReal(to)];
  if (source === target) return true;
  if (source.name === "bfloat16" && target.name === "float16") return false;
  return precision(source) <= precision(target);
}

/** Wraps an integer to the range of a dtype of at most 32 bits. */
export function wrapInt(x: number, dtype: DType): number {
  switch (dtype.name) {
    case "uint8":
      return x & 255;
    case "int8":
      return (x << 24) >> 24;
    case "int16":
      return (x << 16) >> 16;
    default:
      return x | 0;
  }
}

/** Rounds to the precision of a floating dtype (of a complex dtype's parts). */
export function roundReal(x: number, dtype: DType): number {
  switch (dtype.name) {
    case "float16":
      return roundHalf(x);
    case "bfloat16":
      return roundBfloat16(x);
    case "float32":
    case "complex64":
      return Math.fround(x);
    default:
      return x;
  }
}

/** Converts a value of dtype `from` to dtype `to`. */
export function convertValue(value: Scalar, from: DType, to: DType): Scalar {
  if (to.category === BOOL) return value instanceof Complex ? value.re !== 0 || value.im !== 0 : Number(value) !== 0;
  if (to.category === COMPLEX) {
    if (value instanceof Complex) return new Complex(roundReal(value.re, to), roundReal(value.im, to));
    return new Complex(roundReal(Number(value), to), 0);
  }
  const real = value instanceof Complex ? value.re : value;
  if (to.name === "int64") return typeof real === "bigint" ? real : toBigInt(real);
  if (to.category === INTEGER) {
    if (typeof real === "bigint") return wrapInt(Number(BigInt.asIntN(32, real)), to);
    if (from.category <= INTEGER || to.name === "uint8") return wrapInt(Number(real), to);
    return wrapInt(toInt32(Number(real)), to);
  }
  return roundReal(Number(real), to);
}

/** Texts of the real and imaginary part (null when not complex) of a value. */
export interface ValueText {
  readonly re: string;
  readonly im: string | null;
}

/** Makes a function (or array) available to generated code and returns its name there. */
export type Helper = (value: object) => string;

/** Text of `x` wrapped to the range of an integral dtype of at most 32 bits. */
export function wrapText(x: string, dtype: DType): string {
  switch (dtype.name) {
    case "uint8":
      return `(${x} & 255)`;
    case "int8":
      return `(${x} << 24 >> 24)`;
    case "int16":
      return `(${x} << 16 >> 16)`;
    default:
      return `(${x} | 0)`;
  }
}

function roundText(x: string, dtype: DType, helper: Helper): string {
  switch (dtype.name) {
    case "float16":
      return `${helper(roundHalf)}(${x})`;
    case "bfloat16":
      return `${helper(roundBfloat16)}(${x})`;
    case "float32":
    case "complex64":
      return `Math.fround(${x})`;
    default:
      return x;
  }
}

/** The text twin of {@link convertValue}. `value` must be cheap to repeat. */
export function convertText(value: ValueText, from: DType, to: DType, helper: Helper): ValueText {
  const { re, im } = value;
  if (to === from) return value;
  const plain = (text: string): ValueText => ({ re: text, im: null });
  const real = from.category === BOOL && to.name !== "int64" ? `(${re} ? 1 : 0)` : re;
  const number = from.name === "int64" ? `Number(${real})` : real;
  switch (to.category) {
    case BOOL:
      if (im !== null) return plain(`(${re} !== 0 || ${im} !== 0)`);
      return plain(from.name === "int64" ? `(${re} !== 0n)` : `(${re} !== 0)`);
    case INTEGER:
      if (to.name === "int64") {
        if (from.category === BOOL) return plain(`(${re} ? 1n : 0n)`);
        return plain(from.category === INTEGER ? `BigInt(${re})` : `${helper(toBigInt)}(${re})`);
      }
      if (from.category === BOOL) return plain(real);
      if (from.name === "int64") return plain(wrapText(`Number(BigInt.asIntN(32, ${re}))`, to));
      if (from.category === INTEGER || to.name === "uint8") return plain(wrapText(re, to));
      return plain(to.name === "int32" ? `${helper(toInt32)}(${re})` : wrapText(`${helper(toInt32)}(${re})`, to));
    case COMPLEX: {
      const exact = isExact(from, to);
      const round = (x: string): string => (exact ? x : roundText(x, to, helper));
      return { re: round(number), im: im === null ? "0" : round(im) };
    }
    default:
      return plain(isExact(from, to) ? number : roundText(number, to, helper));
  }
}

/** Text that reads an element of `dtype` at entry `index` of array `array`. */
export function loadText(array: string, index: string, dtype: DType, helper: Helper): ValueText {
  const entry = `${array}[${index}]`;
  switch (dtype.name) {
    case "complex64":
    case "complex128":
      return { re: entry, im: `${array}[${index} + 1]` };
    case "float16":
      return { re: `${helper(fromHalfBits)}(${entry})`, im: null };
    case "bfloat16":
      return { re: `${helper(fromBfloat16Bits)}(${entry})`, im: null };
    case "bool":
      return { re: `(${entry} !== 0)`, im: null };
    default:
      return { re: entry, im: null };
  }
}

/**
 * Text that stores a value computed as `from` (not yet rounded to its precision) as an element of
 * `dtype`. `value` must be cheap to repeat.
 */
export function storeText(
  value: ValueText,
  from: DType,
  array: string,
  index: string,
  dtype: DType,
  helper: Helper,
): string {
  const entry = `${array}[${index}]`;
  let source = value;
  if (from !== dtype && from.category >= 2 && !storeRounds(from, dtype)) {
    const part = toReal(from);
    source = {
      re: roundText(value.re, part, helper),
      im: value.im === null ? null : roundText(value.im, part, helper),
    };
  }
  const { re, im } = convertText(source, from, dtype, helper);
  switch (dtype.name) {
    case "complex64":
    case "complex128":
      return `${entry} = ${re}; ${array}[${index} + 1] = ${im ?? "0"};`;
    case "float16":
      return `${entry} = ${helper(toHalfBits)}(${re});`;
    case "bfloat16":
      return `${entry} = ${helper(toBfloat16Bits)}(${re});`;
    case "bool":
      return `${entry} = ${re} ? 1 : 0;`;
    default:
      return `${entry} = ${re};`;
  }
}

/** Whether storing to `dtype` rounds at least as much as `from` would. */
function storeRounds(from: DType, dtype: DType): boolean {
  const part = toReal(from);
  return (
    part.name === "float64" ||
    (dtype.category >= 2 && (toReal(dtype) === part || (part.name === "float32" && precision(dtype) < 24)))
  );
}
