/** Tensors as plain data: what the recorded JSON says, and what tt computed, in one form. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** A tensor in the recorded JSON; `data` is absent where only shape and dtype mean something. */
export interface TensorRecord {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data?: readonly Json[];
  readonly stride?: readonly number[];
  readonly requires_grad?: boolean;
  readonly layout?: "sparse_coo";
  readonly coalesced?: boolean;
  readonly indices?: TensorRecord;
  readonly values?: TensorRecord;
}

/** Elements in row-major logical order: exact in doubles, or in 64-bit integers for int64. */
export interface Elements {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly re: Float64Array | BigInt64Array;
  readonly im?: Float64Array;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isTensorRecord(value: Json | undefined): value is JsonObject & TensorRecord {
  return isObject(value) && "shape" in value && "dtype" in value;
}

/** A name, or another scalar of the record, as text. */
export function text(value: Json | undefined): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function numel(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function isComplex(dtype: string): boolean {
  return dtype.startsWith("complex");
}

/** A JSON number of a tensor's data or of `{"f": ...}`: infinities and nan are strings. */
export function toNumber(value: Json | undefined): number {
  return typeof value === "string" || typeof value === "boolean" ? Number(value) : (value as number);
}

/** The elements that a record (dense or sparse) stands for. */
export function elementsOf(record: TensorRecord): Elements {
  if (record.layout === "sparse_coo") return densified(record);
  const { dtype, shape, data } = record;
  if (data === undefined) throw new Error("this record has no data");
  if (dtype === "int64") return { dtype, shape, re: BigInt64Array.from(data, (x) => BigInt(x as number | string)) };
  const round = dtype === "float32" || dtype === "complex64" ? Math.fround : (x: number): number => x;
  if (!isComplex(dtype)) return { dtype, shape, re: Float64Array.from(data, (x) => round(toNumber(x))) };
  const pairs = data as readonly (readonly Json[])[];
  return {
    dtype,
    shape,
    re: Float64Array.from(pairs, (pair) => round(toNumber(pair[0]))),
    im: Float64Array.from(pairs, (pair) => round(toNumber(pair[1]))),
  };
}

function densified(record: TensorRecord): Elements {
  const { dtype, shape } = record;
  const indices = elementsOf(record.indices!);
  const values = elementsOf(record.values!);
  const [sparseDims = 0, entries = 0] = indices.shape;
  const inner = numel(shape.slice(sparseDims));
  const wide = dtype === "int64";
  const re = wide ? new BigInt64Array(numel(shape)) : new Float64Array(numel(shape));
  const im = values.im && new Float64Array(numel(shape));
  for (let entry = 0; entry < entries; entry++) {
    let row = 0;
    for (let d = 0; d < sparseDims; d++) row = row * shape[d]! + Number(indices.re[d * entries + entry]!);
    for (let i = 0; i < inner; i++) {
      const to = row * inner + i;
      const from = entry * inner + i;
      if (re instanceof BigInt64Array) re[to] = re[to]! + (values.re[from] as bigint);
      else re[to] = re[to]! + (values.re[from] as number);
      if (im) im[to] = im[to]! + values.im[from]!;
    }
  }
  return { dtype, shape, re, ...(im && { im }) };
}

/** Row-major strides. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = Array.from({ length: shape.length }, () => 1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * Math.max(shape[d + 1]!, 1);
  return strides;
}

/** Storage positions of all elements in logical order. */
export function positions(shape: readonly number[], strides: readonly number[], offset = 0): Int32Array {
  const count = numel(shape);
  const result = new Int32Array(count);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    result[i] = at;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d]!;
      if (++index[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return result;
}

/** Elements a storage needs for a layout: one more than the largest position. */
export function storageLength(shape: readonly number[], strides: readonly number[]): number {
  if (numel(shape) === 0) return 0;
  return 1 + shape.reduce((last, size, d) => last + (size - 1) * strides[d]!, 0);
}

/** Whether a Python float such as 2.0 is among the arguments, which JavaScript cannot tell from 2. */
export function hasIntegralFloat(value: Json): boolean {
  if (Array.isArray(value)) return value.some(hasIntegralFloat);
  if (!isObject(value) || isTensorRecord(value)) return false;
  return "f" in value ? Number.isInteger(toNumber(value["f"])) : Object.values(value).some(hasIntegralFloat);
}
