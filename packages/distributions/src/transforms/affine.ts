import { broadcast_shapes, full_like, Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "../construct.ts";
import { type Constraint, independent, real } from "../constraints/index.ts";
import type { TensorOrNumber } from "../utils.ts";
import { Transform, type TransformOptions } from "./transform.ts";

/** Arguments of {@link AffineTransform}. */
export interface AffineTransformOptions extends TransformOptions {
  readonly loc: TensorOrNumber;
  readonly scale: TensorOrNumber;
  /** Number of dimensions of one event; 0 by default. */
  readonly event_dim?: number;
}

const shapeOf = (value: TensorOrNumber): readonly number[] => (value instanceof Tensor ? value.shape : []);

function same(a: TensorOrNumber, b: TensorOrNumber): boolean {
  if (a instanceof Tensor) return Boolean(a.eq(b).all().item());
  return b instanceof Tensor ? Boolean(b.eq(a).all().item()) : a === b;
}

/** y = loc + scale * x */
export class AffineTransform extends Transform {
  readonly loc: TensorOrNumber;
  readonly scale: TensorOrNumber;
  private readonly eventDim: number;

  constructor(...args: ConstructorArgs<AffineTransformOptions, ["loc", "scale", "event_dim", "cache_size"]>) {
    const [loc, scale, event_dim, cache_size] = bindConstructor<[TensorOrNumber, TensorOrNumber, number, number]>(
      "AffineTransform(Any loc, Any scale, int event_dim=0, int cache_size=0)",
      args,
    );
    super(cache_size);
    this.loc = loc;
    this.scale = scale;
    this.eventDim = event_dim;
  }

  override get event_dim(): number {
    return this.eventDim;
  }

  override get domain(): Constraint {
    return this.eventDim === 0 ? real : independent(real, this.eventDim);
  }

  override get codomain(): Constraint {
    return this.domain;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number | Tensor {
    return this.scale instanceof Tensor ? this.scale.sign() : Math.sign(this.scale);
  }

  /** @internal */
  override withCacheOf(cache_size: number): Transform {
    return new AffineTransform(this.loc, this.scale, this.eventDim, cache_size);
  }

  override equals(other: Transform): boolean {
    return other instanceof AffineTransform && same(this.loc, other.loc) && same(this.scale, other.scale);
  }

  override _call(x: Tensor): Tensor {
    const scaled = this.scale instanceof Tensor ? this.scale.mul(x) : x.mul(this.scale);
    return this.loc instanceof Tensor ? this.loc.add(scaled) : scaled.add(this.loc);
  }

  override _inverse(y: Tensor): Tensor {
    return y.sub(this.loc).div(this.scale);
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    const { scale } = this;
    const result = scale instanceof Tensor ? scale.abs().log() : full_like(x, Math.log(Math.abs(scale)));
    if (this.eventDim === 0) return result.expand(x.shape);
    const kept = Math.max(result.ndim - this.eventDim, 0);
    return result
      .view([...result.shape.slice(0, kept), -1])
      .sum(-1)
      .expand(x.shape.slice(0, x.ndim - this.eventDim));
  }

  override forward_shape(shape: readonly number[]): readonly number[] {
    return broadcast_shapes(shape, shapeOf(this.loc), shapeOf(this.scale));
  }

  override inverse_shape(shape: readonly number[]): readonly number[] {
    return this.forward_shape(shape);
  }
}
