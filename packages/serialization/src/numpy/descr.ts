/** NumPy's type strings, such as `<f4`, and PyTorch's dtypes. */
import {
  type DType,
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
} from "@tt/core";

const BY_CODE: Readonly<Record<string, DType>> = {
  b1: bool,
  u1: uint8,
  i1: int8,
  i2: int16,
  i4: int32,
  i8: int64,
  f2: float16,
  f4: float32,
  f8: float64,
  c8: complex64,
  c16: complex128,
};

export interface Descr {
  readonly dtype: DType;
  readonly bigEndian: boolean;
}

/**
 * Reads a type string; without an order mark the bytes are little-endian.
 * @throws TypeError for types that no tensor has (text, objects, dates, records, uint16...)
 */
export function parseDescr(descr: string): Descr {
  const match = /^([<>|=]?)([a-zA-Z?])(\d*)$/.exec(descr);
  const code = match?.[2] === "?" ? "b1" : `${match?.[2] ?? ""}${match?.[3] ?? ""}`;
  const dtype = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  if (!dtype)
    throw new TypeError(
      `can't convert np.ndarray of type ${JSON.stringify(descr)}. The only supported types are: ${Object.keys(BY_CODE).join(", ")}.`,
    );
  return { dtype, bigEndian: match![1] === ">" };
}

/** @throws TypeError for bfloat16, which NumPy lacks */
export function formatDescr(dtype: DType): string {
  for (const code in BY_CODE) if (BY_CODE[code] === dtype) return `${dtype.itemsize === 1 ? "|" : "<"}${code}`;
  throw new TypeError(
    `Got unsupported ScalarType ${String(dtype)}: NumPy has no such type; convert with .float() first`,
  );
}

/** Reverses the bytes of every element (of every part, for complex numbers) in place. */
export function swapBytes(bytes: Uint8Array, dtype: DType): void {
  const width = dtype.itemsize / dtype.lanes;
  if (width > 1) for (let at = 0; at + width <= bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}
