import { no_grad, type Tensor, ValueError } from "@tt/core";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, dependent_property, independent } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { Independent } from "./independent.ts";
import { sizeText } from "./text.ts";
import { ComposeTransform, timesSign } from "./transforms/compose.ts";
import { Transform } from "./transforms/transform.ts";
import { _sum_rightmost } from "./utils.ts";

/** Arguments of {@link TransformedDistribution}. */
export interface TransformedDistributionOptions extends ValidateOptions {
  readonly base_distribution: Distribution;
  readonly transforms: Transform | readonly Transform[];
}

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i]);

/**
 * The distribution of transformed samples: of y = f(x), where x is distributed as `base_distribution` and f applies
 * `transforms` one after the other.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { AffineTransform, SigmoidTransform, TransformedDistribution, Uniform } from "@tt/distributions";
 * const logistic = new TransformedDistribution(new Uniform(0, 1), [new SigmoidTransform().inv, new AffineTransform(1, 2)]);
 * logistic.log_prob(tensor(1)).item(); // -2.079441547393799
 * ```
 */
export class TransformedDistribution extends Distribution {
  static override readonly arg_constraints: ArgConstraints = {};
  static override readonly support: Constraint = dependent_property({ is_discrete: false });
  readonly transforms: readonly Transform[];
  readonly base_dist: Distribution;

  constructor(
    ...args: ConstructorArgs<TransformedDistributionOptions, ["base_distribution", "transforms", "validate_args"]>
  ) {
    super();
    const [base, transforms, validate_args] = bindConstructor<[Distribution, unknown, boolean | null]>(
      "TransformedDistribution(Any base_distribution, Any transforms, bool? validate_args=None)",
      args,
    );
    this.transforms = listOf(transforms);
    const base_shape = [...base.batch_shape, ...base.event_shape];
    const base_event_dim = base.event_shape.length;
    const transform = new ComposeTransform(this.transforms);
    const domain_event_dim = transform.domain.event_dim;
    if (base_shape.length < domain_event_dim) {
      throw new ValueError(
        `base_distribution needs to have shape with size at least ${domain_event_dim}, but got ${sizeText(base_shape)}.`,
      );
    }
    const shape = transform.forward_shape(base_shape);
    const wanted = transform.inverse_shape(shape);
    const expanded = sameShape(base_shape, wanted)
      ? base
      : base.expand(wanted.slice(0, wanted.length - base_event_dim));
    const ndims = domain_event_dim - base_event_dim;
    this.base_dist = ndims > 0 ? new Independent(expanded, ndims) : expanded;
    const event_dim = transform.codomain.event_dim + Math.max(base_event_dim - domain_event_dim, 0);
    const cut = shape.length - event_dim;
    this.init(shape.slice(0, cut), shape.slice(cut), validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    let shape: Shape = [...batch_shape, ...this._event_shape];
    for (const transform of this.transforms.toReversed()) shape = transform.inverse_shape(shape);
    assign<TransformedDistribution>(created, {
      base_dist: this.base_dist.expand(shape.slice(0, shape.length - this.base_dist.event_shape.length)),
      transforms: this.transforms,
    });
    return created._init_expanded(this, batch_shape);
  }

  override get support(): Constraint {
    const own = (this.constructor as typeof TransformedDistribution).support;
    if (own !== TransformedDistribution.support) return own;
    if (this.transforms.length === 0) return this.base_dist.support;
    const support = this.transforms.at(-1)!.codomain;
    const more = this._event_shape.length - support.event_dim;
    return more > 0 ? independent(support, more) : support;
  }

  override get has_rsample(): boolean {
    return this.base_dist.has_rsample;
  }

  override sample(sample_shape: Shape = []): Tensor {
    return no_grad(() => this.transformed(this.base_dist.sample(sample_shape)));
  }

  override rsample(sample_shape: Shape = []): Tensor {
    return this.transformed(this.base_dist.rsample(sample_shape));
  }

  private transformed(value: Tensor): Tensor {
    return this.transforms.reduce((x, transform) => transform(x), value);
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    let event_dim = this._event_shape.length;
    let total: Tensor | null = null;
    let y = value;
    for (const transform of this.transforms.toReversed()) {
      const x = transform.inv(y);
      event_dim += transform.domain.event_dim - transform.codomain.event_dim;
      const term: Tensor = _sum_rightmost(transform.log_abs_det_jacobian(x, y), event_dim - transform.domain.event_dim);
      total = total === null ? term.neg() : total.sub(term);
      y = x;
    }
    const base = _sum_rightmost(this.base_dist.log_prob(y), event_dim - this.base_dist.event_shape.length);
    return total === null ? base : total.add(base);
  }

  /** Turns the cdf around where the transforms decrease. */
  private monotonized(value: Tensor): Tensor {
    const sign = this.transforms.reduce<number | Tensor>((all, transform) => timesSign(all, transform.sign), 1);
    return sign === 1 ? value : value.sub(0.5).mul(sign).add(0.5);
  }

  override cdf(value: Tensor): Tensor {
    const x = this.transforms.reduceRight((y, transform) => transform.inv(y), value);
    if (this._validate_args) this.base_dist._validate_sample(x);
    return this.monotonized(this.base_dist.cdf(x));
  }

  override icdf(value: Tensor): Tensor {
    return this.transformed(this.base_dist.icdf(this.monotonized(value)));
  }
}

function listOf(transforms: unknown): readonly Transform[] {
  if (transforms instanceof Transform) return [transforms];
  if (!Array.isArray(transforms)) {
    throw new ValueError(`transforms must be a Transform or list, but was ${String(transforms)}`);
  }
  if (!transforms.every((transform) => transform instanceof Transform)) {
    throw new ValueError("transforms must be a Transform or a list of Transforms");
  }
  return transforms;
}
