import { eye, type Tensor } from "@tt/core";
import type { ProbsOrLogits } from "./binary_parameters.ts";
import { Categorical } from "./categorical.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import {
  type ArgConstraints,
  type Constraint,
  one_hot as oneHotVectors,
  real_vector,
  simplex,
} from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { one_hot } from "./functional.ts";

/** Arguments of {@link OneHotCategorical}: `probs` or `logits`. */
export type OneHotCategoricalOptions = ProbsOrLogits<Tensor>;

/** {@link Categorical} with one-hot vectors for values. */
export class OneHotCategorical extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = {
    probs: simplex,
    logits: real_vector,
  };
  static override readonly support: Constraint = oneHotVectors;
  static override readonly has_enumerate_support: boolean = true;
  /** @internal */
  readonly _categorical: Categorical;

  constructor(...args: ConstructorArgs<OneHotCategoricalOptions, ["probs", "logits", "validate_args"]>) {
    super();
    const [probs, logits, validate_args] = bindConstructor<[Tensor | null, Tensor | null, boolean | null]>(
      "OneHotCategorical(Tensor? probs=None, Tensor? logits=None, bool? validate_args=None)",
      args,
    );
    this._categorical = new Categorical(probs, logits);
    this.init(this._categorical.batch_shape, this._categorical.param_shape.slice(-1), validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<OneHotCategorical>(created, { _categorical: this._categorical.expand(batch_shape) });
    return created._init_expanded(this, batch_shape);
  }

  get probs(): Tensor {
    return this._categorical.probs;
  }

  get logits(): Tensor {
    return this._categorical.logits;
  }

  /** Shape of the parameter. */
  get param_shape(): Shape {
    return this._categorical.param_shape;
  }

  override get mean(): Tensor {
    return this.probs;
  }

  override get mode(): Tensor {
    return one_hot(this.probs.argmax(-1), this._event_shape[0]!).to(this.probs.dtype);
  }

  override get variance(): Tensor {
    return this.probs.mul(this.probs.rsub(1));
  }

  override sample(sample_shape: Shape = []): Tensor {
    return one_hot(this._categorical.sample(sample_shape), this._event_shape[0]!).to(this.probs.dtype);
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return this._categorical.log_prob(value.argmax(-1));
  }

  override entropy(): Tensor {
    return this._categorical.entropy();
  }

  override enumerate_support(expand: boolean | { readonly expand?: boolean } = true): Tensor {
    const n = this._event_shape[0]!;
    const { dtype, device } = this._categorical._param;
    const values = eye(n, { dtype, device }).view([n, ...this._batch_shape.map(() => 1), n]);
    const all = typeof expand === "boolean" ? expand : (expand.expand ?? true);
    return all ? values.expand([n, ...this._batch_shape, n]) : values;
  }
}

/** {@link OneHotCategorical} whose `rsample` passes gradients straight through to `probs`. */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  static override readonly has_rsample: boolean = true;

  override rsample(sample_shape: Shape = []): Tensor {
    return this.sample(sample_shape).add(this.probs.sub(this.probs.detach()));
  }
}
