import type { Tensor } from "@tt/core";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import {
  type ArgConstraints,
  type Constraint,
  dependent_property,
  greater_than_eq,
  positive,
} from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { Exponential } from "./exponential.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { AffineTransform } from "./transforms/affine.ts";
import { ExpTransform } from "./transforms/elementwise.ts";
import { broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Pareto}. */
export interface ParetoOptions extends ValidateOptions {
  readonly scale: TensorOrNumber;
  /** The shape parameter. */
  readonly alpha: TensorOrNumber;
}

/** The Pareto distribution (type 1) of values from `scale` on. */
export class Pareto extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"alpha" | "scale"> = { alpha: positive, scale: positive };
  static override readonly support: Constraint = dependent_property({ is_discrete: false, event_dim: 0 });
  readonly scale: Tensor;
  readonly alpha: Tensor;

  constructor(...args: ConstructorArgs<ParetoOptions, ["scale", "alpha", "validate_args"]>) {
    const [givenScale, givenAlpha, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Pareto(Any scale, Any alpha, bool? validate_args=None)",
      args,
    );
    const [scale, alpha] = broadcast_all(givenScale, givenAlpha);
    super(new Exponential(alpha, validate_args), [new ExpTransform(), new AffineTransform(0, scale)], false);
    this.scale = scale;
    this.alpha = alpha;
    this.init(this._batch_shape, this._event_shape, validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<Pareto>(created, { scale: this.scale.expand(batch_shape), alpha: this.alpha.expand(batch_shape) });
    return super.expand(batch_shape, created);
  }

  override get support(): Constraint {
    return greater_than_eq(this.scale);
  }

  /** Infinite for alpha up to 1. */
  override get mean(): Tensor {
    const alpha = this.alpha.clamp({ min: 1 });
    return alpha.mul(this.scale).div(alpha.sub(1));
  }

  override get mode(): Tensor {
    return this.scale;
  }

  /** Infinite for alpha up to 2. */
  override get variance(): Tensor {
    const alpha = this.alpha.clamp({ min: 2 });
    return this.scale
      .pow(2)
      .mul(alpha)
      .div(alpha.sub(1).pow(2).mul(alpha.sub(2)));
  }

  override entropy(): Tensor {
    return this.scale.div(this.alpha).log().add(this.alpha.reciprocal().add(1));
  }
}
