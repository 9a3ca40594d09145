import type { Tensor } from "@tt/core";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { finfo } from "./functional.ts";
import { Gamma } from "./gamma.ts";
import { areNumbers, broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link FisherSnedecor}. */
export interface FisherSnedecorOptions extends ValidateOptions {
  readonly df1: TensorOrNumber;
  readonly df2: TensorOrNumber;
}

/** The F-distribution of `df1` and `df2` degrees of freedom. */
export class FisherSnedecor extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"df1" | "df2"> = { df1: positive, df2: positive };
  static override readonly support: Constraint = positive;
  static override readonly has_rsample: boolean = true;
  readonly df1: Tensor;
  readonly df2: Tensor;
  /** @internal */
  readonly _gamma1: Gamma;
  /** @internal */
  readonly _gamma2: Gamma;

  constructor(...args: ConstructorArgs<FisherSnedecorOptions, ["df1", "df2", "validate_args"]>) {
    super();
    const [df1, df2, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "FisherSnedecor(Any df1, Any df2, bool? validate_args=None)",
      args,
    );
    [this.df1, this.df2] = broadcast_all(df1, df2);
    this._gamma1 = new Gamma(this.df1.mul(0.5), this.df1);
    this._gamma2 = new Gamma(this.df2.mul(0.5), this.df2);
    this.init(areNumbers(df1, df2) ? [] : this.df1.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<FisherSnedecor>(created, {
      _gamma1: this._gamma1.expand(batch_shape),
      _gamma2: this._gamma2.expand(batch_shape),
    });
    return this._expand_parameters(["df1", "df2"], batch_shape, created);
  }

  override get mean(): Tensor {
    const df2 = this.df2.masked_fill(this.df2.le(2), Number.NaN);
    return df2.div(df2.sub(2));
  }

  override get mode(): Tensor {
    const mode = this.df1.sub(2).div(this.df1).mul(this.df2).div(this.df2.add(2));
    return mode.masked_fill(this.df1.le(2), Number.NaN);
  }

  override get variance(): Tensor {
    const df2 = this.df2.masked_fill(this.df2.le(4), Number.NaN);
    return df2
      .pow(2)
      .mul(2)
      .mul(this.df1.add(df2).sub(2))
      .div(this.df1.mul(df2.sub(2).pow(2)).mul(df2.sub(4)));
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const shape = this._extended_shape(sample_shape);
    const x1 = this._gamma1.rsample(sample_shape).view(shape);
    const x2 = this._gamma2.rsample(sample_shape).view(shape);
    const { tiny } = finfo(x2.dtype);
    return x1.div(x2.clamp({ min: tiny })).clamp({ min: tiny });
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const half1 = this.df1.mul(0.5);
    const half2 = this.df2.mul(0.5);
    const both = half1.add(half2);
    const ratio = this.df1.div(this.df2);
    const t1 = both.lgamma().sub(half1.lgamma()).sub(half2.lgamma());
    const t2 = half1.mul(ratio.log()).add(half1.sub(1).mul(value.log()));
    return t1.add(t2).sub(both.mul(ratio.mul(value).log1p()));
  }
}
