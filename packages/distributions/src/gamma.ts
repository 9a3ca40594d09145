import type { Tensor } from "@tt/core";
import { _standard_gamma } from "@tt/core/statistics";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, nonnegative, positive } from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { ExponentialFamily } from "./exp_family.ts";
import { finfo } from "./functional.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Gamma}. */
export interface GammaOptions extends ValidateOptions {
  readonly concentration: TensorOrNumber;
  readonly rate: TensorOrNumber;
}

/**
 * The gamma distribution of shape `concentration` and inverse scale `rate`.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { Gamma } from "@tt/distributions";
 * new Gamma(tensor([4]), tensor([2])).mean.tolist(); // [2]
 * ```
 */
export class Gamma extends ExponentialFamily {
  static override readonly arg_constraints: ArgConstraints = { concentration: positive, rate: positive };
  static override readonly support: Constraint = nonnegative;
  static override readonly has_rsample: boolean = true;
  readonly concentration: Tensor;
  readonly rate: Tensor;

  constructor(...args: ConstructorArgs<GammaOptions, ["concentration", "rate", "validate_args"]>) {
    super();
    const [concentration, rate, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Gamma(Any concentration, Any rate, bool? validate_args=None)",
      args,
    );
    [this.concentration, this.rate] = broadcast_all(concentration, rate);
    this.init(areNumbers(concentration, rate) ? [] : this.concentration.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["concentration", "rate"], batch_shape, _instance);
  }

  override get mean(): Tensor {
    return this.concentration.div(this.rate);
  }

  override get mode(): Tensor {
    return this.concentration.sub(1).div(this.rate).clamp({ min: 0 });
  }

  override get variance(): Tensor {
    return this.concentration.div(this.rate.pow(2));
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const shape = this._extended_shape(sample_shape);
    const value = _standard_gamma(this.concentration.expand(shape)).div(this.rate.expand(shape));
    // Zeros become the smallest number without a trace in the graph.
    value.detach().clamp_({ min: finfo(value.dtype).tiny });
    return value;
  }

  override log_prob(value: Tensor): Tensor {
    const x = value.to(this.rate.dtype);
    if (this._validate_args) this._validate_sample(x);
    return this.concentration
      .xlogy(this.rate)
      .add(this.concentration.sub(1).xlogy(x))
      .sub(this.rate.mul(x))
      .sub(this.concentration.lgamma());
  }

  override entropy(): Tensor {
    const { concentration } = this;
    return concentration
      .sub(this.rate.log())
      .add(concentration.lgamma())
      .add(concentration.rsub(1).mul(concentration.digamma()));
  }

  /** @internal */
  override get _natural_params(): readonly Tensor[] {
    return [this.concentration.sub(1), this.rate.neg()];
  }

  /** @internal */
  override _log_normalizer(x: Tensor, y: Tensor): Tensor {
    return x.add(1).lgamma().add(x.add(1).mul(y.reciprocal().neg().log()));
  }

  /** @internal */
  override get _mean_carrier_measure(): number {
    return 0;
  }
}
