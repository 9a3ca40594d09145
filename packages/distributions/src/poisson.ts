import { no_grad, type Tensor } from "@tt/core";
import { poisson } from "@tt/core/statistics";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, nonnegative, nonnegative_integer } from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { ExponentialFamily } from "./exp_family.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Poisson}. */
export interface PoissonOptions extends ValidateOptions {
  readonly rate: TensorOrNumber;
}

/** The Poisson distribution of mean `rate`. */
export class Poisson extends ExponentialFamily {
  static override readonly arg_constraints: ArgConstraints<"rate"> = { rate: nonnegative };
  static override readonly support: Constraint = nonnegative_integer;
  readonly rate: Tensor;

  constructor(...args: ConstructorArgs<PoissonOptions, ["rate", "validate_args"]>) {
    super();
    const [rate, validate_args] = bindConstructor<[TensorOrNumber, boolean | null]>(
      "Poisson(Any rate, bool? validate_args=None)",
      args,
    );
    [this.rate] = broadcast_all(rate);
    this.init(areNumbers(rate) ? [] : this.rate.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["rate"], batch_shape, _instance);
  }

  override get mean(): Tensor {
    return this.rate;
  }

  override get mode(): Tensor {
    return this.rate.floor();
  }

  override get variance(): Tensor {
    return this.rate;
  }

  override sample(sample_shape: Shape = []): Tensor {
    const shape = this._extended_shape(sample_shape);
    return no_grad(() => poisson(this.rate.expand(shape)));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const [rate, k] = broadcast_all(this.rate, value);
    return k.xlogy(rate).sub(rate).sub(k.add(1).lgamma());
  }

  /** @internal */
  override get _natural_params(): readonly Tensor[] {
    return [this.rate.log()];
  }

  /** @internal */
  override _log_normalizer(x: Tensor): Tensor {
    return x.exp();
  }
}
