import { type Tensor, ValueError } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "../construct.ts";
import { type Constraint, independent, real } from "../constraints/index.ts";
import { sizeText } from "../text.ts";
import { Transform, type TransformOptions } from "./transform.ts";

type Shape = readonly number[];

/** Arguments of {@link ReshapeTransform}. */
export interface ReshapeTransformOptions extends TransformOptions {
  readonly in_shape: Shape;
  readonly out_shape: Shape;
}

const numel = (shape: Shape): number => shape.reduce((n, size) => n * size, 1);

function replaced(shape: Shape, from: Shape, to: Shape): Shape {
  if (shape.length < from.length) throw new ValueError("Too few dimensions on input");
  const cut = shape.length - from.length;
  const event = shape.slice(cut);
  if (event.some((size, i) => size !== from[i])) {
    throw new ValueError(`Shape mismatch: expected ${sizeText(event)} but got ${sizeText(from)}`);
  }
  return [...shape.slice(0, cut), ...to];
}

/** Gives the last dimensions another shape of as many elements. */
export class ReshapeTransform extends Transform {
  readonly in_shape: Shape;
  readonly out_shape: Shape;

  constructor(...args: ConstructorArgs<ReshapeTransformOptions, ["in_shape", "out_shape", "cache_size"]>) {
    const [in_shape, out_shape, cache_size] = bindConstructor<[Shape, Shape, number]>(
      "ReshapeTransform(int[] in_shape, int[] out_shape, int cache_size=0)",
      args,
    );
    if (numel(in_shape) !== numel(out_shape)) {
      throw new ValueError("in_shape, out_shape have different numbers of elements");
    }
    super(cache_size);
    this.in_shape = in_shape;
    this.out_shape = out_shape;
  }

  /** @internal */
  override withCacheOf(cache_size: number): Transform {
    return new ReshapeTransform(this.in_shape, this.out_shape, cache_size);
  }

  override get domain(): Constraint {
    return independent(real, this.in_shape.length);
  }

  override get codomain(): Constraint {
    return independent(real, this.out_shape.length);
  }

  override get bijective(): boolean {
    return true;
  }

  override _call(x: Tensor): Tensor {
    return x.reshape([...x.shape.slice(0, x.ndim - this.in_shape.length), ...this.out_shape]);
  }

  override _inverse(y: Tensor): Tensor {
    return y.reshape([...y.shape.slice(0, y.ndim - this.out_shape.length), ...this.in_shape]);
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return x.new_zeros(x.shape.slice(0, x.ndim - this.in_shape.length));
  }

  override forward_shape(shape: Shape): Shape {
    return replaced(shape, this.in_shape, this.out_shape);
  }

  override inverse_shape(shape: Shape): Shape {
    return replaced(shape, this.out_shape, this.in_shape);
  }
}
