import { float32, float64 } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Whether plain loops serve: contiguous tensors of one floating-point dtype and size. */
export function isPlain(tensors: readonly Tensor[]): boolean {
  const { dtype, shape } = tensors[0]!;
  if (dtype !== float32 && dtype !== float64) return false;
  const n = tensors[0]!.numel();
  return tensors.every((t) => t.dtype === dtype && t.contiguous_ && (t.shape === shape || t.numel() === n));
}

/** The elements of a contiguous floating-point tensor. */
export function elements(tensor: Tensor): Float64Array {
  const array = tensor.array as Float64Array;
  const n = tensor.numel();
  return tensor.offset === 0 && array.length === n ? array : array.subarray(tensor.offset, tensor.offset + n);
}

/** Rounds to the precision of a tensor's elements. */
export function roundingOf(tensor: Tensor): (x: number) => number {
  return tensor.dtype === float32 ? Math.fround : same;
}

function same(x: number): number {
  return x;
}
