import { no_grad, type Tensor, ValueError, zeros_like } from "@tt/core";
import { eitherOf, lazyParameters, type ProbsOrLogits } from "./binary_parameters.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import { type ArgConstraints, type Constraint, nonnegative_integer, real, unit_interval } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { binary_cross_entropy_with_logits, finfo } from "./functional.ts";
import { tensorText, tupleText } from "./text.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Geometric}: `probs` or `logits`. */
export type GeometricOptions = ProbsOrLogits<TensorOrNumber>;

/** The number of failures before the first success of trials that succeed with probability `probs`. */
export class Geometric extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = { probs: unit_interval, logits: real };
  static override readonly support: Constraint = nonnegative_integer;
  declare readonly probs: Tensor;
  declare readonly logits: Tensor;

  constructor(...args: ConstructorArgs<GeometricOptions, ["probs", "logits", "validate_args"]>) {
    super();
    const [probs, logits, validate_args] = bindConstructor<
      [TensorOrNumber | null, TensorOrNumber | null, boolean | null]
    >("Geometric(Any? probs=None, Any? logits=None, bool? validate_args=None)", args);
    const { name, value } = eitherOf(probs, logits);
    const [parameter] = broadcast_all(value);
    assign<Geometric>(this, { [name]: parameter });
    this.init(areNumbers(value) ? [] : parameter.shape, [], validate_args);
    if (this._validate_args && name === "probs" && !parameter.gt(0).all().item()) {
      const invalid = parameter.detach().at(parameter.le(0));
      throw new ValueError(
        `Expected parameter probs (${parameter.constructor.name} of shape ${tupleText(parameter.shape)}) of distribution ${this.toString()} ` +
          `to be positive but found invalid values:\n${tensorText(invalid)}`,
      );
    }
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["probs", "logits"], batch_shape, _instance);
  }

  override get mean(): Tensor {
    return this.probs.reciprocal().sub(1);
  }

  override get mode(): Tensor {
    return zeros_like(this.probs);
  }

  override get variance(): Tensor {
    return this.probs.reciprocal().sub(1).div(this.probs);
  }

  override sample(sample_shape: Shape = []): Tensor {
    const shape = this._extended_shape(sample_shape);
    const { tiny } = finfo(this.probs.dtype);
    return no_grad(() => {
      const u = this.probs.new_empty(shape).uniform_(tiny, 1);
      return u.log().div(this.probs.neg().log1p()).floor();
    });
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const [k, probs] = broadcast_all(value, this.probs);
    const failing = probs.masked_fill(probs.eq(1).logical_and(k.eq(0)), 0);
    return k.mul(failing.neg().log1p()).add(this.probs.log());
  }

  override entropy(): Tensor {
    return binary_cross_entropy_with_logits(this.logits, this.probs).div(this.probs);
  }
}

lazyParameters(Geometric, true);
