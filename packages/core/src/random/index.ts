/**
 * PyTorch's random numbers on typed arrays. Every draw is `name(out, dtype, n, ...parameters, generator)`
 * and writes elements 0 .. n - 1 of `out` in the order in which PyTorch draws them: the logical order
 * for contiguous tensors, {@link drawOrder} for others. Integers, uniforms, permutations and Bernoulli
 * numbers have PyTorch's bits; what goes through libm's functions agrees to the last bits of float64.
 */
export { default_generator, initial_seed, manual_seed, seed } from "./default_generator.ts";
export { Generator } from "./generator.ts";
export { bernoulli, bernoulli_tensor } from "./bernoulli.ts";
export { binomial } from "./binomial.ts";
export { cauchy, exponential, geometric, log_normal, rrelu_noise } from "./continuous.ts";
export { dirichlet_grad } from "./dirichlet_grad.ts";
export { drawOrder } from "./draw_order.ts";
export { dirichlet, standard_gamma } from "./gamma.ts";
export { standard_gamma_grad } from "./gamma_grad.ts";
export { random, random_from_to } from "./integers.ts";
export { multinomial } from "./multinomial.ts";
export { normal } from "./normal.ts";
export { randperm } from "./permutation.ts";
export { poisson } from "./poisson.ts";
export { topOrder } from "./top_order.ts";
export { uniform } from "./uniform.ts";
