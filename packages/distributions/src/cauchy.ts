import { full, type Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive, real } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Cauchy}. */
export interface CauchyOptions extends ValidateOptions {
  readonly loc: TensorOrNumber;
  readonly scale: TensorOrNumber;
}

/** The Cauchy (Lorentz) distribution of median `loc` and half width at half maximum `scale`. */
export class Cauchy extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"loc" | "scale"> = { loc: real, scale: positive };
  static override readonly support: Constraint = real;
  static override readonly has_rsample: boolean = true;
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(...args: ConstructorArgs<CauchyOptions, ["loc", "scale", "validate_args"]>) {
    super();
    const [loc, scale, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Cauchy(Any loc, Any scale, bool? validate_args=None)",
      args,
    );
    [this.loc, this.scale] = broadcast_all(loc, scale);
    this.init(areNumbers(loc, scale) ? [] : this.loc.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["loc", "scale"], batch_shape, _instance);
  }

  /** Undefined: NaN. */
  override get mean(): Tensor {
    return full(this._extended_shape(), Number.NaN, { dtype: this.loc.dtype, device: this.loc.device });
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    return full(this._extended_shape(), Number.POSITIVE_INFINITY, { dtype: this.loc.dtype, device: this.loc.device });
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const eps = this.loc.new_empty(this._extended_shape(sample_shape)).cauchy_();
    return this.loc.add(eps.mul(this.scale));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const standard = value.sub(this.loc).div(this.scale);
    return this.scale.log().rsub(-Math.log(Math.PI)).sub(standard.pow(2).add(1).log());
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return value.sub(this.loc).div(this.scale).atan().div(Math.PI).add(0.5);
  }

  override icdf(value: Tensor): Tensor {
    return value.sub(0.5).mul(Math.PI).tan().mul(this.scale).add(this.loc);
  }

  override entropy(): Tensor {
    return this.scale.log().add(Math.log(4 * Math.PI));
  }
}
