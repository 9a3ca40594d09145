import { broadcast_tensors, diag_embed, eye, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { cholesky, solve_triangular } from "@tt/core/linalg";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, independent, positive, real, real_vector } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { batchMv, logDiagonalSum, mahalanobis, transposed } from "./gaussian.ts";
import { sizeText } from "./text.ts";
import { _standard_normal, lazy_properties } from "./utils.ts";

/** Arguments of {@link LowRankMultivariateNormal}. */
export interface LowRankMultivariateNormalOptions extends ValidateOptions {
  /** The mean, of shape `batch_shape + [n]`. */
  readonly loc: Tensor;
  /** Of shape `batch_shape + [n, rank]`. */
  readonly cov_factor: Tensor;
  /** Of shape `batch_shape + [n]`. */
  readonly cov_diag: Tensor;
}

const identityLike = (matrix: Tensor): Tensor =>
  eye(matrix.shape.at(-1)!, { dtype: matrix.dtype, device: matrix.device });

/** W transposed times inv(D). */
const scaledFactor = (W: Tensor, D: Tensor): Tensor => transposed(W).div(D.unsqueeze(-2));

/** The Cholesky factor of I + W^T inv(D) W, the "capacitance" matrix. */
function capacitanceTril(W: Tensor, D: Tensor): Tensor {
  const K = scaledFactor(W, D).matmul(W);
  return cholesky(K.add(identityLike(K)));
}

/** log |W W^T + D| by the matrix determinant lemma. */
export const lowrankLogdet = (D: Tensor, capacitance: Tensor): Tensor =>
  logDiagonalSum(capacitance).mul(2).add(D.log().sum(-1));

/** x^T inv(W W^T + D) x by the Woodbury identity. */
export function lowrankMahalanobis(W: Tensor, D: Tensor, x: Tensor, capacitance: Tensor): Tensor {
  const inner = batchMv(scaledFactor(W, D), x);
  return x.pow(2).div(D).sum(-1).sub(mahalanobis(capacitance, inner));
}

