import { ones_like, type Tensor } from "@tt/core";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive } from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { Exponential } from "./exponential.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { AffineTransform } from "./transforms/affine.ts";
import { PowerTransform } from "./transforms/elementwise.ts";
import type { Transform } from "./transforms/transform.ts";
import { broadcast_all, euler_constant, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Weibull}. */
export interface WeibullOptions extends ValidateOptions {
  /** Often called lambda. */
  readonly scale: TensorOrNumber;
  /** The shape parameter, often called k. */
  readonly concentration: TensorOrNumber;
}

const transformsOf = (reciprocal: Tensor, scale: Tensor): readonly Transform[] => [
  new PowerTransform(reciprocal),
  new AffineTransform(0, scale),
];

/** The Weibull distribution of two parameters. */
export class Weibull extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"scale" | "concentration"> = {
    scale: positive,
    concentration: positive,
  };
  static override readonly support: Constraint = positive;
  readonly scale: Tensor;
  readonly concentration: Tensor;
  readonly concentration_reciprocal: Tensor;

  constructor(...args: ConstructorArgs<WeibullOptions, ["scale", "concentration", "validate_args"]>) {
    const [givenScale, given, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Weibull(Any scale, Any concentration, bool? validate_args=None)",
      args,
    );
    const [scale, concentration] = broadcast_all(givenScale, given);
    const reciprocal = concentration.reciprocal();
    super(new Exponential(ones_like(scale), validate_args), transformsOf(reciprocal, scale), false);
    this.scale = scale;
    this.concentration = concentration;
    this.concentration_reciprocal = reciprocal;
    this.init(this._batch_shape, this._event_shape, validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    const [scale, concentration] = [this.scale.expand(batch_shape), this.concentration.expand(batch_shape)];
    const reciprocal = concentration.reciprocal();
    assign<Weibull>(created, {
      scale,
      concentration,
      concentration_reciprocal: reciprocal,
      base_dist: this.base_dist.expand(batch_shape),
      transforms: transformsOf(reciprocal, scale),
    });
    return created._init_expanded(this, batch_shape);
  }

  override get mean(): Tensor {
    return this.scale.mul(this.concentration_reciprocal.add(1).lgamma().exp());
  }

  override get mode(): Tensor {
    return this.scale.mul(this.concentration.sub(1).div(this.concentration).pow(this.concentration.reciprocal()));
  }

  override get variance(): Tensor {
    const second = this.concentration_reciprocal.mul(2).add(1).lgamma().exp();
    const first = this.concentration_reciprocal.add(1).lgamma().mul(2).exp();
    return this.scale.pow(2).mul(second.sub(first));
  }

  override entropy(): Tensor {
    return this.concentration_reciprocal
      .rsub(1)
      .mul(euler_constant)
      .add(this.scale.mul(this.concentration_reciprocal).log())
      .add(1);
  }
}
