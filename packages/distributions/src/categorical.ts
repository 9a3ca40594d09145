import { arange, broadcast_tensors, full, int64, type Tensor, ValueError } from "@tt/core";
import { multinomial } from "@tt/core/statistics";
import { eitherOf, lazyParameters, type ProbsOrLogits } from "./binary_parameters.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import {
  type ArgConstraints,
  type Constraint,
  dependent_property,
  integer_interval,
  real_vector,
  simplex,
} from "./constraints/index.ts";
import { Distribution, enumerated, type Shape } from "./distribution.ts";
import { finfo } from "./functional.ts";

/** Arguments of {@link Categorical}: relative probabilities `probs` or their logarithms `logits` along the last dimension. */
export type CategoricalOptions = ProbsOrLogits<Tensor>;

/**
 * The distribution of the integers 0 to K - 1 with probabilities along the last dimension of `probs` (or `logits`), which
 * are normalised.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { Categorical } from "@tt/distributions";
 * const m = new Categorical({ logits: tensor([0, 0, 0, 0]) });
 * m.probs.tolist(); // [0.25, 0.25, 0.25, 0.25]
 * m.log_prob(m.sample()).item(); // -1.3862943649291992
 * ```
 */
export class Categorical extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = {
    probs: simplex,
    logits: real_vector,
  };
  static override readonly support: Constraint = dependent_property({ is_discrete: true, event_dim: 0 });
  static override readonly has_enumerate_support: boolean = true;
  declare readonly probs: Tensor;
  declare readonly logits: Tensor;

  constructor(...args: ConstructorArgs<CategoricalOptions, ["probs", "logits", "validate_args"]>) {
    super();
    const [probs, logits, validate_args] = bindConstructor<[Tensor | null, Tensor | null, boolean | null]>(
      "Categorical(Tensor? probs=None, Tensor? logits=None, bool? validate_args=None)",
      args,
    );
    const { name, value } = eitherOf(probs, logits);
    if (value.ndim < 1) throw new ValueError(`\`${name}\` parameter must be at least one-dimensional.`);
    const normalized = name === "probs" ? value.div(value.sum(-1, true)) : value.sub(value.logsumexp(-1, true));
    assign<Categorical>(this, { [name]: normalized });
    this.init(value.shape.slice(0, -1), [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    for (const name of ["probs", "logits"] as const) {
      if (!Object.hasOwn(this, name)) continue;
      assign<Categorical>(created, { [name]: this[name].expand([...batch_shape, this._num_events]) });
    }
    return created._init_expanded(this, batch_shape);
  }

  /** @internal the parameter that was given */
  get _param(): Tensor {
    return Object.hasOwn(this, "probs") ? this.probs : this.logits;
  }

  /** @internal K */
  get _num_events(): number {
    return this._param.shape.at(-1)!;
  }

  /** Shape of the parameter. */
  get param_shape(): Shape {
    return this._param.shape;
  }

  override get support(): Constraint {
    return integer_interval(0, this._num_events - 1);
  }

  override get mean(): Tensor {
    return full(this._extended_shape(), Number.NaN, { dtype: this.probs.dtype, device: this.probs.device });
  }

  override get mode(): Tensor {
    return this.probs.argmax(-1);
  }

  override get variance(): Tensor {
    return this.mean;
  }

  override sample(sample_shape: Shape = []): Tensor {
    const rows = this.probs.detach().reshape([-1, this._num_events]);
    const count = sample_shape.reduce((n, size) => n * size, 1);
    return multinomial(rows, count, true).t().reshape(this._extended_shape(sample_shape));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const [index, log_pmf] = broadcast_tensors(value.to(int64).unsqueeze(-1), this.logits);
    return log_pmf!.gather(-1, index!.narrow(-1, 0, 1)).squeeze(-1);
  }

  override entropy(): Tensor {
    const { min } = finfo(this.logits.dtype);
    return this.logits.clamp({ min }).mul(this.probs).sum(-1).neg();
  }

  override enumerate_support(expand: boolean | { readonly expand?: boolean } = true): Tensor {
    return enumerated(
      arange(this._num_events, { dtype: int64, device: this._param.device }),
      this._batch_shape,
      expand,
    );
  }
}

lazyParameters(Categorical, false);
