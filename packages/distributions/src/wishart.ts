import { arange, broadcast_shapes, eye, randn, Tensor, tensor, ValueError } from "@tt/core";
import { slogdet } from "@tt/core/linalg";
import { cholesky_solve } from "@tt/core/linalg/torch";
import { Chi2 } from "./chi2.ts";
import { assign, bindConstructor, type ConstructorArgs } from "./construct.ts";
import {
  type ArgConstraints,
  type Constraint,
  greater_than,
  lower_cholesky,
  positive_definite,
} from "./constraints/index.ts";
import type { Shape } from "./distribution.ts";
import { ExponentialFamily } from "./exp_family.ts";
import { finfo } from "./functional.ts";
import { logDiagonalSum, transposed } from "./gaussian.ts";
import { COVARIANCES, type CovarianceOptions, givenCovariance, scaleTrilOf } from "./multivariate_normal.ts";
import { tensorText } from "./text.ts";
import { lazy_properties, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Wishart}: `df` and exactly one of the others. */
export interface WishartOptions extends CovarianceOptions {
  /** Degrees of freedom, more than the size of the matrices minus 1. */
  readonly df: TensorOrNumber;
}

/** The multivariate digamma function. */
function mvdigamma(x: Tensor, p: number): Tensor {
  const halves = arange(p, { dtype: x.dtype, device: x.device }).div(2);
  return x.unsqueeze(-1).sub(halves).digamma().sum(-1);
}

/**
 * The Wishart distribution of positive-definite matrices: of sums of `df` outer products of normal vectors with the
 * given covariance.
 */
export class Wishart extends ExponentialFamily {
  static override readonly arg_constraints: ArgConstraints<"df" | (typeof COVARIANCES)[number]> = {
    covariance_matrix: positive_definite,
    precision_matrix: positive_definite,
    scale_tril: lower_cholesky,
    df: greater_than(0),
  };
  static override readonly support: Constraint = positive_definite;
  static override readonly has_rsample: boolean = true;
  readonly df: Tensor;
  declare readonly covariance_matrix: Tensor;
  declare readonly precision_matrix: Tensor;
  declare readonly scale_tril: Tensor;
  /** @internal */
  readonly _unbroadcasted_scale_tril: Tensor;
  /** @internal of Bartlett's decomposition */
  readonly _dist_chi2: Chi2;

  constructor(
    ...args: ConstructorArgs<
      WishartOptions,
      ["df", "covariance_matrix", "precision_matrix", "scale_tril", "validate_args"]
    >
  ) {
    super();
    const [df, covariance_matrix, precision_matrix, scale_tril, validate_args] = bindConstructor<
      [TensorOrNumber, Tensor | null, Tensor | null, Tensor | null, boolean | null]
    >(
      "Wishart(Any df, Tensor? covariance_matrix=None, Tensor? precision_matrix=None, Tensor? scale_tril=None, bool? validate_args=None)",
      args,
    );
    const given = givenCovariance({ covariance_matrix, precision_matrix, scale_tril });
    if (given === null) {
      throw new ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.");
    }
    const { name, value } = given;
    if (value.ndim < 2) {
      throw new ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions");
    }
    const own = value.shape.slice(0, -2);
    const batch_shape = df instanceof Tensor ? broadcast_shapes(own, df.shape) : own;
    this.df = df instanceof Tensor ? df.expand(batch_shape) : tensor(df, { dtype: value.dtype, device: value.device });
    const p = value.shape.at(-1)!;
    if (
      this.df
        .le(p - 1)
        .any()
        .item()
    ) {
      throw new ValueError(
        `Value of df=${df instanceof Tensor ? tensorText(df) : df} expected to be greater than ndim - 1 = ${p - 1}.`,
      );
    }
    assign<Wishart>(this, { [name]: value.expand([...batch_shape, -1, -1]) });
    if (this.df.lt(p).any().item()) {
      console.warn(
        "UserWarning: Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.",
      );
    }
    this.init(batch_shape, [p, p], validate_args);
    this._unbroadcasted_scale_tril = scaleTrilOf(name, value);
    this._dist_chi2 = bartlettChi2(this.df, batch_shape, p);
  }

  /** The bound of `df` depends on the size of the matrices. */
  override get arg_constraints(): ArgConstraints {
    return { ...Wishart.arg_constraints, df: greater_than(this._event_shape[0]! - 1) };
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    const shape = [...batch_shape, ...this._event_shape];
    const df = this.df.expand(batch_shape);
    for (const name of COVARIANCES) {
      if (Object.hasOwn(this, name)) assign<Wishart>(created, { [name]: this[name].expand(shape) });
    }
    assign<Wishart>(created, {
      df,
      _unbroadcasted_scale_tril: this._unbroadcasted_scale_tril.expand(shape),
      _dist_chi2: bartlettChi2(df, batch_shape, this._event_shape[0]!),
    });
    return created._init_expanded(this, batch_shape);
  }

  /** `df`, ready to multiply matrices. */
  private get column(): Tensor {
    return this.df.expand(this._batch_shape).unsqueeze(-1).unsqueeze(-1);
  }

  override get mean(): Tensor {
    return this.column.mul(this.covariance_matrix);
  }

