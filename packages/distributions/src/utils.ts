import {
  arange,
  broadcast_tensors,
  type Device,
  type DType,
  empty,
  enable_grad,
  get_default_dtype,
  Tensor,
  tensor,
  type TensorOrScalar,
  ValueError,
} from "@tt/core";
import { finfo } from "./functional.ts";

/** Euler-Mascheroni constant. */
export const euler_constant = 0.5772156649015329;

/** A parameter: a tensor, or a number that takes the dtype of the tensors beside it. */
export type TensorOrNumber = Tensor | number;

const isNumber = (value: unknown): boolean =>
  typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";

/** Whether all values are plain numbers, which make a distribution without batch dimensions. */
export const areNumbers = (...values: readonly unknown[]): boolean => values.every(isNumber);

/**
 * Tensors of one shape: tensors are broadcast, numbers become tensors of the first tensor's dtype and device
 * (of the default dtype when there is none).
 * @throws ValueError for a value that is neither
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { utils } from "@tt/distributions";
 * const [loc, scale] = utils.broadcast_all(tensor([0, 1]), 2);
 * scale.tolist(); // [2, 2]
 * ```
 */
export function broadcast_all<T extends readonly TensorOrScalar[]>(...values: T): { [K in keyof T]: Tensor } {
  if (!values.every((value) => value instanceof Tensor || isNumber(value))) {
    throw new ValueError(
      "Input arguments must all be instances of numbers.Number, torch.Tensor or objects implementing __torch_function__.",
    );
  }
  const first = values.find((value): value is Tensor => value instanceof Tensor);
  const options = first === undefined ? { dtype: get_default_dtype() } : { dtype: first.dtype, device: first.device };
  const tensors = values.map((value) => (value instanceof Tensor ? value : tensor(value as number, options)));
  return broadcast_tensors(tensors) as unknown as { [K in keyof T]: Tensor };
}

/** Standard normal numbers. */
export function _standard_normal(shape: readonly number[], dtype: DType, device: Device): Tensor {
  return empty(shape, { dtype, device }).normal_();
}

/** Sums out the last `dim` dimensions. */
export function _sum_rightmost(value: Tensor, dim: number): Tensor {
  return dim === 0 ? value : value.reshape([...value.shape.slice(0, value.ndim - dim), -1]).sum(-1);
}

/** Probabilities for log odds (`is_binary`), or for unnormalised log probabilities along the last dimension. */
export function logits_to_probs(logits: Tensor, is_binary = false): Tensor {
  return is_binary ? logits.sigmoid() : logits.softmax(-1);
}

/** Keeps probabilities away from 0 and 1 by the dtype's precision. */
export function clamp_probs(probs: Tensor): Tensor {
  const { eps } = finfo(probs.dtype);
  return probs.clamp(eps, 1 - eps);
}

/** Log odds of probabilities (`is_binary`), or log probabilities. */
export function probs_to_logits(probs: Tensor, is_binary = false): Tensor {
  const clamped = clamp_probs(probs);
  return is_binary ? clamped.log().sub(clamped.neg().log1p()) : clamped.log();
}

const lazyGetters = new WeakSet<() => unknown>();

/**
 * Properties that are computed on first use, with gradients recorded, and kept from then on. Setting one makes it
 * an ordinary property; until either happens, it is not an own property of the instance.
 */
export function lazy_properties<T extends object>(
  type: { readonly prototype: T },
  properties: Readonly<Record<string, (self: T) => unknown>>,
): void {
  for (const [name, compute] of Object.entries(properties)) {
    const get = function get(this: T): unknown {
      const value = enable_grad(() => compute(this));
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      return value;
    };
    lazyGetters.add(get);
    Object.defineProperty(type.prototype, name, { get, configurable: true });
  }
}

/** Whether property `name` of `target` would have to be computed first. */
export function isUncomputed(target: object, name: string): boolean {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found.get !== undefined && lazyGetters.has(found.get);
  }
  return false;
}

function trilMask(n: number, diag: number, like: Tensor): Tensor {
  const index = arange(n, { device: like.device });
  return index.lt(index.view(-1, 1).add(diag + 1));
}

/** The lower triangular elements of (a batch of) D x D matrices as vectors, row by row. */
export function tril_matrix_to_vec(mat: Tensor, diag = 0): Tensor {
  const n = mat.shape.at(-1)!;
  if (diag < -n || diag >= n) throw new ValueError(`diag (${diag}) provided is outside [${-n}, ${n - 1}].`);
  return mat.at("...", trilMask(n, diag, mat));
}

/** (A batch of) lower triangular D x D matrices with the elements of vectors, row by row. */
export function vec_to_tril_matrix(vec: Tensor, diag = 0): Tensor {
  const length = vec.shape.at(-1)!;
  // The positive root of D**2 + (1 + 2 * diag) * D - |diag| * (diag + 1) - 2 * length = 0.
  const size = (-(1 + 2 * diag) + Math.sqrt((1 + 2 * diag) ** 2 + 8 * length + 4 * Math.abs(diag) * (diag + 1))) / 2;
  const n = Math.round(size);
  if (n - size > finfo(vec.dtype).eps) {
    throw new ValueError(
      `The size of last dimension is ${length} which cannot be expressed as the lower triangular part of a square D x D matrix.`,
    );
  }
  const mat = vec.new_zeros([...vec.shape.slice(0, -1), n, n]);
  return mat.setitem(["...", trilMask(n, diag, vec)], vec);
}
