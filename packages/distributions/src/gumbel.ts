import { full_like, ones_like, type Tensor } from "@tt/core";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive, real } from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { finfo } from "./functional.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { AffineTransform } from "./transforms/affine.ts";
import { ExpTransform } from "./transforms/elementwise.ts";
import { Uniform } from "./uniform.ts";
import { areNumbers, broadcast_all, euler_constant, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Gumbel}. */
export interface GumbelOptions extends ValidateOptions {
  readonly loc: TensorOrNumber;
  readonly scale: TensorOrNumber;
}

/** The Gumbel distribution of mode `loc`. */
export class Gumbel extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"loc" | "scale"> = { loc: real, scale: positive };
  static override readonly support: Constraint = real;
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(...args: ConstructorArgs<GumbelOptions, ["loc", "scale", "validate_args"]>) {
    const [givenLoc, givenScale, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Gumbel(Any loc, Any scale, bool? validate_args=None)",
      args,
    );
    const [loc, scale] = broadcast_all(givenLoc, givenScale);
    const { eps, tiny } = finfo(loc.dtype);
    const base = areNumbers(givenLoc, givenScale)
      ? new Uniform(tiny, 1 - eps)
      : new Uniform(full_like(loc, tiny), full_like(loc, 1 - eps));
    const transforms = [
      new ExpTransform().inv,
      new AffineTransform(0, ones_like(scale).neg()),
      new ExpTransform().inv,
      new AffineTransform(givenLoc, scale.neg()),
    ];
    super(base, transforms, false);
    this.loc = loc;
    this.scale = scale;
    this.init(this._batch_shape, this._event_shape, validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<Gumbel>(created, { loc: this.loc.expand(batch_shape), scale: this.scale.expand(batch_shape) });
    return super.expand(batch_shape, created);
  }

  // The general formula would lose precision.
  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const y = this.loc.sub(value).div(this.scale);
    return y.sub(y.exp()).sub(this.scale.log());
  }

  override get mean(): Tensor {
    return this.loc.add(this.scale.mul(euler_constant));
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get stddev(): Tensor {
    return this.scale.mul(Math.PI / Math.sqrt(6));
  }

  override get variance(): Tensor {
    return this.stddev.pow(2);
  }

  override entropy(): Tensor {
    return this.scale.log().add(1 + euler_constant);
  }
}
