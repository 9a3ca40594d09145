import { type Tensor, where, zeros_like } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, nonnegative, positive } from "./constraints/index.ts";
import { Normal } from "./normal.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { AbsTransform } from "./transforms/elementwise.ts";
import type { TensorOrNumber } from "./utils.ts";

/** Arguments of {@link HalfNormal}. */
export interface HalfNormalOptions extends ValidateOptions {
  /** Standard deviation of the whole normal distribution. */
  readonly scale: TensorOrNumber;
}

/** The distribution of |x| for x distributed as Normal(0, scale). */
export class HalfNormal extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"scale"> = { scale: positive };
  static override readonly support: Constraint = nonnegative;
  static override readonly has_rsample: boolean = true;
  declare readonly base_dist: Normal;

  constructor(...args: ConstructorArgs<HalfNormalOptions, ["scale", "validate_args"]>) {
    const [scale, validate_args] = bindConstructor<[TensorOrNumber, boolean | null]>(
      "HalfNormal(Any scale, bool? validate_args=None)",
      args,
    );
    super(new Normal(0, scale, false), new AbsTransform(), validate_args);
  }

  get scale(): Tensor {
    return this.base_dist.scale;
  }

  override get mean(): Tensor {
    return this.scale.mul(Math.sqrt(2 / Math.PI));
  }

  override get mode(): Tensor {
    return zeros_like(this.scale);
  }

  override get variance(): Tensor {
    return this.scale.pow(2).mul(1 - 2 / Math.PI);
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return where(value.ge(0), this.base_dist.log_prob(value).add(Math.LN2), Number.NEGATIVE_INFINITY);
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
