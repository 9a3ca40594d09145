import type { Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive, real } from "./constraints/index.ts";
import { Normal, type NormalOptions } from "./normal.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { ExpTransform } from "./transforms/elementwise.ts";
import type { TensorOrNumber } from "./utils.ts";

/** The distribution of exp(x) for x distributed as Normal(loc, scale). */
export class LogNormal extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"loc" | "scale"> = { loc: real, scale: positive };
  static override readonly support: Constraint = positive;
  static override readonly has_rsample: boolean = true;
  declare readonly base_dist: Normal;

  constructor(...args: ConstructorArgs<NormalOptions, ["loc", "scale", "validate_args"]>) {
    const [loc, scale, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "LogNormal(Any loc, Any scale, bool? validate_args=None)",
      args,
    );
    super(new Normal(loc, scale, validate_args), new ExpTransform(), validate_args);
  }

  /** Mean of the logarithm. */
  get loc(): Tensor {
    return this.base_dist.loc;
  }

  /** Standard deviation of the logarithm. */
  get scale(): Tensor {
    return this.base_dist.scale;
  }

  override get mean(): Tensor {
    return this.loc.add(this.scale.pow(2).div(2)).exp();
  }

  override get mode(): Tensor {
    return this.loc.sub(this.scale.square()).exp();
  }

  override get variance(): Tensor {
    const square = this.scale.pow(2);
    return square.exp().sub(1).mul(this.loc.mul(2).add(square).exp());
  }

  override entropy(): Tensor {
    return this.base_dist.entropy().add(this.loc);
  }
}
