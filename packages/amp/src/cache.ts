import type { DType, Tensor } from "@tt/core";
import { memory, modes } from "@tt/core/dispatch";

interface Entry {
  readonly cast: Tensor;
  readonly version: number;
}

/** Casts of weights, kept so that a weight used often is converted once. */
const entries = new Map<Tensor, Entry>();
let nesting = 0;

/** Casts `tensor`; leaves that require grad are remembered until the outermost autocast ends. */
export function castThrough(tensor: Tensor, dtype: DType, cached: boolean): Tensor {
  if (tensor.dtype === dtype) return tensor;
  const remembered = cached && tensor.requires_grad && tensor.is_leaf && tensor.base === null;
  if (!remembered) return tensor.to(dtype);
  const known = entries.get(tensor);
  // One made without grad mode has no history, one of an older version other values.
  const usable =
    known !== undefined &&
    known.cast.dtype === dtype &&
    known.version === tensor._version &&
    (known.cast.requires_grad || !modes().gradEnabled);
  if (usable) return known.cast;
  const cast = tensor.to(dtype);
  memory.keep?.(cast);
  entries.set(tensor, { cast, version: tensor._version });
  return cast;
}

/** Forgets all casts. */
export function clear_autocast_cache(): void {
  entries.clear();
}

/** One autocast more is under way. */
export function enter(): void {
  nesting++;
}

/** One autocast has ended; the last one clears the cache. */
export function leave(): void {
  if (--nesting === 0) clear_autocast_cache();
}
