/** Tensors on bytes that were read. */
import { CPU, device, type DeviceLike, type DType, Tensor } from "@tt/core";
import { Storage, transfer } from "@tt/core/dispatch";

/** A cpu storage on these bytes, which must be its own. */
export function hostStorage(dtype: DType, bytes: Uint8Array<ArrayBuffer>): Storage {
  return new Storage(
    CPU,
    new dtype.ArrayType(bytes.buffer, bytes.byteOffset, (bytes.length / dtype.itemsize) * dtype.lanes),
    bytes.length,
  );
}

/** A tensor on these bytes, which must be its own; without `strides` it is contiguous. */
export function placeTensor(
  bytes: Uint8Array<ArrayBuffer>,
  dtype: DType,
  shape: readonly number[],
  strides: readonly number[] | null,
  target: DeviceLike = CPU,
): Tensor {
  const tensor = new Tensor(hostStorage(dtype, bytes), dtype, shape, strides);
  const destination = device(target);
  return destination === CPU ? tensor : transfer(tensor, destination);
}

export function fortranStrides(shape: readonly number[]): number[] {
  let step = 1;
  return shape.map((n) => {
    const stride = step;
    step *= Math.max(n, 1);
    return stride;
  });
}
