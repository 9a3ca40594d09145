import { Generator } from "./generator.ts";

/** The generator of all draws that name none. Unless seeded, it takes its seed from the system's entropy. */
export const default_generator: Generator = /* @__PURE__ */ Generator.nondeterministic();

/**
 * Seeds {@link default_generator}; `seed` is truncated to an integer.
 *
 * @throws RuntimeError when `seed` is outside [-2^63, 2^64)
 * @example
 * manual_seed(0); // from here on the numbers are those of PyTorch after torch.manual_seed(0)
 */
export function manual_seed(seed: number | bigint): Generator {
  return default_generator.manual_seed(typeof seed === "bigint" ? seed : Math.trunc(seed));
}

/** Seeds {@link default_generator} from the system's entropy and returns the seed. */
export function seed(): number {
  return default_generator.seed();
}

/** The seed of {@link default_generator}. */
export function initial_seed(): number | bigint {
  return default_generator.initial_seed();
}
