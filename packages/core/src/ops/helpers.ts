import { Complex, type DType, get_default_dtype, int64, type Scalar } from "../dtype/index.ts";
import type { Meta } from "../dispatch/op.ts";
import { reducedShape, wrapDims } from "../layout.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A tensor on the memory of `input` with another layout. */
export function viewOf(
  input: Tensor,
  shape: readonly number[],
  strides: readonly number[] | null,
  offset: number = input.offset,
): Tensor {
  const out = new Tensor(input.storage, input.dtype, shape, strides, offset);
  out.versionCell = input.versionCell;
  return out;
}

/** The complex conjugate; the operand itself when it is real. */
export function conj<T extends Tensor | Scalar>(value: T): T {
  if (value instanceof Tensor) return (value.dtype.is_complex ? value.conj() : value) as T;
  return (value instanceof Complex ? new Complex(value.re, -value.im) : value) as T;
}

/** `g * alpha` without a multiplication by one. */
export function scaled(g: Tensor, alpha: Scalar): Tensor {
  return alpha === 1 ? g : g.mul(conj(alpha));
}

/** `like` with another shape or dtype, for records' `meta`. */
export function metaLike(like: Tensor, shape: readonly number[] = like.shape, dtype: DType = like.dtype): Meta {
  return { shape, dtype };
}

/** int64 for integers and bool, else the dtype itself: what sums and products accumulate to. */
export function accumulateDtype(input: DType, requested: DType | null): DType {
  if (requested !== null) return requested;
  return input.category < 2 ? int64 : input;
}

/** The default dtype for integers and bool, else the dtype itself. */
export function floatDtype(dtype: DType): DType {
  return dtype.category < 2 ? get_default_dtype() : dtype;
}

/** Output of reducing `dims`. */
export function reducedMeta(
  input: Tensor,
  dims: readonly number[] | null | undefined,
  keepdim: boolean,
  dtype: DType,
): Meta {
  return { shape: reducedShape(input.shape, wrapDims(dims, input.shape.length), keepdim), dtype };
}

/** Puts reduced dimensions back as size 1, so that a gradient broadcasts against the input. */
export function restoreDims(g: Tensor, dims: readonly number[] | null, keepdim: boolean, rank: number): Tensor {
  if (keepdim || rank === 0) return g;
  let out = g;
  for (const dim of wrapDims(dims, rank)) out = out.unsqueeze(dim);
  return out;
}
