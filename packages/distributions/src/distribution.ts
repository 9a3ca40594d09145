// Log-probabilities are written with gamma functions, which come with it.
import "@tt/core/statistics";
import { no_grad, NotImplementedError, Tensor, ValueError } from "@tt/core";
import { assign, bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import type { ArgConstraints, Constraint } from "./constraints/constraint.ts";
import { is_dependent } from "./constraints/dependent.ts";
import { inspectable, sizeText, tensorText, tupleText } from "./text.ts";
import { isUncomputed } from "./utils.ts";

/** Sizes of dimensions. */
export type Shape = readonly number[];

/** What a distribution's class knows without an instance. */
interface Statics {
  readonly has_rsample: boolean;
  readonly has_enumerate_support: boolean;
  readonly arg_constraints: ArgConstraints | undefined;
  readonly support: Constraint | undefined;
}

/** Arguments of {@link Distribution}. */
export interface DistributionOptions extends ValidateOptions {
  readonly batch_shape?: Shape;
  readonly event_shape?: Shape;
}

let validateByDefault = true;

/**
 * Base of all distributions.
 *
 * A subclass calls `super()`, sets its parameters, then calls {@link Distribution.init} with its shapes, which checks the
 * parameters against `static arg_constraints`.
 */
export abstract class Distribution {
  /** Whether `rsample` lets gradients reach the parameters. */
  static readonly has_rsample: boolean = false;
  /** Whether `enumerate_support` works. */
  static readonly has_enumerate_support: boolean = false;
  /** What parameters must satisfy, by name. */
  static readonly arg_constraints: ArgConstraints | undefined = undefined;
  /** Where values must lie; a dependent constraint when instances differ. */
  static readonly support: Constraint | undefined = undefined;

  /** @internal */
  _batch_shape: Shape;
  /** @internal */
  _event_shape: Shape;
  /** @internal what the constructor was told */
  _own_validate_args: boolean | null;

  constructor(...args: ConstructorArgs<DistributionOptions, ["batch_shape", "event_shape", "validate_args"]>) {
    const [batch_shape, event_shape, validate_args] = bindConstructor<[Shape, Shape, boolean | null]>(
      "Distribution(int[] batch_shape=[], int[] event_shape=[], bool? validate_args=None)",
      args,
    );
    this._batch_shape = batch_shape;
    this._event_shape = event_shape;
    this._own_validate_args = validate_args;
  }

  /** Whether distributions that are not told check their arguments; on at first. */
  static set_default_validate_args(value: boolean): void {
    if (typeof value !== "boolean") throw new ValueError("set_default_validate_args expects a boolean");
    validateByDefault = value;
  }

  /**
   * Sets the shapes and checks the parameters, which must be set by then.
   * @throws ValueError when a parameter violates its constraint
   */
  init(batch_shape: Shape, event_shape: Shape = [], validate_args: boolean | null = null): this {
    this._batch_shape = batch_shape;
    this._event_shape = event_shape;
    this._own_validate_args = validate_args;
    if (this._validate_args) this.validateParameters();
    return this;
  }

  private validateParameters(): void {
    const constraints = (this.constructor as unknown as Statics).arg_constraints;
    if (constraints === undefined) {
      console.warn(
        `${this.constructor.name} does not define \`arg_constraints\`. Please set \`arg_constraints = {}\` or initialize the distribution with \`validate_args=False\` to turn off validation.`,
      );
      return;
    }
    for (const [name, constraint] of Object.entries(this.arg_constraints)) {
      if (is_dependent(constraint) || (!Object.hasOwn(this, name) && isUncomputed(this, name))) continue;
      const value = (this as unknown as Record<string, Tensor>)[name]!;
      if (constraint.check(value).all().item()) continue;
      throw new ValueError(
        `Expected parameter ${name} (${value.constructor.name} of shape ${tupleText(value.shape)}) of distribution ${this.toString()} ` +
          `to satisfy the constraint ${constraint.toString()}, but found invalid values:\n${tensorText(value)}`,
      );
    }
  }

  /** @internal whether this distribution checks its arguments */
  get _validate_args(): boolean {
    return this._own_validate_args ?? validateByDefault;
  }

  /** Whether `rsample` lets gradients reach the parameters. */
  get has_rsample(): boolean {
    return (this.constructor as unknown as Statics).has_rsample;
  }

  /** Whether `enumerate_support` works. */
  get has_enumerate_support(): boolean {
    return (this.constructor as unknown as Statics).has_enumerate_support;
  }

  /** The shape over which parameters are batched. */
  get batch_shape(): Shape {
    return this._batch_shape;
  }

  /** The shape of one sample, without batch dimensions. */
  get event_shape(): Shape {
    return this._event_shape;
  }

  /** What parameters must satisfy, by name. */
  get arg_constraints(): ArgConstraints {
    const { arg_constraints } = this.constructor as unknown as Statics;
    if (arg_constraints === undefined) throw this.unimplemented("arg_constraints");
    return arg_constraints;
  }

  /** Where values must lie. */
  get support(): Constraint {
    const { support } = this.constructor as unknown as Statics;
    if (support === undefined) throw this.unimplemented("support");
    return support;
  }

  /** The mean, of shape `batch_shape + event_shape`. */
  get mean(): Tensor {
    throw this.unimplemented("mean");
  }

  /** The most probable value. */
  get mode(): Tensor {
    throw this.unimplemented("mode");
  }

  /** The variance, of shape `batch_shape + event_shape`. */
  get variance(): Tensor {
    throw this.unimplemented("variance");
  }

  /** The standard deviation. */
  get stddev(): Tensor {
    return this.variance.sqrt();
  }

  /**
   * The same distribution for a larger batch, without copying parameters or checking them again.
   * @param batch_shape - the batch shape wanted
   * @param _instance - made by a subclass that sets more than this class knows of
   */
  expand(_batch_shape: Shape, _instance?: this): this {
    throw this.unimplemented("expand");
  }

  /** Samples of shape `sample_shape + batch_shape + event_shape`, without gradients. */
  sample(sample_shape: Shape = []): Tensor {
    return no_grad(() => this.rsample(sample_shape));
  }

  /** As {@link sample}, with gradients to the parameters. */
  rsample(_sample_shape: Shape = []): Tensor {
    throw this.unimplemented("rsample");
  }

  /** `sample([n])`. @deprecated as in PyTorch */
  sample_n(n: number): Tensor {
    console.warn("UserWarning: sample_n will be deprecated. Use .sample((n,)) instead");
    return this.sample([n]);
  }

  /**
   * Logarithm of the density or probability at `value`, of shape `sample_shape + batch_shape`.
   * @throws ValueError when arguments are checked and the value has a wrong shape or lies outside the support
   */
  log_prob(_value: Tensor): Tensor {
    throw this.unimplemented("log_prob");
  }

  /** Probability of values up to `value`. */
  cdf(_value: Tensor): Tensor {
    throw this.unimplemented("cdf");
  }

  /** The value up to which the probability is `value`. */
  icdf(_value: Tensor): Tensor {
    throw this.unimplemented("icdf");
  }

  /**
   * All values of a discrete distribution along a new first dimension.
   * @param expand - whether to repeat them over the batch (default) or leave batch dimensions at 1
   */
  enumerate_support(_expand: boolean | { readonly expand?: boolean } = true): Tensor {
    throw this.unimplemented("enumerate_support");
  }

  /** The entropy in nats, of shape `batch_shape`. */
  entropy(): Tensor {
    throw this.unimplemented("entropy");
  }

  /** exp of the entropy, of shape `batch_shape`. */
  perplexity(): Tensor {
    return this.entropy().exp();
  }

  /** @internal `sample_shape + batch_shape + event_shape` */
  _extended_shape(sample_shape: Shape = []): number[] {
    return [...sample_shape, ...this._batch_shape, ...this._event_shape];
  }

  /** @internal checks the argument of log_prob, cdf and icdf */
  _validate_sample(value: Tensor): void {
    if (!(value instanceof Tensor)) throw new ValueError("The value argument to log_prob must be a Tensor");
    const { shape } = value;
    const event = this._event_shape;
    const start = Math.max(shape.length - event.length, 0);
    if (shape.length < event.length || event.some((size, i) => shape[start + i] !== size)) {
      throw new ValueError(
        `The right-most size of value must match event_shape: ${sizeText(shape)} vs ${sizeText(event)}.`,
      );
    }
    const expected = this._extended_shape();
    for (let i = 1; i <= Math.min(shape.length, expected.length); i++) {
      const [have, want] = [shape[shape.length - i]!, expected[expected.length - i]!];
      if (have !== 1 && want !== 1 && have !== want) {
        throw new ValueError(
          `Value is not broadcastable with batch_shape+event_shape: ${sizeText(shape)} vs ${sizeText(expected)}.`,
        );
      }
    }
    let support: Constraint;
    try {
      ({ support } = this);
    } catch (error) {
      if (!(error instanceof NotImplementedError)) throw error;
      console.warn(
        `${this.constructor.name} does not define \`support\` to enable sample validation. Please initialize the distribution with \`validate_args=False\` to turn off validation.`,
      );
      return;
    }
    if (support.check(value).all().item()) return;
    throw new ValueError(
      `Expected value argument (${value.constructor.name} of shape ${tupleText(shape)}) to be within the support (${support.toString()}) ` +
        `of the distribution ${this.toString()}, but found invalid values:\n${tensorText(value)}`,
    );
  }

  /** @internal an instance of this class without parameters, for `expand` */
  _get_checked_instance(instance?: this): this {
    return instance ?? (Object.create(Object.getPrototypeOf(this) as object) as this);
  }

  /** @internal `expand` of parameters that are plain tensors in batch shape; computed ones are left out */
  _expand_parameters(names: readonly (keyof this & string)[], batch_shape: Shape, instance?: this): this {
    const created = this._get_checked_instance(instance);
    const values: Record<string, Tensor> = {};
    for (const name of names) {
      if (Object.hasOwn(this, name))
        values[name] = (this[name] as Tensor).expand([...batch_shape, ...this._event_shape]);
    }
    assign(created, values as Partial<this>);
    return created._init_expanded(this, batch_shape);
  }

  /** @internal the last step of `expand`: nothing is checked again */
  _init_expanded(origin: this, batch_shape: Shape, event_shape: Shape = origin._event_shape): this {
    this.init(batch_shape, event_shape, false);
    this._own_validate_args = origin._own_validate_args;
    return this;
  }

  private unimplemented(member: string): NotImplementedError {
    return new NotImplementedError(`${this.constructor.name} does not implement ${member}`);
  }

  /** PyTorch's text, such as `Normal(loc: 0.0, scale: 1.0)`. */
  toString(): string {
    const parts: string[] = [];
    for (const name of Object.keys(this.arg_constraints)) {
      if (!Object.hasOwn(this, name)) continue;
      const value = (this as unknown as Record<string, Tensor>)[name]!;
      parts.push(`${name}: ${value.numel() === 1 ? tensorText(value) : sizeText(value.shape)}`);
    }
    return `${this.constructor.name}(${parts.join(", ")})`;
  }
}

inspectable(Distribution);

/** Enumerates integers along a new first dimension. @internal */
export function enumerated(
  values: Tensor,
  batch_shape: Shape,
  expand: boolean | { readonly expand?: boolean },
): Tensor {
  const column = values.view([-1, ...batch_shape.map(() => 1)]);
  return (typeof expand === "boolean" ? expand : (expand.expand ?? true))
    ? column.expand([-1, ...batch_shape])
    : column;
}
