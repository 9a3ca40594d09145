/** Kullback-Leibler divergences; PyTorch's `torch.distributions.kl`. */
import { NotImplementedError, type Tensor } from "@tt/core";
import type { Distribution } from "../distribution.ts";
import { Independent } from "../independent.ts";
import { TransformedDistribution } from "../transformed_distribution.ts";
import { _sum_rightmost } from "../utils.ts";
import { halfLine } from "./half_line.ts";
import { interval } from "./interval.ts";
import { multivariate } from "./multivariate.ts";
import { checkClass, type DistributionClass, type Divergence, KlRegistry, rule } from "./registry.ts";
import { sameFamily } from "./same_family.ts";
import { unbounded } from "./unbounded.ts";

export type { DistributionClass, Divergence } from "./registry.ts";

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

function transformed(p: TransformedDistribution, q: TransformedDistribution): Tensor {
  const equal = p.transforms.length === q.transforms.length && p.transforms.every((t, i) => t.equals(q.transforms[i]!));
  if (!equal || !same(p.event_shape, q.event_shape)) {
    throw new NotImplementedError("KL(p || q) of transformed distributions needs equal transforms and event shapes");
  }
  return kl_divergence(p.base_dist, q.base_dist);
}

function independent(p: Independent, q: Independent): Tensor {
  if (p.reinterpreted_batch_ndims !== q.reinterpreted_batch_ndims) {
    throw new NotImplementedError("KL(p || q) of Independent distributions needs equal reinterpreted_batch_ndims");
  }
  return _sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims);
}

const registry: KlRegistry = new KlRegistry([
  ...sameFamily,
  ...multivariate,
  ...unbounded,
  ...halfLine,
  ...interval,
  rule(TransformedDistribution, TransformedDistribution, transformed),
  rule(Independent, Independent, independent),
]);

/**
 * The Kullback-Leibler divergence KL(p || q), of shape `batch_shape`.
 * @throws NotImplementedError when no formula is known for these classes
 * @example
 * ```ts
 * import { kl_divergence, Normal } from "@tt/distributions";
 * kl_divergence(new Normal(0, 1), new Normal(1, 1)).item(); // 0.5
 * ```
 */
export function kl_divergence(p: Distribution, q: Distribution): Tensor {
  return registry.find(p, q)(p, q);
}

/**
 * Registers a formula for {@link kl_divergence} between two classes and their subclasses.
 * @returns a function that takes the formula
 * @example
 * ```ts
 * import { Normal, register_kl, StudentT } from "@tt/distributions";
 * register_kl(StudentT, Normal)((p, q) => p.log_prob(q.mean));
 * ```
 */
export function register_kl<P extends Distribution, Q extends Distribution>(
  type_p: DistributionClass<P>,
  type_q: DistributionClass<Q>,
): <F extends Divergence<P, Q>>(divergence: F) => F {
  checkClass("type_p", type_p);
  checkClass("type_q", type_q);
  return (divergence) => {
    registry.add(rule(type_p, type_q, divergence));
    return divergence;
  };
}
