import { no_grad, type Tensor } from "@tt/core";
import { poisson } from "@tt/core/statistics";
import { eitherOf, lazyParameters, type ProbsOrLogits } from "./binary_parameters.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import {
  type ArgConstraints,
  type Constraint,
  greater_than_eq,
  half_open_interval,
  nonnegative_integer,
  real,
} from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { logsigmoid } from "./functional.ts";
import { Gamma } from "./gamma.ts";
import { broadcast_all, lazy_properties, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link NegativeBinomial}: `total_count` and either `probs` or `logits`. */
export interface NegativeBinomialOptions extends ProbsOrLogits<TensorOrNumber> {
  /** Number of failures that end the trials; need not be an integer. */
  readonly total_count: TensorOrNumber;
}

/** The number of successes before `total_count` failures of trials that succeed with probability `probs`. */
export class NegativeBinomial extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"total_count" | "probs" | "logits"> = {
    total_count: greater_than_eq(0),
    probs: half_open_interval(0, 1),
    logits: real,
  };
  static override readonly support: Constraint = nonnegative_integer;
  readonly total_count: Tensor;
  declare readonly probs: Tensor;
  declare readonly logits: Tensor;
  /** @internal */
  declare readonly _gamma: Gamma;

  constructor(...args: ConstructorArgs<NegativeBinomialOptions, ["total_count", "probs", "logits", "validate_args"]>) {
    super();
    const [total_count, probs, logits, validate_args] = bindConstructor<
      [TensorOrNumber, TensorOrNumber | null, TensorOrNumber | null, boolean | null]
    >("NegativeBinomial(Any total_count, Any? probs=None, Any? logits=None, bool? validate_args=None)", args);
    const { name, value } = eitherOf(probs, logits);
    const [count, parameter] = broadcast_all(total_count, value);
    this.total_count = count.type_as(parameter);
    assign<NegativeBinomial>(this, { [name]: parameter });
    this.init(parameter.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["total_count", "probs", "logits"], batch_shape, _instance);
  }

  /** Shape of the parameter. */
  get param_shape(): Shape {
    return (Object.hasOwn(this, "probs") ? this.probs : this.logits).shape;
  }

  override get mean(): Tensor {
    return this.total_count.mul(this.logits.exp());
  }

  override get mode(): Tensor {
    return this.total_count.sub(1).mul(this.logits.exp()).floor().clamp({ min: 0 });
  }

  override get variance(): Tensor {
    return this.mean.div(this.logits.neg().sigmoid());
  }

  override sample(sample_shape: Shape = []): Tensor {
    return no_grad(() => poisson(this._gamma.sample(sample_shape)));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const { total_count, logits } = this;
    const unnormalized = total_count.mul(logsigmoid(logits.neg())).add(value.mul(logsigmoid(logits)));
    const sum = total_count.add(value);
    const normalizer = sum.lgamma().neg().add(value.add(1).lgamma()).add(total_count.lgamma());
    return unnormalized.sub(normalizer.masked_fill(sum.eq(0), 0));
  }
}

lazyParameters(NegativeBinomial, true);
lazy_properties<NegativeBinomial>(NegativeBinomial, {
  // Not validated, since total_count may be zero.
  _gamma: (self) => new Gamma(self.total_count, self.logits.neg().exp(), false),
});
