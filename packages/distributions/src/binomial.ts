import { arange, no_grad, NotImplementedError, type Tensor } from "@tt/core";
import { binomial } from "@tt/core/statistics";
import { eitherOf, lazyParameters, type ProbsOrLogits } from "./binary_parameters.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import {
  type ArgConstraints,
  type Constraint,
  dependent_property,
  integer_interval,
  nonnegative_integer,
  real,
  unit_interval,
} from "./constraints/index.ts";
import { Distribution, enumerated, type Shape } from "./distribution.ts";
import { broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Binomial}: `total_count` and either `probs` or `logits`. */
export interface BinomialOptions extends ProbsOrLogits<TensorOrNumber> {
  /** Number of trials; 1 by default. */
  readonly total_count?: TensorOrNumber;
}

/** clamp(x, min=0), but with a gradient of 1/2 at 0. */
const clampByZero = (x: Tensor): Tensor =>
  x
    .clamp({ min: 0 })
    .add(x)
    .sub(x.clamp({ max: 0 }))
    .div(2);

/**
 * The number of successes of `total_count` trials that succeed with probability `probs`.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { Binomial } from "@tt/distributions";
 * new Binomial(100, tensor([0, 0.25, 1])).mean.tolist(); // [0, 25, 100]
 * ```
 */
export class Binomial extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"total_count" | "probs" | "logits"> = {
    total_count: nonnegative_integer,
    probs: unit_interval,
    logits: real,
  };
  static override readonly support: Constraint = dependent_property({ is_discrete: true, event_dim: 0 });
  static override readonly has_enumerate_support: boolean = true;
  readonly total_count: Tensor;
  declare readonly probs: Tensor;
  declare readonly logits: Tensor;

  constructor(...args: ConstructorArgs<BinomialOptions, ["total_count", "probs", "logits", "validate_args"]>) {
    super();
    const [total_count, probs, logits, validate_args] = bindConstructor<
      [TensorOrNumber, TensorOrNumber | null, TensorOrNumber | null, boolean | null]
    >("Binomial(Any total_count=1, Any? probs=None, Any? logits=None, bool? validate_args=None)", args);
    const { name, value } = eitherOf(probs, logits);
    const [count, parameter] = broadcast_all(total_count, value);
    this.total_count = count.type_as(parameter);
    assign<Binomial>(this, { [name]: parameter });
    this.init(parameter.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["total_count", "probs", "logits"], batch_shape, _instance);
  }

  /** @internal the parameter that was given */
  get _param(): Tensor {
    return Object.hasOwn(this, "probs") ? this.probs : this.logits;
  }

  /** Shape of the parameter. */
  get param_shape(): Shape {
    return this._param.shape;
  }

  override get support(): Constraint {
    return integer_interval(0, this.total_count);
  }

  override get mean(): Tensor {
    return this.total_count.mul(this.probs);
  }

  override get mode(): Tensor {
    return this.total_count.add(1).mul(this.probs).floor().clamp({ max: this.total_count });
  }

  override get variance(): Tensor {
    return this.total_count.mul(this.probs).mul(this.probs.rsub(1));
  }

  override sample(sample_shape: Shape = []): Tensor {
    const shape = this._extended_shape(sample_shape);
    return no_grad(() => binomial(this.total_count.expand(shape), this.probs.expand(shape)));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const { total_count: n, logits } = this;
    // k log p + (n - k) log(1 - p) = k logit - n max(logit, 0) - n log(1 + exp(-|logit|)), for either sign of the logit.
    const normalizer = n.mul(clampByZero(logits)).add(n.mul(logits.abs().neg().exp().log1p())).sub(n.add(1).lgamma());
    return value.mul(logits).sub(value.add(1).lgamma()).sub(n.sub(value).add(1).lgamma()).sub(normalizer);
  }

  private sharedCount(method: string): number {
    const count = Math.trunc(this.total_count.max().item());
    if (this.total_count.min().item() !== count) {
      throw new NotImplementedError(`Inhomogeneous total count not supported by \`${method}\`.`);
    }
    return count;
  }

  override entropy(): Tensor {
    this.sharedCount("entropy");
    const log_prob = this.log_prob(this.enumerate_support(false));
    return log_prob.exp().mul(log_prob).sum(0).neg();
  }

  override enumerate_support(expand: boolean | { readonly expand?: boolean } = true): Tensor {
    const count = this.sharedCount("enumerate_support");
    const { dtype, device } = this._param;
    return enumerated(arange(1 + count, { dtype, device }), this._batch_shape, expand);
  }
}

lazyParameters(Binomial, true);
