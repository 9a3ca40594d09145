import { full_like, type Tensor } from "@tt/core";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import type { BetaOptions } from "./beta.ts";
import { type ArgConstraints, type Constraint, positive, unit_interval } from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { AffineTransform } from "./transforms/affine.ts";
import { PowerTransform } from "./transforms/elementwise.ts";
import { Uniform } from "./uniform.ts";
import { broadcast_all, euler_constant, type TensorOrNumber } from "./utils.ts";

/** The n-th moment. */
function moment(a: Tensor, b: Tensor, n: number): Tensor {
  const order = a.reciprocal().mul(n).add(1);
  return b.mul(order.lgamma().add(b.lgamma()).sub(order.add(b).lgamma()).exp());
}

/** The Kumaraswamy distribution on [0, 1]. */
export class Kumaraswamy extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"concentration1" | "concentration0"> = {
    concentration1: positive,
    concentration0: positive,
  };
  static override readonly support: Constraint = unit_interval;
  static override readonly has_rsample: boolean = true;
  readonly concentration1: Tensor;
  readonly concentration0: Tensor;

  constructor(...args: ConstructorArgs<BetaOptions, ["concentration1", "concentration0", "validate_args"]>) {
    const [givenA, givenB, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Kumaraswamy(Any concentration1, Any concentration0, bool? validate_args=None)",
      args,
    );
    const [a, b] = broadcast_all(givenA, givenB);
    const base = new Uniform(full_like(b, 0), full_like(b, 1), validate_args);
    super(
      base,
      [new PowerTransform(b.reciprocal()), new AffineTransform(1, -1), new PowerTransform(a.reciprocal())],
      false,
    );
    this.concentration1 = a;
    this.concentration0 = b;
    this.init(this._batch_shape, this._event_shape, validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<Kumaraswamy>(created, {
      concentration1: this.concentration1.expand(batch_shape),
      concentration0: this.concentration0.expand(batch_shape),
    });
    return super.expand(batch_shape, created);
  }

  override get mean(): Tensor {
    return moment(this.concentration1, this.concentration0, 1);
  }

  // In log space, for numerical stability.
  override get mode(): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    return b
      .reciprocal()
      .mul(b.neg().log1p())
      .sub(b.neg().mul(a).log1p())
      .masked_fill(b.lt(1).logical_or(a.lt(1)), Number.NaN)
      .exp();
  }

  override get variance(): Tensor {
    return moment(this.concentration1, this.concentration0, 2).sub(this.mean.pow(2));
  }

  override entropy(): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    const harmonic = b.add(1).digamma().add(euler_constant);
    return b.reciprocal().rsub(1).add(a.reciprocal().rsub(1).mul(harmonic)).sub(a.log()).sub(b.log());
  }
}
