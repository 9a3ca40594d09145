import { rand, Tensor } from "@tt/core";
import { eitherOf, lazyParameters, type ProbsOrLogits } from "./binary_parameters.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import { type ArgConstraints, type Constraint, real, unit_interval } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { SigmoidTransform } from "./transforms/elementwise.ts";
import { areNumbers, broadcast_all, clamp_probs, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link RelaxedBernoulli}: `temperature` and either `probs` or `logits`. */
export interface RelaxedBernoulliOptions extends ProbsOrLogits<TensorOrNumber> {
  readonly temperature: TensorOrNumber;
}

/** The logit of {@link RelaxedBernoulli} (Maddison et al., "The Concrete Distribution", 2017). */
export class LogitRelaxedBernoulli extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = { probs: unit_interval, logits: real };
  static override readonly support: Constraint = real;
  readonly temperature: TensorOrNumber;
  declare readonly probs: Tensor;
  declare readonly logits: Tensor;

  constructor(...args: ConstructorArgs<RelaxedBernoulliOptions, ["temperature", "probs", "logits", "validate_args"]>) {
    super();
    const [temperature, probs, logits, validate_args] = bindConstructor<
      [TensorOrNumber, TensorOrNumber | null, TensorOrNumber | null, boolean | null]
    >("LogitRelaxedBernoulli(Any temperature, Any? probs=None, Any? logits=None, bool? validate_args=None)", args);
    const { name, value } = eitherOf(probs, logits);
    const [parameter] = broadcast_all(value);
    this.temperature = temperature;
    assign<LogitRelaxedBernoulli>(this, { [name]: parameter });
    this.init(areNumbers(value) ? [] : parameter.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<LogitRelaxedBernoulli>(created, { temperature: this.temperature });
    return this._expand_parameters(["probs", "logits"], batch_shape, created);
  }

  /** Shape of the parameter. */
  get param_shape(): Shape {
    return (Object.hasOwn(this, "probs") ? this.probs : this.logits).shape;
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const shape = this._extended_shape(sample_shape);
    const probs = clamp_probs(this.probs.expand(shape));
    const u = clamp_probs(rand(shape, { dtype: probs.dtype, device: probs.device }));
    return u.log().sub(u.neg().log1p()).add(probs.log()).sub(probs.neg().log1p()).div(this.temperature);
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const [logits, x] = broadcast_all(this.logits, value);
    const diff = logits.sub(x.mul(this.temperature));
    const { temperature } = this;
    const log = temperature instanceof Tensor ? temperature.log() : Math.log(temperature);
    return diff.add(log).sub(diff.exp().log1p().mul(2));
  }
}

lazyParameters(LogitRelaxedBernoulli, true);

/**
 * A relaxation of Bernoulli with values in (0, 1) that gradients can pass through.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { RelaxedBernoulli } from "@tt/distributions";
 * const m = new RelaxedBernoulli(tensor([2.2]), { probs: tensor([0.1, 0.9]) });
 * m.rsample().shape; // [2]
 * ```
 */
export class RelaxedBernoulli extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = { probs: unit_interval, logits: real };
  static override readonly support: Constraint = unit_interval;
  static override readonly has_rsample: boolean = true;
  declare readonly base_dist: LogitRelaxedBernoulli;

  constructor(...args: ConstructorArgs<RelaxedBernoulliOptions, ["temperature", "probs", "logits", "validate_args"]>) {
    const [temperature, probs, logits, validate_args] = bindConstructor<
      [TensorOrNumber, TensorOrNumber | null, TensorOrNumber | null, boolean | null]
    >("RelaxedBernoulli(Any temperature, Any? probs=None, Any? logits=None, bool? validate_args=None)", args);
    super(new LogitRelaxedBernoulli(temperature, probs, logits), new SigmoidTransform(), validate_args);
  }

  get temperature(): TensorOrNumber {
    return this.base_dist.temperature;
  }

  get logits(): Tensor {
    return this.base_dist.logits;
  }

  get probs(): Tensor {
    return this.base_dist.probs;
  }

  // The base says false in PyTorch's classes, though both draw by reparametrisation.
  override get has_rsample(): boolean {
    return true;
  }
}
