import { RuntimeError } from "@tt/core";
import { Binder } from "./bind.ts";
import { decodeCheckpoint, resolve } from "./decode.ts";
import type { Loaded } from "./load.ts";

/**
 * The object in a bare pickle, such as Python datasets come in, as `pickle.load` gives it: data alone, with the same
 * allow-list as {@link load}. NumPy's arrays become tensors; texts of Python 2 that are no UTF-8 are bytes.
 *
 * @throws UnpicklingError naming what the pickle asks for that is not data
 * @example
 * ```ts
 * import { unpickle } from "@tt/serialization";
 * unpickle(new Uint8Array([0x80, 2, 0x4b, 3, 0x2e])); // 3
 * ```
 */
export function unpickle(bytes: Uint8Array): Loaded {
  const { value, objects, storages } = decodeCheckpoint(bytes, 0, true);
  if (storages.size > 0)
    throw new RuntimeError("a bare pickle has no tensors of PyTorch; use torch.load for checkpoints");
  return resolve({ value, objects }, new Binder(null).bind);
}
