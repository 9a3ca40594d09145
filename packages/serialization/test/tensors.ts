import { type DType, DTYPES, Tensor } from "@tt/core";
import { Storage } from "@tt/core/dispatch";
import { CPU } from "@tt/core";

/** A contiguous tensor of any dtype whose bytes are 0, 1, 2, ... (booleans: 0, 1, 0, ...). */
export function counting(dtype: DType, shape: readonly number[]): Tensor {
  const numel = shape.reduce((product, n) => product * n, 1);
  const bytes = Uint8Array.from({ length: numel * dtype.itemsize }, (_, i) => (dtype.name === "bool" ? i % 2 : i % 64));
  return new Tensor(new Storage(CPU, new dtype.ArrayType(bytes.buffer), bytes.length), dtype, shape);
}

/** One such tensor of every dtype, by name. */
export function everyDtype(shape: readonly number[]): Record<string, Tensor> {
  return Object.fromEntries(DTYPES.map((dtype) => [dtype.name, counting(dtype, shape)]));
}

/** The bytes of a tensor's whole storage. */
export function rawBytes(tensor: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
