import { CPU, type DType, type Tensor } from "@tt/core";
import { tableOf, transfer } from "@tt/core/dispatch";

/** A tensor's elements in row-major order, as bytes; they may share the tensor's memory. */
export function tensorBytes(tensor: Tensor): Uint8Array {
  const host = transfer(tensor.detach(), CPU).contiguous();
  const { array, offset, dtype } = host;
  return new Uint8Array(array.buffer, array.byteOffset + offset * dtype.itemsize, host.numel() * dtype.itemsize);
}

/** {@link tensorBytes} for devices that cannot be read synchronously. */
export async function tensorBytesAsync(tensor: Tensor): Promise<Uint8Array> {
  const plain = tensor.detach();
  if (plain.storage.host !== null) return tensorBytes(plain);
  const { backend } = tableOf(plain.device);
  if (!backend.downloadAsync) return tensorBytes(plain);
  const compact = plain.contiguous();
  const array = await backend.downloadAsync(compact.storage, compact.dtype);
  return new Uint8Array(
    array.buffer,
    array.byteOffset + compact.offset * compact.dtype.itemsize,
    compact.numel() * compact.dtype.itemsize,
  );
}

export function nbytesOf(shape: readonly number[], dtype: DType): number {
  return shape.reduce((product, n) => product * n, dtype.itemsize);
}
