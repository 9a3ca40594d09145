import { NotImplementedError, type Tensor, ValueError } from "@tt/core";
import { Callable } from "../callable.ts";
import { bindConstructor, type ConstructorArgs } from "../construct.ts";
import type { Constraint } from "../constraints/constraint.ts";
import { inspectable } from "../text.ts";

/** Arguments of every {@link Transform}. */
export interface TransformOptions {
  /** 1 keeps the last pair of argument and result, for inverses that are costly or inexact; 0 by default. */
  readonly cache_size?: number;
}

/** Keyword arguments of `with_cache`. */
export type CacheSize = number | { readonly cache_size?: number };

/** @internal */
export const cacheSize = (value: CacheSize): number => (typeof value === "number" ? value : (value.cache_size ?? 1));

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Transform {
  /** The image of `x`. */
  (x: Tensor): Tensor;
}

/**
 * An invertible mapping with a computable logarithm of its Jacobian's determinant. Transforms are functions: `t(x)` is
 * the image, `t.inv(y)` the preimage.
 *
 * Subclasses define `_call`, `_inverse` and, when they are bijective, `log_abs_det_jacobian`.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { ExpTransform } from "@tt/distributions";
 * const t = new ExpTransform();
 * t(tensor([0, 1])).tolist(); // [1, 2.7182817459106445]
 * t.inv(tensor([1])).tolist(); // [0]
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export abstract class Transform extends Callable {
  /** @internal */
  readonly _cache_size: number;
  /** @internal */
  _cached_x_y: readonly [Tensor, Tensor] | null;
  /** @internal */
  _inv: Transform | null;

  constructor(...args: ConstructorArgs<TransformOptions, ["cache_size"]>) {
    super();
    const [cache_size] = bindConstructor<[number]>("Transform(int cache_size=0)", args);
    if (cache_size !== 0 && cache_size !== 1) throw new ValueError("cache_size must be 0 or 1");
    this._cache_size = cache_size;
    this._cached_x_y = null;
    this._inv = null;
  }

  /** Valid arguments. */
  get domain(): Constraint {
    throw new NotImplementedError(`${this.constructor.name} does not define a domain`);
  }

  /** Valid results. */
  get codomain(): Constraint {
    throw new NotImplementedError(`${this.constructor.name} does not define a codomain`);
  }

  /** Whether every result has exactly one argument. */
  get bijective(): boolean {
    return false;
  }

  /** Number of dimensions that one event has before and after. */
  get event_dim(): number {
    const { event_dim } = this.domain;
    if (event_dim === this.codomain.event_dim) return event_dim;
    throw new ValueError("Please use either .domain.event_dim or .codomain.event_dim");
  }

  /** The inverse; its inverse is this transform. */
  get inv(): Transform {
    this._inv ??= new InverseTransform(this);
    return this._inv;
  }

  /** 1 for an increasing, -1 for a decreasing mapping of numbers. */
  get sign(): number | Tensor {
    throw new NotImplementedError(`${this.constructor.name} does not define a sign`);
  }

  /** This transform with a cache of 1 (or 0). */
  with_cache(cache_size: CacheSize = 1): Transform {
    const size = cacheSize(cache_size);
    if (this._cache_size === size) return this;
    return this.withCacheOf(size);
  }

  /** @internal a copy with another cache size; classes with parameters of their own define it */
  withCacheOf(cache_size: number): Transform {
    return new (this.constructor as new (options: TransformOptions) => Transform)({ cache_size });
  }

  /** Whether both are the same mapping, as far as that can be told. */
  equals(other: Transform): boolean {
    return this === other;
  }

  /** @internal */
  call_(x: Tensor): Tensor {
    if (this._cache_size === 0) return this._call(x);
    if (this._cached_x_y?.[0] === x) return this._cached_x_y[1];
    const y = this._call(x);
    this._cached_x_y = [x, y];
    return y;
  }

  /** @internal */
  _inv_call(y: Tensor): Tensor {
    if (this._cache_size === 0) return this._inverse(y);
    if (this._cached_x_y?.[1] === y) return this._cached_x_y[0];
    const x = this._inverse(y);
    this._cached_x_y = [x, y];
    return x;
  }

  /** Computes the image; for subclasses. */
  _call(_x: Tensor): Tensor {
    throw new NotImplementedError(`${this.constructor.name} does not define _call`);
  }

  /** Computes the preimage; for subclasses. */
  _inverse(_y: Tensor): Tensor {
    throw new NotImplementedError(`${this.constructor.name} does not define _inverse`);
  }

  /** log |dy/dx| at `x`, whose image is `y`. */
  log_abs_det_jacobian(_x: Tensor, _y: Tensor): Tensor {
    throw new NotImplementedError(`${this.constructor.name} does not define log_abs_det_jacobian`);
  }

  /** Shape of the image of an argument of `shape`. */
  forward_shape(shape: readonly number[]): readonly number[] {
    return shape;
  }

  /** Shape of the preimage of a result of `shape`. */
  inverse_shape(shape: readonly number[]): readonly number[] {
    return shape;
  }

  /** PyTorch's text, such as `ExpTransform()`. */
  override toString(): string {
    return `${this.constructor.name}()`;
  }
}

inspectable(Transform);

/** What {@link Transform.inv} gives. */
class InverseTransform extends Transform {
  constructor(transform: Transform) {
    super(transform._cache_size);
    this._inv = transform;
  }

  override get domain(): Constraint {
    return this._inv!.codomain;
  }

  override get codomain(): Constraint {
    return this._inv!.domain;
  }

  override get bijective(): boolean {
    return this._inv!.bijective;
  }

  override get sign(): number | Tensor {
    return this._inv!.sign;
  }

  override get inv(): Transform {
    return this._inv!;
  }

  override with_cache(cache_size: CacheSize = 1): Transform {
    return this.inv.with_cache(cache_size).inv;
  }

  override equals(other: Transform): boolean {
    return other instanceof InverseTransform && this._inv!.equals(other._inv!);
  }

  /** @internal */
  override call_(x: Tensor): Tensor {
    return this._inv!._inv_call(x);
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    return this._inv!.log_abs_det_jacobian(y, x).neg();
  }

  override forward_shape(shape: readonly number[]): readonly number[] {
    return this._inv!.inverse_shape(shape);
  }

  override inverse_shape(shape: readonly number[]): readonly number[] {
    return this._inv!.forward_shape(shape);
  }

  override toString(): string {
    return `_InverseTransform(${this._inv!.toString()})`;
  }
}
