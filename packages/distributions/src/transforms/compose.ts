import { type Tensor, ValueError, zeros_like } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "../construct.ts";
import { type Constraint, independent, real } from "../constraints/index.ts";
import { _sum_rightmost } from "../utils.ts";
import { type CacheSize, cacheSize, Transform, type TransformOptions } from "./transform.ts";

/** Arguments of {@link ComposeTransform}. */
export interface ComposeTransformOptions extends TransformOptions {
  readonly parts: readonly Transform[];
}

/** Transforms one after the other; each does its own caching. */
export class ComposeTransform extends Transform {
  readonly parts: readonly Transform[];

  constructor(...args: ConstructorArgs<ComposeTransformOptions, ["parts", "cache_size"]>) {
    const [parts, cache_size] = bindConstructor<[readonly Transform[], number]>(
      "ComposeTransform(Any[] parts, int cache_size=0)",
      args,
    );
    super(cache_size);
    this.parts = cache_size === 0 ? parts : parts.map((part) => part.with_cache(cache_size));
  }

  override equals(other: Transform): boolean {
    return (
      other instanceof ComposeTransform &&
      this.parts.length === other.parts.length &&
      this.parts.every((part, i) => part.equals(other.parts[i]!))
    );
  }

  override get domain(): Constraint {
    if (this.parts.length === 0) return real;
    const { domain } = this.parts[0]!;
    let { event_dim } = this.parts.at(-1)!.codomain;
    for (const part of this.parts.toReversed()) {
      event_dim = Math.max(event_dim + part.domain.event_dim - part.codomain.event_dim, part.domain.event_dim);
    }
    return event_dim > domain.event_dim ? independent(domain, event_dim - domain.event_dim) : domain;
  }

  override get codomain(): Constraint {
    if (this.parts.length === 0) return real;
    const { codomain } = this.parts.at(-1)!;
    let { event_dim } = this.parts[0]!.domain;
    for (const part of this.parts) {
      event_dim = Math.max(event_dim + part.codomain.event_dim - part.domain.event_dim, part.codomain.event_dim);
    }
    return event_dim > codomain.event_dim ? independent(codomain, event_dim - codomain.event_dim) : codomain;
  }

  override get bijective(): boolean {
    return this.parts.every((part) => part.bijective);
  }

  override get sign(): number | Tensor {
    return this.parts.reduce<number | Tensor>((sign, part) => timesSign(sign, part.sign), 1);
  }

  override get inv(): Transform {
    if (this._inv === null) {
      this._inv = new ComposeTransform(this.parts.toReversed().map((part) => part.inv));
      this._inv._inv = this;
    }
    return this._inv;
  }

  override with_cache(cache_size: CacheSize = 1): Transform {
    const size = cacheSize(cache_size);
    return this._cache_size === size ? this : new ComposeTransform(this.parts, size);
  }

  /** @internal */
  override call_(x: Tensor): Tensor {
    return this.parts.reduce((value, part) => part(value), x);
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    let { event_dim } = this.domain;
    let total: Tensor | null = null;
    let input = x;
    this.parts.forEach((part, i) => {
      // Free when the parts cache.
      const output = i === this.parts.length - 1 ? y : part(input);
      const term = _sum_rightmost(part.log_abs_det_jacobian(input, output), event_dim - part.domain.event_dim);
      total = total === null ? term : total.add(term);
      event_dim += part.codomain.event_dim - part.domain.event_dim;
      input = output;
    });
    return total ?? zeros_like(x);
  }

  override forward_shape(shape: readonly number[]): readonly number[] {
    return this.parts.reduce((at, part) => part.forward_shape(at), shape);
  }

  override inverse_shape(shape: readonly number[]): readonly number[] {
    return this.parts.reduceRight((at, part) => part.inverse_shape(at), shape);
  }

  override toString(): string {
    return `${this.constructor.name}(\n    ${this.parts.map(String).join(",\n    ")}\n)`;
  }
}

/** The product of two signs. @internal */
export function timesSign(a: number | Tensor, b: number | Tensor): number | Tensor {
  if (typeof a !== "number") return a.mul(b);
  return typeof b === "number" ? a * b : b.mul(a);
}

/** Leaves everything as it is. */
export const identity_transform: ComposeTransform = new ComposeTransform([]);

/** Arguments of {@link IndependentTransform}. */
export interface IndependentTransformOptions extends TransformOptions {
  readonly base_transform: Transform;
  readonly reinterpreted_batch_ndims: number;
}

/** Another transform whose events have `reinterpreted_batch_ndims` more dimensions, over which the log Jacobian is summed. */
export class IndependentTransform extends Transform {
  readonly base_transform: Transform;
  readonly reinterpreted_batch_ndims: number;

  constructor(
    ...args: ConstructorArgs<IndependentTransformOptions, ["base_transform", "reinterpreted_batch_ndims", "cache_size"]>
  ) {
    const [base, ndims, cache_size] = bindConstructor<[Transform, number, number]>(
      "IndependentTransform(Any base_transform, int reinterpreted_batch_ndims, int cache_size=0)",
      args,
    );
    super(cache_size);
    this.base_transform = base.with_cache(cache_size);
    this.reinterpreted_batch_ndims = ndims;
  }

  /** @internal */
  override withCacheOf(cache_size: number): Transform {
    return new IndependentTransform(this.base_transform, this.reinterpreted_batch_ndims, cache_size);
  }

  override get domain(): Constraint {
    return independent(this.base_transform.domain, this.reinterpreted_batch_ndims);
  }

  override get codomain(): Constraint {
    return independent(this.base_transform.codomain, this.reinterpreted_batch_ndims);
  }

  override get bijective(): boolean {
    return this.base_transform.bijective;
  }

  override get sign(): number | Tensor {
    return this.base_transform.sign;
  }

  override _call(x: Tensor): Tensor {
    if (x.ndim < this.domain.event_dim) throw new ValueError("Too few dimensions on input");
    return this.base_transform(x);
  }

  override _inverse(y: Tensor): Tensor {
    if (y.ndim < this.codomain.event_dim) throw new ValueError("Too few dimensions on input");
    return this.base_transform.inv(y);
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    return _sum_rightmost(this.base_transform.log_abs_det_jacobian(x, y), this.reinterpreted_batch_ndims);
  }

  override forward_shape(shape: readonly number[]): readonly number[] {
    return this.base_transform.forward_shape(shape);
  }

  override inverse_shape(shape: readonly number[]): readonly number[] {
    return this.base_transform.inverse_shape(shape);
  }

  override toString(): string {
    return `${this.constructor.name}(${this.base_transform.toString()}, ${this.reinterpreted_batch_ndims})`;
  }
}
