import { stack, type Tensor, tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive, unit_interval } from "./constraints/index.ts";
import { Dirichlet } from "./dirichlet.ts";
import type { Shape } from "./distribution.ts";
import { ExponentialFamily } from "./exp_family.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Beta}. */
export interface BetaOptions extends ValidateOptions {
  /** Often called alpha. */
  readonly concentration1: TensorOrNumber;
  /** Often called beta. */
  readonly concentration0: TensorOrNumber;
}

/**
 * The beta distribution on [0, 1].
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { Beta } from "@tt/distributions";
 * new Beta(tensor([0.5]), tensor([1.5])).mean.tolist(); // [0.25]
 * ```
 */
export class Beta extends ExponentialFamily {
  static override readonly arg_constraints: ArgConstraints<"concentration1" | "concentration0"> = {
    concentration1: positive,
    concentration0: positive,
  };
  static override readonly support: Constraint = unit_interval;
  static override readonly has_rsample: boolean = true;
  /** @internal */
  _dirichlet: Dirichlet;

  constructor(...args: ConstructorArgs<BetaOptions, ["concentration1", "concentration0", "validate_args"]>) {
    super();
    const [one, zero, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "Beta(Any concentration1, Any concentration0, bool? validate_args=None)",
      args,
    );
    const pair = areNumbers(one, zero) ? tensor([one, zero] as number[]) : stack(broadcast_all(one, zero), -1);
    this._dirichlet = new Dirichlet(pair, validate_args);
    this.init(this._dirichlet._batch_shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    created._dirichlet = this._dirichlet.expand(batch_shape);
    return created._init_expanded(this, batch_shape);
  }

  get concentration1(): Tensor {
    return this._dirichlet.concentration.select(-1, 0);
  }

  get concentration0(): Tensor {
    return this._dirichlet.concentration.select(-1, 1);
  }

  override get mean(): Tensor {
    return this.concentration1.div(this.concentration1.add(this.concentration0));
  }

  override get mode(): Tensor {
    return this._dirichlet.mode.select(-1, 0);
  }

  override get variance(): Tensor {
    const total = this.concentration1.add(this.concentration0);
    return this.concentration1.mul(this.concentration0).div(total.pow(2).mul(total.add(1)));
  }

  override rsample(sample_shape: Shape = []): Tensor {
    return this._dirichlet.rsample(sample_shape).select(-1, 0);
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return this._dirichlet.log_prob(stack([value, value.rsub(1)], -1));
  }

  override entropy(): Tensor {
    return this._dirichlet.entropy();
  }

  /** @internal */
  override get _natural_params(): readonly Tensor[] {
    return [this.concentration1, this.concentration0];
  }

  /** @internal */
  override _log_normalizer(x: Tensor, y: Tensor): Tensor {
    return x.lgamma().add(y.lgamma()).sub(x.add(y).lgamma());
  }
}
