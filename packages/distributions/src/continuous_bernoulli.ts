import { no_grad, ones_like, rand, type Tensor, ValueError, where, zeros_like } from "@tt/core";
import { eitherOf, type ProbsOrLogits } from "./binary_parameters.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import { type ArgConstraints, type Constraint, real, unit_interval } from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { ExponentialFamily } from "./exp_family.ts";
import { binary_cross_entropy_with_logits } from "./functional.ts";
import {
  areNumbers,
  broadcast_all,
  clamp_probs,
  lazy_properties,
  logits_to_probs,
  probs_to_logits,
  type TensorOrNumber,
} from "./utils.ts";

type Limits = readonly [low: number, high: number];

/** Arguments of {@link ContinuousBernoulli}: `probs` or `logits`. */
export interface ContinuousBernoulliOptions extends ProbsOrLogits<TensorOrNumber> {
  /** Between these `probs`, Taylor expansions around 1/2 are used; [0.499, 0.501] by default. */
  readonly lims?: Limits;
}

/**
 * The continuous Bernoulli distribution on [0, 1] (Loaiza-Ganem and Cunningham 2019, arXiv:1907.06845); `probs` is its
 * parameter rather than a probability.
 */
export class ContinuousBernoulli extends ExponentialFamily {
  static override readonly arg_constraints: ArgConstraints<"probs" | "logits"> = { probs: unit_interval, logits: real };
  static override readonly support: Constraint = unit_interval;
  static override readonly has_rsample: boolean = true;
  declare readonly probs: Tensor;
  declare readonly logits: Tensor;
  /** @internal */
  readonly _lims: Limits;

  constructor(...args: ConstructorArgs<ContinuousBernoulliOptions, ["probs", "logits", "lims", "validate_args"]>) {
    super();
    const [probs, logits, lims, validate_args] = bindConstructor<
      [TensorOrNumber | null, TensorOrNumber | null, Limits, boolean | null]
    >(
      "ContinuousBernoulli(Any? probs=None, Any? logits=None, float[] lims=[0.499, 0.501], bool? validate_args=None)",
      args,
    );
    const { name, value } = eitherOf(probs, logits);
    const [parameter] = broadcast_all(value);
    if (name === "probs" && validate_args !== null && !unit_interval.check(parameter).all().item()) {
      // Clamped below, invalid ones would pass.
      throw new ValueError("The parameter probs has invalid values");
    }
    this._lims = lims;
    assign<ContinuousBernoulli>(this, { [name]: name === "probs" ? clamp_probs(parameter) : parameter });
    this.init(areNumbers(value) ? [] : parameter.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<ContinuousBernoulli>(created, { _lims: this._lims });
    return this._expand_parameters(["probs", "logits"], batch_shape, created);
  }

  /** Shape of the parameter. */
  get param_shape(): Shape {
    return (Object.hasOwn(this, "probs") ? this.probs : this.logits).shape;
  }

  private stable(): Tensor {
    return this.probs.le(this._lims[0]).logical_or(this.probs.gt(this._lims[1]));
  }

  /** `probs`, with a stand-in where the exact formulas are unstable. */
  private cutProbs(): Tensor {
    return where(this.stable(), this.probs, ones_like(this.probs).mul(this._lims[0]));
  }

  /** @internal logarithm of the normalising constant */
  _cont_bern_log_norm(): Tensor {
    const cut = this.cutProbs();
    const low = cut.le(0.5);
    const below = where(low, cut, zeros_like(cut));
    const above = where(cut.ge(0.5), cut, ones_like(cut));
    const exact = cut
      .neg()
      .log1p()
      .sub(cut.log())
      .abs()
      .log()
      .sub(where(low, below.mul(-2).log1p(), above.mul(2).sub(1).log()));
    const x = this.probs.sub(0.5).pow(2);
    const taylor = x
      .mul(104 / 45)
      .add(4 / 3)
      .mul(x)
      .add(Math.LN2);
    return where(this.stable(), exact, taylor);
  }

  override get mean(): Tensor {
    const cut = this.cutProbs();
    const exact = cut.div(cut.mul(2).sub(1)).add(cut.neg().log1p().sub(cut.log()).reciprocal());
    const x = this.probs.sub(0.5);
    const taylor = x
      .pow(2)
      .mul(16 / 45)
      .add(1 / 3)
      .mul(x)
      .add(0.5);
    return where(this.stable(), exact, taylor);
  }

  override get stddev(): Tensor {
    return this.variance.sqrt();
  }

  override get variance(): Tensor {
    const cut = this.cutProbs();
    const exact = cut
      .mul(cut.sub(1))
      .div(cut.mul(2).rsub(1).pow(2))
      .add(cut.neg().log1p().sub(cut.log()).pow(2).reciprocal());
    const x = this.probs.sub(0.5).pow(2);
    const taylor = x
      .mul(128 / 945)
      .rsub(1 / 15)
      .mul(x)
      .rsub(1 / 12);
    return where(this.stable(), exact, taylor);
  }

  override sample(sample_shape: Shape = []): Tensor {
    return no_grad(() => this.rsample(sample_shape));
  }

  override rsample(sample_shape: Shape = []): Tensor {
    return this.icdf(rand(this._extended_shape(sample_shape), { dtype: this.probs.dtype, device: this.probs.device }));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const [logits, target] = broadcast_all(this.logits, value);
    return binary_cross_entropy_with_logits(logits, target).neg().add(this._cont_bern_log_norm());
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const cut = this.cutProbs();
    const exact = cut
      .pow(value)
      .mul(cut.rsub(1).pow(value.rsub(1)))
      .add(cut)
      .sub(1)
      .div(cut.mul(2).sub(1));
    const inside = where(this.stable(), exact, value);
    return where(value.le(0), zeros_like(value), where(value.ge(1), ones_like(value), inside));
  }

  override icdf(value: Tensor): Tensor {
    const cut = this.cutProbs();
    const rest = cut.neg().log1p();
    const exact = value.mul(cut.mul(2).sub(1)).sub(cut).log1p().sub(rest).div(cut.log().sub(rest));
    return where(this.stable(), exact, value);
  }

  override entropy(): Tensor {
    const zero = this.probs.neg().log1p();
    return this.mean.mul(zero.sub(this.probs.log())).sub(this._cont_bern_log_norm()).sub(zero);
  }

  /** @internal */
  override get _natural_params(): readonly Tensor[] {
    return [this.logits];
  }

  /** @internal */
  override _log_normalizer(x: Tensor): Tensor {
    const [low, high] = [this._lims[0] - 0.5, this._lims[1] - 0.5];
    const stable = x.le(low).logical_or(x.gt(high));
    const cut = where(stable, x, ones_like(x).mul(low));
    const exact = cut.exp().sub(1).abs().log().sub(cut.abs().log());
    const taylor = x.mul(0.5).add(x.pow(2).div(24)).sub(x.pow(4).div(2880));
    return where(stable, exact, taylor);
  }

  /** @internal */
  override get _mean_carrier_measure(): number {
    return 0;
  }
}

lazy_properties<ContinuousBernoulli>(ContinuousBernoulli, {
  probs: (self) => clamp_probs(logits_to_probs(self.logits, true)),
  logits: (self) => probs_to_logits(self.probs, true),
});
