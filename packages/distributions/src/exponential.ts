import { type Tensor, zeros_like } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, nonnegative, positive } from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { ExponentialFamily } from "./exp_family.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Exponential}. */
export interface ExponentialOptions extends ValidateOptions {
  readonly rate: TensorOrNumber;
}

/**
 * The exponential distribution of mean 1 / rate.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { Exponential } from "@tt/distributions";
 * new Exponential(tensor([0.5])).mean.tolist(); // [2]
 * ```
 */
export class Exponential extends ExponentialFamily {
  static override readonly arg_constraints: ArgConstraints<"rate"> = { rate: positive };
  static override readonly support: Constraint = nonnegative;
  static override readonly has_rsample: boolean = true;
  readonly rate: Tensor;

  constructor(...args: ConstructorArgs<ExponentialOptions, ["rate", "validate_args"]>) {
    super();
    const [rate, validate_args] = bindConstructor<[TensorOrNumber, boolean | null]>(
      "Exponential(Any rate, bool? validate_args=None)",
      args,
    );
    [this.rate] = broadcast_all(rate);
    this.init(areNumbers(rate) ? [] : this.rate.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["rate"], batch_shape, _instance);
  }

  override get mean(): Tensor {
    return this.rate.reciprocal();
  }

  override get mode(): Tensor {
    return zeros_like(this.rate);
  }

  override get stddev(): Tensor {
    return this.rate.reciprocal();
  }

  override get variance(): Tensor {
    return this.rate.pow(-2);
  }

  override rsample(sample_shape: Shape = []): Tensor {
    return this.rate.new_empty(this._extended_shape(sample_shape)).exponential_().div(this.rate);
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return this.rate.log().sub(this.rate.mul(value));
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return this.rate.neg().mul(value).exp().rsub(1);
  }

  override icdf(value: Tensor): Tensor {
    return value.rsub(1).log().neg().div(this.rate);
  }

  override entropy(): Tensor {
    return this.rate.log().rsub(1);
  }

  /** @internal */
  override get _natural_params(): readonly Tensor[] {
    return [this.rate.neg()];
  }

  /** @internal */
  override _log_normalizer(x: Tensor): Tensor {
    return x.neg().log().neg();
  }

  /** @internal */
  override get _mean_carrier_measure(): number {
    return 0;
  }
}
