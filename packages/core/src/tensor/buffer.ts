import { type DeviceLike, device as toDevice } from "../device.ts";
import { type DType, get_default_dtype, scalarTypeName } from "../dtype/index.ts";
import { ValueError } from "../errors.ts";
import { fromArray, from_numpy, tensor, type TensorData } from "./literal.ts";
import { Tensor } from "./tensor.ts";

/** Options of {@link frombuffer}. */
export interface BufferOptions {
  readonly dtype?: DType;
  /** How many elements; as many as there are by default. */
  readonly count?: number;
  /** Bytes to skip. */
  readonly offset?: number;
  readonly requires_grad?: boolean;
}

/**
 * A vector on the memory of an ArrayBuffer, a Node Buffer or any other view. Bytes that do not start at a multiple
 * of the element size cannot be shared in JavaScript and are copied.
 * @throws ValueError when the bytes are not a whole number of elements, or fewer than asked for
 * @example
 * ```ts
 * import { int16 } from "@tt/core";
 * import { frombuffer } from "@tt/core/compat";
 * frombuffer(new Uint8Array([1, 0, 2, 0]), { dtype: int16 }).tolist(); // [1, 2]
 * ```
 */
export function frombuffer(buffer: ArrayBufferLike | ArrayBufferView, options: BufferOptions = {}): Tensor {
  const { dtype = get_default_dtype(), count = -1, offset = 0, requires_grad = false } = options;
  const bytes = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  const { itemsize } = dtype;
  const length = bytes.byteLength;
  if (length === 0 || count === 0) {
    throw new ValueError(`both buffer length (${length}) and count (${count}) must not be 0`);
  }
  if (offset < 0 || offset >= length) {
    throw new ValueError(
      `offset (${offset} bytes) must be non-negative and no greater than buffer length (${length} bytes) minus 1`,
    );
  }
  const left = length - offset;
  if (count > 0 && count * itemsize > left) {
    throw new ValueError(
      `requested buffer length (${count} * ${itemsize} bytes) after offset (${offset} bytes) must not be greater than actual buffer length (${length} bytes)`,
    );
  }
  if (count < 0 && left % itemsize !== 0) {
    throw new ValueError(
      `buffer length (${left} bytes) after offset (${offset} bytes) must be a multiple of element size (${itemsize})`,
    );
  }
  const numel = count < 0 ? left / itemsize : count;
  const { ArrayType, lanes } = dtype;
  const start = bytes.byteOffset + offset;
  const aligned = start % ArrayType.BYTES_PER_ELEMENT === 0;
  const memory = aligned ? bytes.buffer : bytes.slice(offset, offset + numel * itemsize).buffer;
  const out = fromArray(new ArrayType(memory, aligned ? start : 0, numel * lanes), dtype, [numel]);
  if (requires_grad) out.requires_grad = true;
  return out;
}

/** Options of {@link asarray}. */
export interface AsArrayOptions {
  readonly dtype?: DType | null;
  readonly device?: DeviceLike | null;
  /** True always copies, false throws rather than copy, null copies where it must. */
  readonly copy?: boolean | null;
  readonly requires_grad?: boolean;
}

function aliased(source: Tensor, { dtype, device, copy, requires_grad }: AsArrayOptions): Tensor {
  const kind = dtype ?? source.dtype;
  const place = device === null || device === undefined ? source.device : toDevice(device);
  if (copy === false && place !== source.device) {
    throw new ValueError(
      `can't alias tensor on device '${source.device.toString()}' into device '${place.toString()}'.`,
    );
  }
  if (copy === false && kind !== source.dtype) {
    throw new ValueError(
      `can't alias tensor with dtype '${scalarTypeName(source.dtype)}' into dtype '${scalarTypeName(kind)}'.`,
    );
  }
  const out = source.to(place, kind, false, copy === true);
  if (requires_grad === true) {
    if (!out.requires_grad) out.requires_grad = true;
    return out;
  }
  return out.requires_grad ? out.detach() : out;
}

/**
 * A tensor of anything that has elements, without a copy where that can be: tensors, typed arrays and buffers share
 * their memory, lists and numbers are copied. Without `requires_grad` the result has no history.
 * @throws ValueError when `copy` is false and one is needed
 */
export function asarray(obj: TensorData | ArrayBufferLike, options: AsArrayOptions = {}): Tensor {
  if (obj instanceof Tensor) return aliased(obj, options);
  if (ArrayBuffer.isView(obj)) return aliased(from_numpy(obj), options);
  if (isBuffer(obj)) return aliased(frombuffer(obj, { dtype: options.dtype ?? get_default_dtype() }), options);
  if (options.copy === false) throw new ValueError("can't alias arbitrary sequence into a tensor.");
  const { dtype = null, device = null, requires_grad = false } = options;
  return tensor(obj, { dtype, device, requires_grad });
}

function isBuffer(value: unknown): value is ArrayBufferLike {
  return (
    value instanceof ArrayBuffer || (typeof SharedArrayBuffer !== "undefined" && value instanceof SharedArrayBuffer)
  );
}
