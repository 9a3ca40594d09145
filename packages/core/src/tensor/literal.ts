import { type DeviceLike, device as toDevice, CPU } from "../device.ts";
import { allocate } from "../dispatch/allocate.ts";
import { get_default_device } from "../dispatch/backend.ts";
import { modes } from "../dispatch/state.ts";
import {
  bool,
  Complex,
  type DType,
  float32,
  float64,
  get_default_dtype,
  int16,
  int32,
  int64,
  int8,
  promote_types,
  type Scalar,
  toComplex,
  type TypedArray,
  uint8,
  writeElement,
} from "../dtype/index.ts";
import { RuntimeError, ValueError } from "../errors.ts";
import { Storage } from "../storage.ts";
import { pythonTypeName } from "../dispatch/args.ts";
import { Tensor } from "./tensor.ts";

/** Numbers, nested arrays of them, a typed array or a tensor. */
export type TensorData = Scalar | TypedArray | Tensor | readonly TensorData[];

/** Options of {@link tensor}. */
export interface TensorOptions {
  readonly dtype?: DType | null;
  readonly device?: DeviceLike | null;
  readonly requires_grad?: boolean;
  readonly pin_memory?: boolean;
}

const ARRAY_DTYPES = new Map<unknown, DType>([
  [Float32Array, float32],
  [Float64Array, float64],
  [Int8Array, int8],
  [Int16Array, int16],
  [Int32Array, int32],
  [BigInt64Array, int64],
  [Uint8Array, uint8],
  [Uint8ClampedArray, uint8],
]);