/** The normal distribution of vectors with the covariance `cov_factor @ cov_factor.T + diag(cov_diag)`. */
export class LowRankMultivariateNormal extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"loc" | "cov_factor" | "cov_diag"> = {
    loc: real_vector,
    cov_factor: independent(real, 2),
    cov_diag: independent(positive, 1),
  };
  static override readonly support: Constraint = real_vector;
  static override readonly has_rsample: boolean = true;
  readonly loc: Tensor;
  readonly cov_factor: Tensor;
  readonly cov_diag: Tensor;
  declare readonly scale_tril: Tensor;
  declare readonly covariance_matrix: Tensor;
  declare readonly precision_matrix: Tensor;
  /** @internal */
  readonly _unbroadcasted_cov_factor: Tensor;
  /** @internal */
  readonly _unbroadcasted_cov_diag: Tensor;
  /** @internal */
  readonly _capacitance_tril: Tensor;

  constructor(
    ...args: ConstructorArgs<LowRankMultivariateNormalOptions, ["loc", "cov_factor", "cov_diag", "validate_args"]>
  ) {
    super();
    const [loc, cov_factor, cov_diag, validate_args] = bindConstructor<[Tensor, Tensor, Tensor, boolean | null]>(
      "LowRankMultivariateNormal(Tensor loc, Tensor cov_factor, Tensor cov_diag, bool? validate_args=None)",
      args,
    );
    if (loc.ndim < 1) throw new ValueError("loc must be at least one-dimensional.");
    const n = loc.shape.at(-1)!;
    if (cov_factor.ndim < 2) {
      throw new ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions");
    }
    if (cov_factor.shape.at(-2) !== n) {
      throw new ValueError(`cov_factor must be a batch of matrices with shape ${n} x m`);
    }
    if (cov_diag.shape.at(-1) !== n) {
      throw new ValueError(`cov_diag must be a batch of vectors with shape ${sizeText([n])}`);
    }
    const [fullLoc, factor, diagonal] = broadcastParameters(loc, cov_factor, cov_diag);
    this.loc = fullLoc.select(-1, 0);
    this.cov_factor = factor;
    this.cov_diag = diagonal.select(-1, 0);
    this._unbroadcasted_cov_factor = cov_factor;
    this._unbroadcasted_cov_diag = cov_diag;
    this._capacitance_tril = capacitanceTril(cov_factor, cov_diag);
    this.init(this.loc.shape.slice(0, -1), [n], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    const loc_shape = [...batch_shape, ...this._event_shape];
    assign<LowRankMultivariateNormal>(created, {
      loc: this.loc.expand(loc_shape),
      cov_diag: this.cov_diag.expand(loc_shape),
      cov_factor: this.cov_factor.expand([...loc_shape, this.cov_factor.shape.at(-1)!]),
      _unbroadcasted_cov_factor: this._unbroadcasted_cov_factor,
      _unbroadcasted_cov_diag: this._unbroadcasted_cov_diag,
      _capacitance_tril: this._capacitance_tril,
    });
    return created._init_expanded(this, batch_shape);
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    return this._unbroadcasted_cov_factor
      .pow(2)
      .sum(-1)
      .add(this._unbroadcasted_cov_diag)
      .expand(this._extended_shape());
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const { dtype, device } = this.loc;
    const shape = this._extended_shape(sample_shape);
    const low = _standard_normal([...shape.slice(0, -1), this.cov_factor.shape.at(-1)!], dtype, device);
    const own = _standard_normal(shape, dtype, device);
    return this.loc.add(batchMv(this._unbroadcasted_cov_factor, low)).add(this._unbroadcasted_cov_diag.sqrt().mul(own));
  }

  private logdet(): Tensor {
    return lowrankLogdet(this._unbroadcasted_cov_diag, this._capacitance_tril);
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const distance = lowrankMahalanobis(
      this._unbroadcasted_cov_factor,
      this._unbroadcasted_cov_diag,
      value.sub(this.loc),
      this._capacitance_tril,
    );
    return this.logdet()
      .add(this._event_shape[0]! * Math.log(2 * Math.PI))
      .add(distance)
      .mul(-0.5);
  }

  override entropy(): Tensor {
    const entropy = this.logdet()
      .add(this._event_shape[0]! * (1 + Math.log(2 * Math.PI)))
      .mul(0.5);
    return this._batch_shape.length === 0 ? entropy : entropy.expand(this._batch_shape);
  }
}

function broadcastParameters(loc: Tensor, cov_factor: Tensor, cov_diag: Tensor): [Tensor, Tensor, Tensor] {
  try {
    return broadcast_tensors(loc.unsqueeze(-1), cov_factor, cov_diag.unsqueeze(-1)) as [Tensor, Tensor, Tensor];
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    throw new ValueError(
      `Incompatible batch shapes: loc ${sizeText(loc.shape)}, cov_factor ${sizeText(cov_factor.shape)}, cov_diag ${sizeText(cov_diag.shape)}`,
      { cause: error },
    );
  }
}

const square = (self: LowRankMultivariateNormal): number[] => [...self._extended_shape(), ...self._event_shape];

lazy_properties<LowRankMultivariateNormal>(LowRankMultivariateNormal, {
  // D^(1/2) cholesky(I + D^(-1/2) W W^T D^(-1/2)) is stable (Rasmussen and Williams, section 3.4.3).
  scale_tril: (self) => {
    const root = self._unbroadcasted_cov_diag.sqrt().unsqueeze(-1);
    const scaled = self._unbroadcasted_cov_factor.div(root);
    const K = scaled.matmul(transposed(scaled));
    return root.mul(cholesky(K.add(identityLike(K)))).expand(square(self));
  },
  covariance_matrix: (self) =>
    self._unbroadcasted_cov_factor
      .matmul(transposed(self._unbroadcasted_cov_factor))
      .add(diag_embed(self._unbroadcasted_cov_diag))
      .expand(square(self)),
  precision_matrix: (self) => {
    const [W, D] = [self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag];
    const A = solve_triangular(self._capacitance_tril, scaledFactor(W, D), { upper: false });
    return diag_embed(D.reciprocal()).sub(transposed(A).matmul(A)).expand(square(self));
  },
});
