import { rand, Tensor, tensor } from "@tt/core";
import type { ProbsOrLogits } from "./binary_parameters.ts";
import { Categorical } from "./categorical.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import { type ArgConstraints, type Constraint, real_vector, simplex } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { TransformedDistribution } from "./transformed_distribution.ts";
import { ExpTransform } from "./transforms/elementwise.ts";
import { broadcast_all, clamp_probs, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link RelaxedOneHotCategorical}: `temperature` and either `probs` or `logits`. */
export interface RelaxedOneHotCategoricalOptions extends ProbsOrLogits<Tensor> {
  readonly temperature: TensorOrNumber;
}

/** The logarithm of {@link RelaxedOneHotCategorical} (Maddison et al., "The Concrete Distribution", 2017). */
export class ExpRelaxedCategorical extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = {
    probs: simplex,
    logits: real_vector,
  };
  // The true support is a submanifold of this.
  static override readonly support: Constraint = real_vector;
  static override readonly has_rsample: boolean = true;
  /** @internal */
  readonly _categorical: Categorical;
  readonly temperature: TensorOrNumber;

  constructor(
    ...args: ConstructorArgs<RelaxedOneHotCategoricalOptions, ["temperature", "probs", "logits", "validate_args"]>
  ) {
    super();
    const [temperature, probs, logits, validate_args] = bindConstructor<
      [TensorOrNumber, Tensor | null, Tensor | null, boolean | null]
    >(
      "ExpRelaxedCategorical(Any temperature, Tensor? probs=None, Tensor? logits=None, bool? validate_args=None)",
      args,
    );
    this._categorical = new Categorical(probs, logits);
    this.temperature = temperature;
    this.init(this._categorical.batch_shape, this._categorical.param_shape.slice(-1), validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<ExpRelaxedCategorical>(created, {
      temperature: this.temperature,
      _categorical: this._categorical.expand(batch_shape),
    });
    return created._init_expanded(this, batch_shape);
  }

  /** Shape of the parameter. */
  get param_shape(): Shape {
    return this._categorical.param_shape;
  }

  get logits(): Tensor {
    return this._categorical.logits;
  }

  get probs(): Tensor {
    return this._categorical.probs;
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const { logits } = this;
    const u = clamp_probs(rand(this._extended_shape(sample_shape), { dtype: logits.dtype, device: logits.device }));
    const gumbels = u.log().neg().log().neg();
    const scores = logits.add(gumbels).div(this.temperature);
    return scores.sub(scores.logsumexp(-1, true));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const k = this._categorical._num_events;
    const [logits, x] = broadcast_all(this.logits, value);
    const temperature =
      this.temperature instanceof Tensor ? this.temperature : tensor(this.temperature, { dtype: x.dtype });
    const log_scale = temperature
      .new_full(temperature.shape, k)
      .lgamma()
      .sub(temperature.log().mul(-(k - 1)));
    const score = logits.sub(x.mul(temperature));
    return score.sub(score.logsumexp(-1, true)).sum(-1).add(log_scale);
  }
}

/**
 * A relaxation of OneHotCategorical with values on the simplex that gradients can pass through.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { RelaxedOneHotCategorical } from "@tt/distributions";
 * const m = new RelaxedOneHotCategorical(tensor([2.2]), { logits: tensor([0, 1, 2]) });
 * m.rsample().shape; // [3]
 * ```
 */
export class RelaxedOneHotCategorical extends TransformedDistribution {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = {
    probs: simplex,
    logits: real_vector,
  };
  static override readonly support: Constraint = simplex;
  static override readonly has_rsample: boolean = true;
  declare readonly base_dist: ExpRelaxedCategorical;

  constructor(
    ...args: ConstructorArgs<RelaxedOneHotCategoricalOptions, ["temperature", "probs", "logits", "validate_args"]>
  ) {
    const [temperature, probs, logits, validate_args] = bindConstructor<
      [TensorOrNumber, Tensor | null, Tensor | null, boolean | null]
    >(
      "RelaxedOneHotCategorical(Any temperature, Tensor? probs=None, Tensor? logits=None, bool? validate_args=None)",
      args,
    );
    super(new ExpRelaxedCategorical(temperature, probs, logits, validate_args), new ExpTransform(), validate_args);
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
}
