import { arange, bernoulli, no_grad, type Tensor } from "@tt/core";
import { eitherOf, lazyParameters, type ProbsOrLogits } from "./binary_parameters.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import { type ArgConstraints, boolean, type Constraint, real, unit_interval } from "./constraints/index.ts";
import { enumerated, type Shape } from "./distribution.ts";
import { ExponentialFamily } from "./exp_family.ts";
import { binary_cross_entropy_with_logits } from "./functional.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Bernoulli}: `probs` or `logits`. */
export type BernoulliOptions = ProbsOrLogits<TensorOrNumber>;

/**
 * The distribution of 1 with probability `probs` (log odds `logits`), else 0.
 *
 * @example
 * ```ts
 * import { manual_seed, tensor } from "@tt/core";
 * import { Bernoulli } from "@tt/distributions";
 * manual_seed(1);
 * const m = new Bernoulli(tensor([0.2, 0.8]));
 * m.sample([2]).tolist(); // [[0, 1], [0, 1]]
 * ```
 */
export class Bernoulli extends ExponentialFamily {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = { probs: unit_interval, logits: real };
  static override readonly support: Constraint = boolean;
  static override readonly has_enumerate_support: boolean = true;
  declare readonly probs: Tensor;
  declare readonly logits: Tensor;

  constructor(...args: ConstructorArgs<BernoulliOptions, ["probs", "logits", "validate_args"]>) {
    super();
    const [probs, logits, validate_args] = bindConstructor<
      [TensorOrNumber | null, TensorOrNumber | null, boolean | null]
    >("Bernoulli(Any? probs=None, Any? logits=None, bool? validate_args=None)", args);
    const { name, value } = eitherOf(probs, logits);
    const [parameter] = broadcast_all(value);
    assign<Bernoulli>(this, { [name]: parameter });
    this.init(areNumbers(value) ? [] : parameter.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["probs", "logits"], batch_shape, _instance);
  }

  /** @internal the parameter that was given */
  get _param(): Tensor {
    return Object.hasOwn(this, "probs") ? this.probs : this.logits;
  }

  /** Shape of the parameter. */
  get param_shape(): Shape {
    return this._param.shape;
  }

  override get mean(): Tensor {
    return this.probs;
  }

  override get mode(): Tensor {
    return this.probs.ge(0.5).to(this.probs.dtype).masked_fill(this.probs.eq(0.5), Number.NaN);
  }

  override get variance(): Tensor {
    return this.probs.mul(this.probs.rsub(1));
  }

  override sample(sample_shape: Shape = []): Tensor {
    const shape = this._extended_shape(sample_shape);
    return no_grad(() => bernoulli(this.probs.expand(shape)));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const [logits, target] = broadcast_all(this.logits, value);
    return binary_cross_entropy_with_logits(logits, target).neg();
  }

  override entropy(): Tensor {
    return binary_cross_entropy_with_logits(this.logits, this.probs);
  }

  override enumerate_support(expand: boolean | { readonly expand?: boolean } = true): Tensor {
    const { dtype, device } = this._param;
    return enumerated(arange(2, { dtype, device }), this._batch_shape, expand);
  }

  /** @internal */
  override get _natural_params(): readonly Tensor[] {
    return [this.probs.div(this.probs.rsub(1)).log()];
  }

  /** @internal */
  override _log_normalizer(x: Tensor): Tensor {
    return x.exp().add(1).log();
  }

  /** @internal */
  override get _mean_carrier_measure(): number {
    return 0;
  }
}

lazyParameters(Bernoulli, true);