/** The dtype of a typed array's elements; undefined for arrays no dtype matches. */
function arrayDtype(array: object): DType | undefined {
  for (
    let proto = Object.getPrototypeOf(array) as object | null;
    proto !== null;
    proto = Object.getPrototypeOf(proto) as object | null
  ) {
    const found = ARRAY_DTYPES.get(proto.constructor);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isTypedArray = (value: unknown): value is TypedArray => ArrayBuffer.isView(value) && !(value instanceof DataView);

function shapeOf(data: TensorData): number[] {
  const shape: number[] = [];
  let level: unknown = data;
  for (;;) {
    if (Array.isArray(level)) {
      shape.push(level.length);
      if (level.length === 0) return shape;
      level = level[0];
    } else if (isTypedArray(level)) {
      shape.push(level.length);
      return shape;
    } else if (level instanceof Tensor) return [...shape, ...level.shape];
    else return shape;
  }
}

function leafDtype(value: unknown): DType {
  if (typeof value === "number") return get_default_dtype();
  if (typeof value === "boolean") return bool;
  if (typeof value === "bigint") return int64;
  if (value instanceof Complex) return toComplex(get_default_dtype());
  throw new RuntimeError(`Could not infer dtype of ${pythonTypeName(value)}`);
}

function inferDtype(data: TensorData): DType {
  if (data instanceof Tensor) return data.dtype;
  if (isTypedArray(data)) return arrayDtype(data) ?? unsupported(data);
  if (!Array.isArray(data)) return leafDtype(data);
  let dtype: DType | null = null;
  for (const item of data as readonly TensorData[]) {
    const next = inferDtype(item);
    dtype = dtype === null ? next : promote_types(dtype, next);
  }
  return dtype ?? get_default_dtype();
}

function unsupported(array: object): never {
  throw new TypeError(
    `can't convert a ${array.constructor.name} to a tensor. The supported arrays are Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, BigInt64Array, Uint8Array.`,
  );
}

function writeNested(out: Tensor, data: TensorData): void {
  const { array, dtype, shape } = out;
  let at = 0;
  const walk = (value: TensorData, dim: number): void => {
    if (dim === shape.length) {
      if (value instanceof Tensor && value.numel() === 1) value = value.item() as Scalar;
      if (Array.isArray(value) || isTypedArray(value)) {
        throw new ValueError(
          `expected sequence of length ${shape[dim - 1] ?? 0} at dim ${dim} (got ${(value as unknown[]).length})`,
        );
      }
      leafDtype(value);
      writeElement(array, dtype, at++, value as Scalar);
      return;
    }
    const rows: ArrayLike<unknown> =
      value instanceof Tensor ? (value.tolist() as unknown[]) : (value as unknown as ArrayLike<unknown>);
    const length = typeof rows === "object" && rows !== null && "length" in rows ? rows.length : undefined;
    if (length === undefined) throw new TypeError(`not a sequence`);
    if (length !== shape[dim]) {
      throw new ValueError(`expected sequence of length ${shape[dim]} at dim ${dim} (got ${length})`);
    }
    for (let i = 0; i < length; i++) walk(rows[i] as TensorData, dim + 1);
  };
  walk(data, 0);
}

/**
 * A tensor with a copy of `data`: numbers give the default dtype, bigints int64, booleans bool,
 * typed arrays their own dtype. The dtype never depends on the values.
 *
 * @throws ValueError when nested arrays are ragged
 * @throws RuntimeError when an element is not a number
 * @example
 * ```ts
 * import { tensor, int64 } from "@tt/core";
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 * tensor([1, 2], { dtype: int64 }).tolist(); // [1, 2]
 * ```
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  if (data === undefined || data === null) {
    throw new RuntimeError(`Could not infer dtype of ${pythonTypeName(data)}`);
  }
  const dtype = options.dtype ?? inferDtype(data);
  const target = options.device === undefined || options.device === null ? null : toDevice(options.device);
  if (data instanceof Tensor) {
    const copy = data.detach().to(target ?? data.device, dtype, false, true);
    if (options.requires_grad) copy.requires_grad = true;
    return copy;
  }
  const host = allocate(shapeOf(data), dtype, CPU);
  if (isTypedArray(data) && arrayDtype(data) === dtype) (host.array as Float32Array).set(data as Float32Array);
  else writeNested(host, data);
  const out = host.to(target ?? get_default_device());
  if (options.requires_grad) out.requires_grad = true;
  if (modes().inference) (out.extra ??= {}).inference = true;
  return out;
}

/** A tensor that shares memory with `data` where dtype and device allow, else a copy. */
export function as_tensor(data: TensorData, options: Omit<TensorOptions, "requires_grad"> = {}): Tensor {
  if (data instanceof Tensor) {
    const device = options.device === undefined || options.device === null ? data.device : toDevice(options.device);
    return data.to(device, options.dtype ?? data.dtype);
  }
  if (
    isTypedArray(data) &&
    arrayDtype(data) !== undefined &&
    (options.dtype ?? arrayDtype(data)) === arrayDtype(data)
  ) {
    const shared = from_numpy(data);
    return options.device === undefined || options.device === null ? shared : shared.to(options.device);
  }
  return tensor(data, options);
}

/** A 0-d tensor of a number. */
export function scalar_tensor(value: Scalar, options: TensorOptions = {}): Tensor {
  return tensor(value, { ...options, dtype: options.dtype ?? (value instanceof Complex ? null : get_default_dtype()) });
}

/**
 * A cpu tensor on the memory of a typed array: writes to one are seen in the other.
 * @param shape - defaults to one dimension
 * @example
 * ```ts
 * import { from_numpy } from "@tt/core";
 * const array = new Float32Array([1, 2, 3, 4]);
 * const x = from_numpy(array, [2, 2]);
 * x.mul_(10);
 * array[3]; // 40
 * ```
 */
export function from_numpy(array: TypedArray, shape?: readonly number[]): Tensor {
  if (!isTypedArray(array)) {
    throw new TypeError(`expected np.ndarray (got ${pythonTypeName(array)})`);
  }
  const dtype = arrayDtype(array) ?? unsupported(array);
  return fromArray(array, dtype, shape ?? [array.length]);
}

/** @internal a cpu tensor on raw entries of any dtype (16-bit floats as their bits, complex as pairs) */
export function fromArray(array: TypedArray, dtype: DType, shape: readonly number[]): Tensor {
  const numel = shape.reduce((n, s) => n * s, 1);
  if (numel * dtype.lanes > array.length) {
    throw new RuntimeError(`shape '[${shape.join(", ")}]' is invalid for input of size ${array.length / dtype.lanes}`);
  }
  return new Tensor(new Storage(CPU, array, array.byteLength), dtype, [...shape]);
}
