/// <reference lib="esnext.disposable" preserve="true" />
/** torch.random */
import { get_rng_state, set_rng_state } from "@tt/core";

export { default_generator, Generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state } from "@tt/core";

/**
 * Runs `fn` and puts the generator back where it was; without `fn`, at the end of a `using` block.
 * @example
 * ```ts
 * import * as torch from "@tt/torch";
 * torch.manual_seed(0);
 * const inside = torch.random.fork_rng(() => torch.rand(1).item());
 * torch.rand(1).item() === inside; // true
 * ```
 */
export function fork_rng(): Disposable;
export function fork_rng<R>(fn: () => R): R;
export function fork_rng<R>(fn?: () => R): R | Disposable {
  const state = get_rng_state();
  const restore = (): void => set_rng_state(state);
  if (fn === undefined) return { [Symbol.dispose]: restore };
  let pending = false;
  try {
    const result = fn();
    if (result instanceof Promise) {
      pending = true;
      return result.finally(restore) as R;
    }
    return result;
  } finally {
    if (!pending) restore();
  }
}
