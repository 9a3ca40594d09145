import { float32, Tensor } from "@tt/core";
import { allocate } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";

/** The tensor seen with other sizes and steps, without recording anything. */
export function viewOf(tensor: Tensor, shape: readonly number[], strides: readonly number[], skip = 0): Tensor {
  return new Tensor(tensor.storage, tensor.dtype, shape, strides, tensor.offset + skip);
}

/** A tensor without dimensions as one of a single element. */
export function atLeast1d(tensor: Tensor): Tensor {
  return tensor.ndim === 0 ? viewOf(tensor, [1], [1]) : tensor;
}

/** The tensor broadcast to `shape`. */
export function broadcast(tensor: Tensor, shape: readonly number[]): Tensor {
  const lead = shape.length - tensor.ndim;
  return viewOf(
    tensor,
    shape,
    shape.map((size, d) => (d < lead || tensor.shape[d - lead] !== size ? 0 : tensor.strides[d - lead]!)),
  );
}

/** The tensor itself when its elements lie together in row-major order, else a copy that does. */
export function dense({ copy }: Engine, tensor: Tensor): Tensor {
  if (tensor.contiguous_) return tensor;
  const out = allocate(tensor.shape, tensor.dtype, tensor.device);
  copy(out, tensor);
  return out;
}

/** Whether all that are given are float32. */
export function areFloat32(...tensors: readonly (Tensor | null)[]): boolean {
  return tensors.every((tensor) => tensor === null || tensor.dtype === float32);
}

export function product(sizes: readonly number[]): number {
  let n = 1;
  for (const size of sizes) n *= size;
  return n;
}
