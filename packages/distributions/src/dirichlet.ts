import { type Tensor, ValueError, where } from "@tt/core";
import { _sample_dirichlet } from "@tt/core/statistics";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, independent, positive, simplex } from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { ExponentialFamily } from "./exp_family.ts";
import { one_hot } from "./functional.ts";

/** Arguments of {@link Dirichlet}. */
export interface DirichletOptions extends ValidateOptions {
  readonly concentration: Tensor;
}

/**
 * The Dirichlet distribution of probability vectors; `concentration` has an entry for each class.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { Dirichlet } from "@tt/distributions";
 * new Dirichlet(tensor([1.0, 3.0])).mean.tolist(); // [0.25, 0.75]
 * ```
 */
export class Dirichlet extends ExponentialFamily {
  static override readonly arg_constraints: ArgConstraints<"concentration"> = {
    concentration: independent(positive, 1),
  };
  static override readonly support: Constraint = simplex;
  static override readonly has_rsample: boolean = true;
  readonly concentration: Tensor;

  constructor(...args: ConstructorArgs<DirichletOptions, ["concentration", "validate_args"]>) {
    super();
    const [concentration, validate_args] = bindConstructor<[Tensor, boolean | null]>(
      "Dirichlet(Tensor concentration, bool? validate_args=None)",
      args,
    );
    if (concentration.ndim < 1) throw new ValueError("`concentration` parameter must be at least one-dimensional.");
    this.concentration = concentration;
    this.init(concentration.shape.slice(0, -1), concentration.shape.slice(-1), validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<Dirichlet>(created, { concentration: this.concentration.expand([...batch_shape, ...this._event_shape]) });
    return created._init_expanded(this, batch_shape);
  }

  override get mean(): Tensor {
    return this.concentration.div(this.concentration.sum(-1, true));
  }

  override get mode(): Tensor {
    const excess = this.concentration.sub(1).clamp({ min: 0 });
    const mode = excess.div(excess.sum(-1, true));
    // Where all concentrations are below 1 the density grows towards the corners; PyTorch names one of them.
    const corner = one_hot(mode.argmax(-1), mode.shape.at(-1)!).to(mode.dtype);
    return where(this.concentration.lt(1).all(-1, true), corner, mode);
  }

  override get variance(): Tensor {
    const total = this.concentration.sum(-1, true);
    return this.concentration.mul(total.sub(this.concentration)).div(total.pow(2).mul(total.add(1)));
  }

  override rsample(sample_shape: Shape = []): Tensor {
    return _sample_dirichlet(this.concentration.expand(this._extended_shape(sample_shape)));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return value
      .log()
      .mul(this.concentration.sub(1))
      .sum(-1)
      .add(this.concentration.sum(-1).lgamma())
      .sub(this.concentration.lgamma().sum(-1));
  }

  override entropy(): Tensor {
    const { concentration } = this;
    const k = concentration.shape.at(-1)!;
    const total = concentration.sum(-1);
    return concentration
      .lgamma()
      .sum(-1)
      .sub(total.lgamma())
      .sub(total.rsub(k).mul(total.digamma()))
      .sub(concentration.sub(1).mul(concentration.digamma()).sum(-1));
  }

  /** @internal */
  override get _natural_params(): readonly Tensor[] {
    return [this.concentration];
  }

  /** @internal */
  override _log_normalizer(x: Tensor): Tensor {
    return x.lgamma().sum(-1).sub(x.sum(-1).lgamma());
  }
}
