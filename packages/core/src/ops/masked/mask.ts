import { type DType, type Scalar, scalarTypeName } from "../../dtype/index.ts";
import { iinfo } from "../../dtype/info.ts";
import { IndexError, NotImplementedError, RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** What a reduction's `dim` may be given as. */
export type Dims = readonly number[] | null;

/** The dims in order, all of them for null and an empty list. */
export function canonicalDims(dim: Dims, rank: number): number[] {
  if (dim === null || dim.length === 0) return Array.from({ length: rank }, (_, d) => d);
  const bound = Math.max(rank, 1);
  const found: number[] = [];
  for (const d of dim) {
    if (found.includes(d)) throw new RuntimeError(`dim=${d} appears multiple times in the list of dims`);
    if (d >= bound || d < -bound) {
      throw new IndexError(
        `Dimension out of range (expected to be in range of [${-bound}, ${bound - 1}], but got ${d})`,
      );
    }
    found.push(d < 0 ? d + bound : d);
  }
  return found.toSorted((a, b) => a - b);
}

/** The mask as booleans of the input's shape. */
export function fullMask(input: Tensor, mask: Tensor): Tensor {
  if (mask.ndim > input.ndim) {
    throw new IndexError("_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)");
  }
  return mask.broadcast_to(input.shape).bool();
}

/** Which operation's identity stands for elements that do not take part. */
export type Identity = "sum" | "prod" | "amax" | "amin" | "median" | "norm";

function largest(dtype: DType, name: string, sign: 1 | -1): Scalar {
  if (dtype.is_floating_point) return sign * Infinity;
  if (dtype.category !== 1) throw new NotImplementedError(`identity of ${name} on torch.${dtype.name} input`);
  const { min, max } = iinfo(dtype);
  return sign === 1 ? max : min;
}

function identityOf(kind: Identity, dtype: DType, name: string, ord: number): Scalar {
  switch (kind) {
    case "prod":
      return 1;
    case "amax":
      return largest(dtype, name, -1);
    case "amin":
      return largest(dtype, name, 1);
    case "median":
      return Number.NaN;
    case "norm":
      if (ord !== -Infinity) return 0;
      if (!dtype.is_floating_point) {
        throw new RuntimeError(
          `masked norm of order -inf expects a floating point tensor (got ${scalarTypeName(dtype)})`,
        );
      }
      return Infinity;
    default:
      return 0;
  }
}

/** The input with the operation's identity where the mask is false. */
export function applyMask(kind: Identity, input: Tensor, mask: Tensor | null, name: string = kind, ord = 2): Tensor {
  if (mask === null) return input;
  const fill = identityOf(kind, input.dtype, name, ord);
  return input.where(fullMask(input, mask), input.detach().new_full([], fill));
}
