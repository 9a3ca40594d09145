import { NotImplementedError, ones_like, type Tensor, tensor } from "@tt/core";
import { Binomial } from "./binomial.ts";
import type { ProbsOrLogits } from "./binary_parameters.ts";
import { Categorical } from "./categorical.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import {
  type ArgConstraints,
  type Constraint,
  dependent_property,
  multinomial,
  real_vector,
  simplex,
} from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { broadcast_all } from "./utils.ts";

/** Arguments of {@link Multinomial}: `total_count` and either `probs` or `logits`. */
export interface MultinomialOptions extends ProbsOrLogits<Tensor> {
  /** Number of trials; 1 by default. */
  readonly total_count?: number;
}

/**
 * How often each class came in `total_count` draws with probabilities along the last dimension of `probs`.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { Multinomial } from "@tt/distributions";
 * const m = new Multinomial(5, tensor([0.2, 0.8]));
 * m.mean.tolist(); // [1, 4]
 * m.sample().sum().item(); // 5
 * ```
 */
export class Multinomial extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = {
    probs: simplex,
    logits: real_vector,
  };
  static override readonly support: Constraint = dependent_property({ is_discrete: true, event_dim: 1 });
  readonly total_count: number;
  /** @internal */
  readonly _categorical: Categorical;

  constructor(...args: ConstructorArgs<MultinomialOptions, ["total_count", "probs", "logits", "validate_args"]>) {
    super();
    const [total_count, probs, logits, validate_args] = bindConstructor<
      [number, Tensor | null, Tensor | null, boolean | null]
    >("Multinomial(Any total_count=1, Tensor? probs=None, Tensor? logits=None, bool? validate_args=None)", args);
    if (!Number.isInteger(total_count)) throw new NotImplementedError("inhomogeneous total_count is not supported");
    this.total_count = total_count;
    this._categorical = new Categorical(probs, logits);
    this.init(this._categorical.batch_shape, this._categorical.param_shape.slice(-1), validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<Multinomial>(created, {
      total_count: this.total_count,
      _categorical: this._categorical.expand(batch_shape),
    });
    return created._init_expanded(this, batch_shape);
  }

  get logits(): Tensor {
    return this._categorical.logits;
  }

  get probs(): Tensor {
    return this._categorical.probs;
  }

  /** Shape of the parameter. */
  get param_shape(): Shape {
    return this._categorical.param_shape;
  }

  override get support(): Constraint {
    return multinomial(this.total_count);
  }

  override get mean(): Tensor {
    return this.probs.mul(this.total_count);
  }

  override get variance(): Tensor {
    return this.probs.mul(this.total_count).mul(this.probs.rsub(1));
  }

  override sample(sample_shape: Shape = []): Tensor {
    // (total_count, sample_shape, batch_shape), the draws of one sample to come last.
    const draws = this._categorical.sample([this.total_count, ...sample_shape]).movedim(0, -1);
    const counts = draws.new_zeros(this._extended_shape(sample_shape));
    return counts.scatter_add_(-1, draws, ones_like(draws)).type_as(this.probs);
  }

  override entropy(): Tensor {
    const n = this.total_count;
    const binomial = new Binomial(n, this.probs);
    const support = binomial.enumerate_support(false).narrow(0, 1, n);
    const weighted = binomial.log_prob(support).exp().mul(support.add(1).lgamma());
    return this._categorical
      .entropy()
      .mul(n)
      .sub(tensor(n + 1).lgamma())
      .add(weighted.sum([0, -1]));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const [all, counts] = broadcast_all(this.logits, value);
    const logits = all.masked_fill(counts.eq(0).logical_and(all.eq(Number.NEGATIVE_INFINITY)), 0);
    const factorials = counts.add(1).lgamma().sum(-1);
    return counts.sum(-1).add(1).lgamma().sub(factorials).add(logits.mul(counts).sum(-1));
  }
}
