import { rand, type Tensor, ValueError } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, dependent_property, interval } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Uniform}. */
export interface UniformOptions extends ValidateOptions {
  readonly low: TensorOrNumber;
  readonly high: TensorOrNumber;
}

const bound: Constraint = dependent_property({ is_discrete: false, event_dim: 0 });

/**
 * The uniform distribution on [low, high).
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { Uniform } from "@tt/distributions";
 * const m = new Uniform(0, 4);
 * m.mean.item(); // 2
 * m.cdf(tensor(1)).item(); // 0.25
 * ```
 */
export class Uniform extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"low" | "high"> = { low: bound, high: bound };
  static override readonly support: Constraint = bound;
  static override readonly has_rsample: boolean = true;
  readonly low: Tensor;
  readonly high: Tensor;

  constructor(...args: ConstructorArgs<UniformOptions, ["low", "high", "validate_args"]>) {
    super();
    const [low, high, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Uniform(Any low, Any high, bool? validate_args=None)",
      args,
    );
    [this.low, this.high] = broadcast_all(low, high);
    this.init(areNumbers(low, high) ? [] : this.low.shape, [], validate_args);
    if (this._validate_args && !this.low.lt(this.high).all().item()) {
      throw new ValueError("Uniform is not defined when low>= high");
    }
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["low", "high"], batch_shape, _instance);
  }

  override get support(): Constraint {
    return interval(this.low, this.high);
  }

  override get mean(): Tensor {
    return this.high.add(this.low).div(2);
  }

  override get mode(): Tensor {
    return this.high.mul(Number.NaN);
  }

  override get stddev(): Tensor {
    return this.high.sub(this.low).div(Math.sqrt(12));
  }

  override get variance(): Tensor {
    return this.high.sub(this.low).pow(2).div(12);
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const { low, high } = this;
    const drawn = rand(this._extended_shape(sample_shape), { dtype: low.dtype, device: low.device });
    return low.add(drawn.mul(high.sub(low)));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const above = this.low.le(value).type_as(this.low);
    const below = this.high.gt(value).type_as(this.low);
    return above.mul(below).log().sub(this.high.sub(this.low).log());
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return value.sub(this.low).div(this.high.sub(this.low)).clamp(0, 1);
  }

  override icdf(value: Tensor): Tensor {
    return value.mul(this.high.sub(this.low)).add(this.low);
  }

  override entropy(): Tensor {
    return this.high.sub(this.low).log();
  }
}
