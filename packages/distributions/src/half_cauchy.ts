import { full, type Tensor, where, zeros_like } from "@tt/core";
import { Cauchy } from "./cauchy.ts";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, nonnegative, positive } from "./constraints/index.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { AbsTransform } from "./transforms/elementwise.ts";
import type { TensorOrNumber } from "./utils.ts";

/** Arguments of {@link HalfCauchy}. */
export interface HalfCauchyOptions extends ValidateOptions {
  /** Scale of the whole Cauchy distribution. */
  readonly scale: TensorOrNumber;
}

/** The distribution of |x| for x distributed as Cauchy(0, scale). */
export class HalfCauchy extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"scale"> = { scale: positive };
  static override readonly support: Constraint = nonnegative;
  static override readonly has_rsample: boolean = true;
  declare readonly base_dist: Cauchy;

  constructor(...args: ConstructorArgs<HalfCauchyOptions, ["scale", "validate_args"]>) {
    const [scale, validate_args] = bindConstructor<[TensorOrNumber, boolean | null]>(
      "HalfCauchy(Any scale, bool? validate_args=None)",
      args,
    );
    super(new Cauchy(0, scale, false), new AbsTransform(), validate_args);
  }

  get scale(): Tensor {
    return this.base_dist.scale;
  }

  override get mean(): Tensor {
    return full(this._extended_shape(), Number.POSITIVE_INFINITY, {
      dtype: this.scale.dtype,
      device: this.scale.device,
    });
  }

  override get mode(): Tensor {
    return zeros_like(this.scale);
  }

  override get variance(): Tensor {
    return this.base_dist.variance;
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const x = value.to(this.scale.dtype);
    return where(x.ge(0), this.base_dist.log_prob(x).add(Math.LN2), Number.NEGATIVE_INFINITY);
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return this.base_dist.cdf(value).mul(2).sub(1);
  }

  override icdf(value: Tensor): Tensor {
    return this.base_dist.icdf(value.add(1).div(2));
  }

  override entropy(): Tensor {
    return this.base_dist.entropy().sub(Math.LN2);
  }
}
