import { uint8 } from "../dtype/index.ts";
import { fromArray } from "../tensor/literal.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { default_generator } from "./default_generator.ts";

/** The state of {@link default_generator}: a uint8 tensor of 5056 bytes in PyTorch's layout. */
export function get_rng_state(): Tensor {
  return fromArray(default_generator.get_state(), uint8, [default_generator.get_state().length]);
}

/**
 * Continues {@link default_generator} from a state of {@link get_rng_state} or of PyTorch.
 * @throws RuntimeError when the tensor is not such a state
 */
export function set_rng_state(new_state: Tensor): void {
  default_generator.set_state(new_state.cpu().numpy() as Uint8Array);
}
