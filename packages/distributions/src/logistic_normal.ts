import type { Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive, real, simplex } from "./constraints/index.ts";
import type { Independent } from "./independent.ts";
import { Normal, type NormalOptions } from "./normal.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { StickBreakingTransform } from "./transforms/simplex.ts";
import type { TensorOrNumber } from "./utils.ts";

/** The distribution of probability vectors whose stick-breaking coordinates are distributed as Normal(loc, scale). */
export class LogisticNormal extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"loc" | "scale"> = { loc: real, scale: positive };
  static override readonly support: Constraint = simplex;
  static override readonly has_rsample: boolean = true;
  declare readonly base_dist: Independent<Normal>;

  constructor(...args: ConstructorArgs<NormalOptions, ["loc", "scale", "validate_args"]>) {
    const [loc, scale, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "LogisticNormal(Any loc, Any scale, bool? validate_args=None)",
      args,
    );
    const normal = new Normal(loc, scale, validate_args);
    const base = normal.batch_shape.length === 0 ? normal.expand([1]) : normal;
    super(base, new StickBreakingTransform(), validate_args);
  }

  /** Mean of the coordinates. */
  get loc(): Tensor {
    return this.base_dist.base_dist.loc;
  }

  /** Standard deviation of the coordinates. */
  get scale(): Tensor {
    return this.base_dist.base_dist.scale;
  }
}
