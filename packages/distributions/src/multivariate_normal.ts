import { broadcast_shapes, type Tensor, ValueError } from "@tt/core";
import { cholesky } from "@tt/core/linalg";
import { cholesky_inverse } from "@tt/core/linalg/torch";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import {
  type ArgConstraints,
  type Constraint,
  lower_cholesky,
  positive_definite,
  real_vector,
} from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { batchMv, logDiagonalSum, mahalanobis, precisionToScaleTril, transposed } from "./gaussian.ts";
import { _standard_normal, lazy_properties } from "./utils.ts";

/** One of three ways to give a covariance. */
export interface CovarianceOptions extends ValidateOptions {
  readonly covariance_matrix?: Tensor | null;
  /** The inverse of the covariance. */
  readonly precision_matrix?: Tensor | null;
  /** The Cholesky factor of the covariance: saves computing it. */
  readonly scale_tril?: Tensor | null;
}

/** Arguments of {@link MultivariateNormal}: `loc` and exactly one of the others. */
export interface MultivariateNormalOptions extends CovarianceOptions {
  readonly loc: Tensor;
}

/** Ways to give a covariance, in the order in which PyTorch's constructors look for them. @internal */
export const COVARIANCES = ["scale_tril", "covariance_matrix", "precision_matrix"] as const;

/** The one given, or null when there is none or more than one. @internal */
export function givenCovariance(
  values: Readonly<Record<(typeof COVARIANCES)[number], Tensor | null>>,
): { readonly name: (typeof COVARIANCES)[number]; readonly value: Tensor } | null {
  const given = COVARIANCES.filter((name) => values[name] !== null);
  return given.length === 1 ? { name: given[0]!, value: values[given[0]!]! } : null;
}

/** The Cholesky factor of a covariance given in one of three ways. @internal */
export function scaleTrilOf(name: (typeof COVARIANCES)[number], value: Tensor): Tensor {
  if (name === "scale_tril") return value;
  return name === "covariance_matrix" ? cholesky(value) : precisionToScaleTril(value);
}

/**
 * The normal distribution of vectors with mean `loc` and a covariance given as `covariance_matrix`, as its inverse
 * `precision_matrix` or as its Cholesky factor `scale_tril`.
 *
 * @example
 * ```ts
 * import { eye, zeros } from "@tt/core";
 * import { MultivariateNormal } from "@tt/distributions";
 * const m = new MultivariateNormal(zeros(2), eye(2));
 * m.log_prob(zeros(2)).item(); // -1.8378770351409912
 * ```
 */
export class MultivariateNormal extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"loc" | (typeof COVARIANCES)[number]> = {
    loc: real_vector,
    covariance_matrix: positive_definite,
    precision_matrix: positive_definite,
    scale_tril: lower_cholesky,
  };
  static override readonly support: Constraint = real_vector;
  static override readonly has_rsample: boolean = true;
  readonly loc: Tensor;
  declare readonly covariance_matrix: Tensor;
  declare readonly precision_matrix: Tensor;
  declare readonly scale_tril: Tensor;
  /** @internal */
  readonly _unbroadcasted_scale_tril: Tensor;

  constructor(
    ...args: ConstructorArgs<
      MultivariateNormalOptions,
      ["loc", "covariance_matrix", "precision_matrix", "scale_tril", "validate_args"]
    >
  ) {
    super();
    const [loc, covariance_matrix, precision_matrix, scale_tril, validate_args] = bindConstructor<
      [Tensor, Tensor | null, Tensor | null, Tensor | null, boolean | null]
    >(
      "MultivariateNormal(Tensor loc, Tensor? covariance_matrix=None, Tensor? precision_matrix=None, Tensor? scale_tril=None, bool? validate_args=None)",
      args,
    );
    if (loc.ndim < 1) throw new ValueError("loc must be at least one-dimensional.");
    const given = givenCovariance({ covariance_matrix, precision_matrix, scale_tril });
    if (given === null) {
      throw new ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.");
    }
    const { name, value } = given;
    if (value.ndim < 2) {
      const what = name === "scale_tril" ? "scale_tril matrix" : name;
      throw new ValueError(`${what} must be at least two-dimensional, with optional leading batch dimensions`);
    }
    const batch_shape = broadcast_shapes(value.shape.slice(0, -2), loc.shape.slice(0, -1));
    assign<MultivariateNormal>(this, { [name]: value.expand([...batch_shape, -1, -1]) });
    this.loc = loc.expand([...batch_shape, -1]);
    this.init(batch_shape, loc.shape.slice(-1), validate_args);
    this._unbroadcasted_scale_tril = scaleTrilOf(name, value);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    const n = this._event_shape[0]!;
    for (const name of COVARIANCES) {
      if (Object.hasOwn(this, name))
        assign<MultivariateNormal>(created, { [name]: this[name].expand([...batch_shape, n, n]) });
    }
    assign<MultivariateNormal>(created, {
      loc: this.loc.expand([...batch_shape, n]),
      _unbroadcasted_scale_tril: this._unbroadcasted_scale_tril,
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
    return this._unbroadcasted_scale_tril.pow(2).sum(-1).expand(this._extended_shape());
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const eps = _standard_normal(this._extended_shape(sample_shape), this.loc.dtype, this.loc.device);
    return this.loc.add(batchMv(this._unbroadcasted_scale_tril, eps));
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const distance = mahalanobis(this._unbroadcasted_scale_tril, value.sub(this.loc));
    return distance
      .add(this._event_shape[0]! * Math.log(2 * Math.PI))
      .mul(-0.5)
      .sub(logDiagonalSum(this._unbroadcasted_scale_tril));
  }

  override entropy(): Tensor {
    const half = 0.5 * this._event_shape[0]! * (1 + Math.log(2 * Math.PI));
    const entropy = logDiagonalSum(this._unbroadcasted_scale_tril).add(half);
    return this._batch_shape.length === 0 ? entropy : entropy.expand(this._batch_shape);
  }
}

const square = (self: MultivariateNormal): number[] => [...self._extended_shape(), ...self._event_shape];

lazy_properties<MultivariateNormal>(MultivariateNormal, {
  scale_tril: (self) => self._unbroadcasted_scale_tril.expand(square(self)),
  covariance_matrix: (self) =>
    self._unbroadcasted_scale_tril.matmul(transposed(self._unbroadcasted_scale_tril)).expand(square(self)),
  precision_matrix: (self) => cholesky_inverse(self._unbroadcasted_scale_tril).expand(square(self)),
});
