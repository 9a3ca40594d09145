import type { Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "../construct.ts";
import { type Constraint, unit_interval } from "../constraints/index.ts";
import type { Distribution } from "../distribution.ts";
import { Transform, type TransformOptions } from "./transform.ts";

/** Arguments of {@link CumulativeDistributionTransform}. */
export interface CumulativeDistributionTransformOptions extends TransformOptions {
  readonly distribution: Distribution;
}

/**
 * y = cdf(x) of a distribution.
 *
 * @example
 * ```ts
 * import { eye, zeros } from "@tt/core";
 * import { CumulativeDistributionTransform, MultivariateNormal, Normal, TransformedDistribution } from "@tt/distributions";
 * const base = new MultivariateNormal(zeros(2), { scale_tril: eye(2) });
 * const copula = new TransformedDistribution(base, new CumulativeDistributionTransform(new Normal(0, 1)));
 * copula.sample().shape; // [2]
 * ```
 */
export class CumulativeDistributionTransform extends Transform {
  readonly distribution: Distribution;

  constructor(...args: ConstructorArgs<CumulativeDistributionTransformOptions, ["distribution", "cache_size"]>) {
    const [distribution, cache_size] = bindConstructor<[Distribution, number]>(
      "CumulativeDistributionTransform(Any distribution, int cache_size=0)",
      args,
    );
    super(cache_size);
    this.distribution = distribution;
  }

  /** @internal */
  override withCacheOf(cache_size: number): Transform {
    return new CumulativeDistributionTransform(this.distribution, cache_size);
  }

  override get domain(): Constraint {
    return this.distribution.support;
  }

  override get codomain(): Constraint {
    return unit_interval;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number | Tensor {
    return 1;
  }

  override _call(x: Tensor): Tensor {
    return this.distribution.cdf(x);
  }

  override _inverse(y: Tensor): Tensor {
    return this.distribution.icdf(y);
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return this.distribution.log_prob(x);
  }
}
