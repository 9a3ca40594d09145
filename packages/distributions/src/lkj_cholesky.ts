import { arange, cat, randn, type Tensor, ValueError } from "@tt/core";
import { Beta } from "./beta.ts";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, corr_cholesky, positive } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { finfo } from "./functional.ts";
import { broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link LKJCholesky}. */
export interface LKJCholeskyOptions extends ValidateOptions {
  /** Size of the matrices. */
  readonly dim: number;
  /** Often called eta; 1, the uniform distribution over correlation matrices, by default. */
  readonly concentration?: TensorOrNumber;
}

/**
 * The LKJ distribution of Cholesky factors of correlation matrices (Lewandowski, Kurowicka and Joe, 2009); the density
 * of a correlation matrix M is proportional to det(M) ** (concentration - 1).
 */
export class LKJCholesky extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"concentration"> = { concentration: positive };
  static override readonly support: Constraint = corr_cholesky;
  readonly dim: number;
  readonly concentration: Tensor;
  /** @internal */
  readonly _beta: Beta;

  constructor(...args: ConstructorArgs<LKJCholeskyOptions, ["dim", "concentration", "validate_args"]>) {
    super();
    const [dim, given, validate_args] = bindConstructor<[number, TensorOrNumber, boolean | null]>(
      "LKJCholesky(int dim, Any concentration=1, bool? validate_args=None)",
      args,
    );
    if (dim < 2) throw new ValueError(`Expected dim to be an integer greater than or equal to 2. Found dim=${dim}.`);
    const [concentration] = broadcast_all(given);
    const { dtype, device } = concentration;
    const counts = arange(dim - 1, { dtype, device });
    const offset = cat([counts.new_zeros([1]), counts]);
    const marginal = concentration.add(0.5 * (dim - 2));
    this.dim = dim;
    this.concentration = concentration;
    this._beta = new Beta(offset.add(0.5), marginal.unsqueeze(-1).sub(offset.mul(0.5)));
    this.init(concentration.shape, [dim, dim], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<LKJCholesky>(created, {
      dim: this.dim,
      concentration: this.concentration.expand(batch_shape),
      _beta: this._beta.expand([...batch_shape, this.dim]),
    });
    return created._init_expanded(this, batch_shape);
  }

  /** By the onion method of the paper, section 3.2, for all rows at once. */
  override sample(sample_shape: Shape = []): Tensor {
    const y = this._beta.sample(sample_shape).unsqueeze(-1);
    const drawn = randn(this._extended_shape(sample_shape), { dtype: y.dtype, device: y.device }).tril(-1);
    const sphere = drawn.div(drawn.norm(2, -1, true));
    // The first row is empty: 0 / 0.
    sphere.select(-2, 0).fill_(0);
    const rows = y.sqrt().mul(sphere);
    const diagonal = rows
      .pow(2)
      .sum(-1)
      .rsub(1)
      .clamp({ min: finfo(rows.dtype).tiny })
      .sqrt();
    return rows.add(diagonal.diag_embed());
  }

  // The probability of a factor L is proportional to the product of L_ii ** (2 (concentration - 1) + dim - i).
  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const { dim, concentration } = this;
    const logs = value
      .diagonal(0, -1, -2)
      .narrow(-1, 1, dim - 1)
      .log();
    const i = arange(2, dim + 1, { device: concentration.device });
    const order = concentration.sub(1).mul(2).unsqueeze(-1).add(dim).sub(i);
    const alpha = concentration.add(0.5 * (dim - 1));
    const normalizer = alpha
      .sub(0.5)
      .mvlgamma(dim - 1)
      .add(0.5 * (dim - 1) * Math.log(Math.PI))
      .sub(alpha.lgamma().mul(dim - 1));
    return order.mul(logs).sum(-1).sub(normalizer);
  }
}