  override get mode(): Tensor {
    const factor = this.column.sub(this._event_shape[0]! + 1);
    return factor.masked_fill(factor.le(0), Number.NaN).mul(this.covariance_matrix);
  }

  override get variance(): Tensor {
    const V = this.covariance_matrix;
    const diagonal = V.diagonal(0, -2, -1);
    return this.column.mul(V.pow(2).add(diagonal.unsqueeze(-1).mul(diagonal.unsqueeze(-2))));
  }

  private bartlett(sample_shape: Shape): Tensor {
    const p = this._event_shape[0]!;
    const roots = this._dist_chi2.rsample(sample_shape).sqrt();
    const noise = roots.clamp({ min: finfo(roots.dtype).eps }).diag_embed();
    const { dtype, device } = noise;
    const drawn = randn([...sample_shape, ...this._batch_shape, (p * (p - 1)) / 2], { dtype, device });
    const [rows, columns] = lowerIndices(p, noise);
    noise.setitem(["...", rows, columns], drawn);
    const factor = this._unbroadcasted_scale_tril.matmul(noise);
    return factor.matmul(transposed(factor));
  }

  /**
   * Samples by Bartlett's decomposition.
   * @param max_try_correction - how often samples that are not positive-definite are drawn again; 10 by default
   */
  override rsample(
    sample_shape: Shape = [],
    max_try_correction: number | null | { readonly max_try_correction?: number | null } = null,
  ): Tensor {
    const tries =
      (typeof max_try_correction === "object" ? max_try_correction?.max_try_correction : max_try_correction) ?? 10;
    const sample = this.bartlett(sample_shape);
    // PyTorch takes the valid samples of the first round for the singular ones; drawing them again keeps its numbers.
    const again = this.overBatch(this.support.check(sample));
    for (let i = 0; i < tries && again.any().item(); i++) {
      const drawn = this.bartlett([again.sum().item()]);
      sample.setitem(again, drawn);
      again.setitem(again.clone(), this.overBatch(this.support.check(drawn).logical_not()));
    }
    return sample;
  }

  /** Whether it holds anywhere in the batch. */
  private overBatch(flags: Tensor): Tensor {
    return this._batch_shape.length === 0 ? flags : flags.amax(this._batch_shape.map((_, i) => -(i + 1)));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const nu = this.df;
    const p = this._event_shape[0]!;
    const trace = cholesky_solve(value, this._unbroadcasted_scale_tril).diagonal(0, -2, -1).sum(-1);
    return nu
      .neg()
      .mul(logDiagonalSum(this._unbroadcasted_scale_tril).add((p * Math.LN2) / 2))
      .sub(nu.div(2).mvlgamma(p))
      .add(
        nu
          .sub(p + 1)
          .div(2)
          .mul(slogdet(value).logabsdet),
      )
      .sub(trace.div(2));
  }

  override entropy(): Tensor {
    const nu = this.df;
    const p = this._event_shape[0]!;
    return logDiagonalSum(this._unbroadcasted_scale_tril)
      .add((p * Math.LN2) / 2)
      .mul(p + 1)
      .add(nu.div(2).mvlgamma(p))
      .sub(
        nu
          .sub(p + 1)
          .div(2)
          .mul(mvdigamma(nu.div(2), p)),
      )
      .add(nu.mul(p / 2));
  }

  /** @internal */
  override get _natural_params(): readonly Tensor[] {
    return [this.precision_matrix.div(-2), this.df.sub(this._event_shape[0]! + 1).div(2)];
  }

  /** @internal */
  override _log_normalizer(x: Tensor, y: Tensor): Tensor {
    const p = this._event_shape[0]!;
    const shape = y.add((p + 1) / 2);
    return shape
      .mul(
        slogdet(x.mul(-2))
          .logabsdet.neg()
          .add(Math.LN2 * p),
      )
      .add(shape.mvlgamma(p));
  }

  /** @internal */
  override get _mean_carrier_measure(): number {
    return 0;
  }
}

function bartlettChi2(df: Tensor, batch_shape: Shape, p: number): Chi2 {
  const rows = arange(p, { dtype: df.dtype, device: df.device });
  return new Chi2(df.unsqueeze(-1).sub(rows.expand([...batch_shape, -1])));
}

/** Rows and columns below the diagonal. */
function lowerIndices(p: number, like: Tensor): [rows: Tensor, columns: Tensor] {
  const pairs = Array.from({ length: p }, (_, i) => Array.from({ length: i }, (_, j) => [i, j] as const)).flat();
  const index = (k: 0 | 1): Tensor =>
    tensor(
      pairs.map((pair) => BigInt(pair[k])),
      { device: like.device },
    );
  return [index(0), index(1)];
}

lazy_properties<Wishart>(Wishart, {
  scale_tril: (self) => self._unbroadcasted_scale_tril.expand(self._extended_shape()),
  covariance_matrix: (self) =>
    self._unbroadcasted_scale_tril.matmul(transposed(self._unbroadcasted_scale_tril)).expand(self._extended_shape()),
  precision_matrix: (self) => {
    const { dtype, device } = self._unbroadcasted_scale_tril;
    const identity = eye(self._event_shape[0]!, { dtype, device });
    return cholesky_solve(identity, self._unbroadcasted_scale_tril).expand(self._extended_shape());
  },
});
