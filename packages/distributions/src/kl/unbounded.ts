import { full_like, type Tensor } from "@tt/core";
import { Bernoulli } from "../bernoulli.ts";
import { Beta } from "../beta.ts";
import { Binomial } from "../binomial.ts";
import { ContinuousBernoulli } from "../continuous_bernoulli.ts";
import type { Distribution } from "../distribution.ts";
import { Exponential } from "../exponential.ts";
import { Gamma } from "../gamma.ts";
import { Gumbel } from "../gumbel.ts";
import { Laplace } from "../laplace.ts";
import { Normal } from "../normal.ts";
import { Pareto } from "../pareto.ts";
import { Poisson } from "../poisson.ts";
import { Uniform } from "../uniform.ts";
import { type DistributionClass, type KlRule, rule } from "./registry.ts";

/** p has values outside of each q's support: the divergence is infinite. */
function infinite<P extends Distribution>(
  p: DistributionClass<P>,
  like: (p: P) => Tensor,
  ...others: readonly DistributionClass[]
): KlRule[] {
  return others.map((q) => rule(p, q, (from) => full_like(like(from), Number.POSITIVE_INFINITY)));
}

const onUnit: readonly DistributionClass[] = [Beta, ContinuousBernoulli];

/** Pairs whose divergence is always infinite. */
export const unbounded: readonly KlRule[] = [
  ...infinite(Beta, (p) => p.concentration1, Pareto),
  ...infinite(ContinuousBernoulli, (p) => p.probs, Pareto),
  ...infinite(Exponential, (p) => p.rate, ...onUnit, Pareto, Uniform),
  ...infinite(Gamma, (p) => p.concentration, ...onUnit, Pareto, Uniform),
  ...infinite(Gumbel, (p) => p.loc, ...onUnit, Exponential, Gamma, Pareto, Uniform),
  ...infinite(Laplace, (p) => p.loc, ...onUnit, Exponential, Gamma, Pareto, Uniform),
  ...infinite(Normal, (p) => p.loc, ...onUnit, Exponential, Gamma, Pareto, Uniform),
  ...infinite(Pareto, (p) => p.scale, ...onUnit, Uniform),
  ...infinite(Poisson, (p) => p.rate, Bernoulli, Binomial),
];
