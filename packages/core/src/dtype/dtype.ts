/** The element types of tensors, with PyTorch's names. */

export type DTypeName =
  | "uint8"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "complex64"
  | "complex128"
  | "bool";

/** Makes `console.log` in Node print `text(value)`. */
export function inspectAs<T extends object>(prototype: T, text: (value: T) => string): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: T): string {
      return text(this);
    },
    configurable: true,
  });
}

/** Typed arrays that hold tensor elements. */
export type TypedArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint16Array
  | Float32Array
  | Float64Array;

export interface TypedArrayConstructor {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** Promotion category: any result of mixing categories has the higher one. */
export type Category = 0 | 1 | 2 | 3; // bool, integral, floating, complex

/**
 * A tensor's element type, such as `torch.float32`.
 *
 * Storage: float16 and bfloat16 are held as their 16 raw bits, bool as bytes 0 and 1, int64 in a
 * BigInt64Array, complex numbers as interleaved (re, im) pairs.
 */
export class DType<N extends DTypeName = DTypeName> {
  readonly name: N;
  /** Dense index for kernel tables, 0..11. */
  readonly id: number;
  /** Bytes per element. */
  readonly itemsize: number;
  readonly category: Category;
  readonly ArrayType: TypedArrayConstructor;
  /** Typed-array entries per element: 2 for complex, else 1. */
  readonly lanes: 1 | 2;

  constructor(name: N, id: number, category: Category, ArrayType: TypedArrayConstructor, lanes: 1 | 2) {
    this.name = name;
    this.id = id;
    this.category = category;
    this.ArrayType = ArrayType;
    this.lanes = lanes;
    this.itemsize = ArrayType.BYTES_PER_ELEMENT * lanes;
  }

  get is_floating_point(): boolean {
    return this.category === 2;
  }

  get is_complex(): boolean {
    return this.category === 3;
  }

  get is_signed(): boolean {
    return this.name !== "uint8" && this.name !== "bool";
  }

  toString(): string {
    return `torch.${this.name}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

inspectAs(DType.prototype, (dtype) => dtype.toString());

export const uint8: DType<"uint8"> = new DType("uint8", 0, 1, Uint8Array, 1);
export const int8: DType<"int8"> = new DType("int8", 1, 1, Int8Array, 1);
export const int16: DType<"int16"> = new DType("int16", 2, 1, Int16Array, 1);
export const int32: DType<"int32"> = new DType("int32", 3, 1, Int32Array, 1);
export const int64: DType<"int64"> = new DType("int64", 4, 1, BigInt64Array, 1);
export const float16: DType<"float16"> = new DType("float16", 5, 2, Uint16Array, 1);
export const bfloat16: DType<"bfloat16"> = new DType("bfloat16", 6, 2, Uint16Array, 1);
export const float32: DType<"float32"> = new DType("float32", 7, 2, Float32Array, 1);
export const float64: DType<"float64"> = new DType("float64", 8, 2, Float64Array, 1);
export const complex64: DType<"complex64"> = new DType("complex64", 9, 3, Float32Array, 2);
export const complex128: DType<"complex128"> = new DType("complex128", 10, 3, Float64Array, 2);
export const bool: DType<"bool"> = new DType("bool", 11, 0, Uint8Array, 1);

export const float: DType<"float32"> = float32;
export const double: DType<"float64"> = float64;
export const half: DType<"float16"> = float16;
export const short: DType<"int16"> = int16;
export const int: DType<"int32"> = int32;
export const long: DType<"int64"> = int64;
export const cfloat: DType<"complex64"> = complex64;
export const cdouble: DType<"complex128"> = complex128;

/** All dtypes, indexed by {@link DType.id}. */
export const DTYPES: readonly DType[] = [
  uint8,
  int8,
  int16,
  int32,
  int64,
  float16,
  bfloat16,
  float32,
  float64,
  complex64,
  complex128,
  bool,
];

let defaultDtype: DType = float32;

/** The dtype given to floating-point literals and factories; float32 unless changed. */
export function get_default_dtype(): DType {
  return defaultDtype;
}

/**
 * Sets the dtype given to floating-point literals and factories.
 * @throws TypeError when `dtype` is not a floating-point dtype
 */
export function set_default_dtype(dtype: DType): void {
  if (!(dtype instanceof DType) || !dtype.is_floating_point) {
    throw new TypeError("only floating-point types are supported as the default type");
  }
  defaultDtype = dtype;
}

/** The complex dtype whose parts have the precision of `dtype`. */
export function toComplex(dtype: DType): DType {
  if (dtype.is_complex) return dtype;
  return dtype === float64 ? complex128 : complex64;
}

/** The dtype of the real part of `dtype`. */
export function toReal(dtype: DType): DType {
  if (dtype === complex64) return float32;
  if (dtype === complex128) return float64;
  return dtype;
}
