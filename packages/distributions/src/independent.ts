import { NotImplementedError, type Tensor, ValueError } from "@tt/core";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, dependent_property, independent } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { _sum_rightmost } from "./utils.ts";

/** Arguments of {@link Independent}. */
export interface IndependentOptions<D extends Distribution = Distribution> extends ValidateOptions {
  readonly base_distribution: D;
  readonly reinterpreted_batch_ndims: number;
}

/**
 * Counts the last `reinterpreted_batch_ndims` batch dimensions of a distribution to the event: `log_prob` sums over them.
 *
 * @example
 * ```ts
 * import { ones, zeros } from "@tt/core";
 * import { Independent, Normal } from "@tt/distributions";
 * const diagonal = new Independent(new Normal(zeros(3), ones(3)), 1);
 * [diagonal.batch_shape, diagonal.event_shape]; // [[], [3]]
 * ```
 */
export class Independent<D extends Distribution = Distribution> extends Distribution {
  static override readonly arg_constraints: ArgConstraints = {};
  static override readonly support: Constraint = dependent_property();
  readonly base_dist: D;
  readonly reinterpreted_batch_ndims: number;

  constructor(
    ...args: ConstructorArgs<IndependentOptions<D>, ["base_distribution", "reinterpreted_batch_ndims", "validate_args"]>
  ) {
    super();
    const [base, ndims, validate_args] = bindConstructor<[D, number, boolean | null]>(
      "Independent(Any base_distribution, int reinterpreted_batch_ndims, bool? validate_args=None)",
      args,
    );
    if (ndims > base.batch_shape.length) {
      throw new ValueError(
        `Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual ${ndims} vs ${base.batch_shape.length}`,
      );
    }
    this.base_dist = base;
    this.reinterpreted_batch_ndims = ndims;
    const cut = base.batch_shape.length - ndims;
    this.init(base.batch_shape.slice(0, cut), [...base.batch_shape.slice(cut), ...base.event_shape], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    const inner = this._event_shape.slice(0, this.reinterpreted_batch_ndims);
    assign<Independent<D>>(created, {
      base_dist: this.base_dist.expand([...batch_shape, ...inner]),
      reinterpreted_batch_ndims: this.reinterpreted_batch_ndims,
    });
    return created._init_expanded(this, batch_shape);
  }

  override get has_rsample(): boolean {
    return this.base_dist.has_rsample;
  }

  override get has_enumerate_support(): boolean {
    return this.reinterpreted_batch_ndims === 0 && this.base_dist.has_enumerate_support;
  }

  override get support(): Constraint {
    const { support } = this.base_dist;
    return this.reinterpreted_batch_ndims === 0 ? support : independent(support, this.reinterpreted_batch_ndims);
  }

  override get mean(): Tensor {
    return this.base_dist.mean;
  }

  override get mode(): Tensor {
    return this.base_dist.mode;
  }

  override get variance(): Tensor {
    return this.base_dist.variance;
  }

  override sample(sample_shape: Shape = []): Tensor {
    return this.base_dist.sample(sample_shape);
  }

  override rsample(sample_shape: Shape = []): Tensor {
    return this.base_dist.rsample(sample_shape);
  }

  override log_prob(value: Tensor): Tensor {
    return _sum_rightmost(this.base_dist.log_prob(value), this.reinterpreted_batch_ndims);
  }

  override entropy(): Tensor {
    return _sum_rightmost(this.base_dist.entropy(), this.reinterpreted_batch_ndims);
  }

  override enumerate_support(expand: boolean | { readonly expand?: boolean } = true): Tensor {
    if (this.reinterpreted_batch_ndims > 0) {
      throw new NotImplementedError("Enumeration over cartesian product is not implemented");
    }
    return this.base_dist.enumerate_support(expand);
  }

  override toString(): string {
    return `${this.constructor.name}(${this.base_dist.toString()}, ${this.reinterpreted_batch_ndims})`;
  }
}
