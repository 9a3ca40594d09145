import type { Tensor } from "@tt/core";
import { Chi2 } from "./chi2.ts";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive, real } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { _standard_normal, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link StudentT}. */
export interface StudentTOptions extends ValidateOptions {
  readonly df: TensorOrNumber;
  /** 0 by default. */
  readonly loc?: TensorOrNumber;
  /** 1 by default. */
  readonly scale?: TensorOrNumber;
}

/** log(gamma(1 / 2)) */
const LGAMMA_HALF: number = 0.5 * Math.log(Math.PI);

/** Student's t-distribution of `df` degrees of freedom. */
export class StudentT extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"df" | "loc" | "scale"> = {
    df: positive,
    loc: real,
    scale: positive,
  };
  static override readonly support: Constraint = real;
  static override readonly has_rsample: boolean = true;
  readonly df: Tensor;
  readonly loc: Tensor;
  readonly scale: Tensor;
  /** @internal */
  _chi2: Chi2;

  constructor(...args: ConstructorArgs<StudentTOptions, ["df", "loc", "scale", "validate_args"]>) {
    super();
    const [df, loc, scale, validate_args] = bindConstructor<
      [TensorOrNumber, TensorOrNumber, TensorOrNumber, boolean | null]
    >("StudentT(Any df, Any loc=0, Any scale=1, bool? validate_args=None)", args);
    [this.df, this.loc, this.scale] = broadcast_all(df, loc, scale);
    this._chi2 = new Chi2(this.df);
    this.init(this.df.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<StudentT>(created, { _chi2: this._chi2.expand(batch_shape) });
    return this._expand_parameters(["df", "loc", "scale"], batch_shape, created);
  }

  override get mean(): Tensor {
    return this.loc.masked_fill(this.df.le(1), Number.NaN);
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    const { df } = this;
    return this.scale
      .pow(2)
      .mul(df)
      .div(df.sub(2))
      .masked_fill(df.le(2), Number.POSITIVE_INFINITY)
      .masked_fill(df.le(1), Number.NaN);
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const x = _standard_normal(this._extended_shape(sample_shape), this.df.dtype, this.df.device);
    const z = this._chi2.rsample(sample_shape);
    return this.loc.add(this.scale.mul(x.mul(z.div(this.df).rsqrt())));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const y = value.sub(this.loc).div(this.scale);
    const z = this.scale
      .log()
      .add(this.df.log().mul(0.5))
      .add(0.5 * Math.log(Math.PI))
      .add(this.df.mul(0.5).lgamma())
      .sub(this.df.add(1).mul(0.5).lgamma());
    return this.df.add(1).mul(-0.5).mul(y.pow(2).div(this.df).log1p()).sub(z);
  }

  override entropy(): Tensor {
    const half = this.df.mul(0.5);
    const next = this.df.add(1).mul(0.5);
    const lbeta = half.lgamma().add(LGAMMA_HALF).sub(next.lgamma());
    return this.scale
      .log()
      .add(next.mul(next.digamma().sub(half.digamma())))
      .add(this.df.log().mul(0.5))
      .add(lbeta);
  }
}
