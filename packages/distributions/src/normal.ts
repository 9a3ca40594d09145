import { no_grad, normal, type Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive, real } from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { ExponentialFamily } from "./exp_family.ts";
import { _standard_normal, areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Normal}. */
export interface NormalOptions extends ValidateOptions {
  readonly loc: TensorOrNumber;
  readonly scale: TensorOrNumber;
}

/**
 * The normal (Gaussian) distribution of mean `loc` and standard deviation `scale`.
 *
 * @example
 * ```ts
 * import { manual_seed, tensor } from "@tt/core";
 * import { Normal } from "@tt/distributions";
 * manual_seed(0);
 * const m = new Normal(tensor([0.0]), tensor([1.0]));
 * m.sample().tolist(); // [1.5409960746765137]
 * m.log_prob(tensor([0.0])).tolist(); // [-0.9189385175704956]
 * ```
 */
export class Normal extends ExponentialFamily {
  static override readonly arg_constraints: ArgConstraints<"loc" | "scale"> = { loc: real, scale: positive };
  static override readonly support: Constraint = real;
  static override readonly has_rsample: boolean = true;
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(...args: ConstructorArgs<NormalOptions, ["loc", "scale", "validate_args"]>) {
    super();
    const [loc, scale, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Normal(Any loc, Any scale, bool? validate_args=None)",
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

  override get stddev(): Tensor {
    return this.scale;
  }

  override get variance(): Tensor {
    return this.stddev.pow(2);
  }

  override sample(sample_shape: Shape = []): Tensor {
    const shape = this._extended_shape(sample_shape);
    return no_grad(() => normal(this.loc.expand(shape), this.scale.expand(shape)));
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const eps = _standard_normal(this._extended_shape(sample_shape), this.loc.dtype, this.loc.device);
    return this.loc.add(eps.mul(this.scale));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const variance = this.scale.pow(2);
    return value
      .sub(this.loc)
      .pow(2)
      .neg()
      .div(variance.mul(2))
      .sub(this.scale.log())
      .sub(Math.log(Math.sqrt(2 * Math.PI)));
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return value.sub(this.loc).mul(this.scale.reciprocal()).div(Math.SQRT2).erf().add(1).mul(0.5);
  }

  override icdf(value: Tensor): Tensor {
    return this.loc.add(this.scale.mul(value.mul(2).sub(1).erfinv()).mul(Math.SQRT2));
  }

  override entropy(): Tensor {
    return this.scale.log().add(0.5 + 0.5 * Math.log(2 * Math.PI));
  }

  /** @internal */
  override get _natural_params(): readonly Tensor[] {
    return [this.loc.div(this.scale.pow(2)), this.scale.pow(2).reciprocal().mul(-0.5)];
  }

  /** @internal */
  override _log_normalizer(x: Tensor, y: Tensor): Tensor {
    return x.pow(2).mul(-0.25).div(y).add(y.reciprocal().mul(-Math.PI).log().mul(0.5));
  }

  /** @internal */
  override get _mean_carrier_measure(): number {
    return 0;
  }
}
