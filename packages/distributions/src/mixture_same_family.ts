import { no_grad, type Tensor, ValueError } from "@tt/core";
import { Categorical } from "./categorical.ts";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, dependent_property } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { sizeText } from "./text.ts";

/** Arguments of {@link MixtureSameFamily}. */
export interface MixtureSameFamilyOptions<D extends Distribution = Distribution> extends ValidateOptions {
  /** Selects the component. */
  readonly mixture_distribution: Categorical;
  /** Its last batch dimension counts the components. */
  readonly component_distribution: D;
}

const numel = (shape: Shape): number => shape.reduce((n, size) => n * size, 1);

/**
 * A mixture of distributions of one kind.
 *
 * @example
 * ```ts
 * import { ones, tensor } from "@tt/core";
 * import { Categorical, MixtureSameFamily, Normal } from "@tt/distributions";
 * const gmm = new MixtureSameFamily(new Categorical(ones(2)), new Normal(tensor([-1, 1]), ones(2)));
 * gmm.mean.item(); // 0
 * gmm.variance.item(); // 2
 * ```
 */
export class MixtureSameFamily<D extends Distribution = Distribution> extends Distribution {
  static override readonly arg_constraints: ArgConstraints = {};
  static override readonly support: Constraint = dependent_property();
  /** @internal */
  readonly _mixture_distribution: Categorical;
  /** @internal */
  readonly _component_distribution: D;

  constructor(
    ...args: ConstructorArgs<
      MixtureSameFamilyOptions<D>,
      ["mixture_distribution", "component_distribution", "validate_args"]
    >
  ) {
    super();
    const [mixture, component, validate_args] = bindConstructor<[Categorical, D, boolean | null]>(
      "MixtureSameFamily(Any mixture_distribution, Any component_distribution, bool? validate_args=None)",
      args,
    );
    if (!(mixture instanceof Categorical)) {
      throw new ValueError(" The Mixture distribution needs to be an  instance of torch.distribtutions.Categorical");
    }
    if (!(component instanceof Distribution)) {
      throw new ValueError("The Component distribution need to be an instance of torch.distributions.Distribution");
    }
    const batch_shape = component.batch_shape.slice(0, -1);
    const own = mixture.batch_shape;
    for (let i = 1; i <= Math.min(own.length, batch_shape.length); i++) {
      const [a, b] = [own[own.length - i]!, batch_shape[batch_shape.length - i]!];
      if (a !== 1 && b !== 1 && a !== b) {
        throw new ValueError(
          `\`mixture_distribution.batch_shape\` (${sizeText(own)}) is not compatible with \`component_distribution.batch_shape\`(${sizeText(batch_shape)})`,
        );
      }
    }
    const [wanted, given] = [mixture.logits.shape.at(-1), component.batch_shape.at(-1)];
    if (wanted !== given) {
      throw new ValueError(
        `\`mixture_distribution component\` (${wanted}) does not equal \`component_distribution.batch_shape[-1]\` (${given})`,
      );
    }
    this._mixture_distribution = mixture;
    this._component_distribution = component;
    this.init(batch_shape, component.event_shape, validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    const created = this._get_checked_instance(_instance);
    assign<MixtureSameFamily<D>>(created, {
      _component_distribution: this.component_distribution.expand([
        ...batch_shape,
        this.mixture_distribution._num_events,
      ]),
      _mixture_distribution: this.mixture_distribution.expand(batch_shape),
    });
    return created._init_expanded(this, batch_shape);
  }

  /** Selects the component. */
  get mixture_distribution(): Categorical {
    return this._mixture_distribution;
  }

  /** The components, along the last batch dimension. */
  get component_distribution(): D {
    return this._component_distribution;
  }

  override get support(): Constraint {
    return this.component_distribution.support;
  }

  private get componentDim(): number {
    return -1 - this._event_shape.length;
  }

  override get mean(): Tensor {
    return this.mixtureProbs().mul(this.component_distribution.mean).sum(this.componentDim);
  }

  /** By the law of total variance. */
  override get variance(): Tensor {
    const probs = this.mixtureProbs();
    const { mean, variance } = this.component_distribution;
    const within = probs.mul(variance).sum(this.componentDim);
    const between = probs.mul(mean.sub(this.pad(this.mean)).pow(2)).sum(this.componentDim);
    return within.add(between);
  }

  override cdf(value: Tensor): Tensor {
    return this.component_distribution.cdf(this.pad(value)).mul(this.mixture_distribution.probs).sum(-1);
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    const components = this.component_distribution.log_prob(this.pad(value));
    return components.add(this.mixture_distribution.logits.log_softmax(-1)).logsumexp(-1);
  }

  override sample(sample_shape: Shape = []): Tensor {
    return no_grad(() => {
      const dim = sample_shape.length + this._batch_shape.length;
      const event = this._event_shape;
      const chosen = this.mixture_distribution.sample(sample_shape);
      const samples = this.component_distribution.sample(sample_shape);
      const index = chosen
        .reshape([...chosen.shape, ...Array.from({ length: event.length + 1 }, () => 1)])
        .repeat([...chosen.shape.map(() => 1), 1, ...event]);
      return samples.gather(dim, index).squeeze(dim);
    });
  }

  private pad(x: Tensor): Tensor {
    return x.unsqueeze(this.componentDim);
  }

  /** Probabilities of the components, broadcastable with their values. */
  private mixtureProbs(): Tensor {
    const { probs, batch_shape } = this.mixture_distribution;
    const own = numel(batch_shape);
    const more = own === 1 ? 0 : numel(this._batch_shape) - own;
    const ones = (n: number): number[] => Array.from({ length: n }, () => 1);
    return probs.reshape([
      ...probs.shape.slice(0, -1),
      ...ones(more),
      probs.shape.at(-1)!,
      ...ones(this._event_shape.length),
    ]);
  }

  override toString(): string {
    return `MixtureSameFamily(\n  ${this.mixture_distribution.toString()},\n  ${this.component_distribution.toString()})`;
  }
}
