import type { Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive, real } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { finfo } from "./functional.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Laplace}. */
export interface LaplaceOptions extends ValidateOptions {
  readonly loc: TensorOrNumber;
  readonly scale: TensorOrNumber;
}

/** The Laplace distribution of mean `loc`. */
export class Laplace extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"loc" | "scale"> = { loc: real, scale: positive };
  static override readonly support: Constraint = real;
  static override readonly has_rsample: boolean = true;
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(...args: ConstructorArgs<LaplaceOptions, ["loc", "scale", "validate_args"]>) {
    super();
    const [loc, scale, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Laplace(Any loc, Any scale, bool? validate_args=None)",
      args,
    );
    [this.loc, this.scale] = broadcast_all(loc, scale);
    this.init(areNumbers(loc, scale) ? [] : this.loc.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["loc", "scale"], batch_shape, _instance);
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    return this.scale.pow(2).mul(2);
  }

  override get stddev(): Tensor {
    return this.scale.mul(Math.SQRT2);
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const { eps } = finfo(this.loc.dtype);
    const u = this.loc.new_empty(this._extended_shape(sample_shape)).uniform_(eps - 1, 1);
    return this.loc.sub(this.scale.mul(u.sign()).mul(u.abs().neg().log1p()));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return this.scale.mul(2).log().neg().sub(value.sub(this.loc).abs().div(this.scale));
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const centered = value.sub(this.loc);
    return centered.sign().mul(0.5).mul(centered.abs().neg().div(this.scale).expm1()).rsub(0.5);
  }

  override icdf(value: Tensor): Tensor {
    const term = value.sub(0.5);
    return this.loc.sub(this.scale.mul(term.sign()).mul(term.abs().mul(-2).log1p()));
  }

  override entropy(): Tensor {
    return this.scale.mul(2).log().add(1);
  }
}
