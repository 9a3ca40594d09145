import { broadcast_shapes, type Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "../construct.ts";
import { type Constraint, interval, positive, real, unit_interval } from "../constraints/index.ts";
import { finfo, softplus } from "../functional.ts";
import { broadcast_all, type TensorOrNumber } from "../utils.ts";
import { Transform, type TransformOptions } from "./transform.ts";

/** A bijection of numbers that increases. */
abstract class Increasing extends Transform {
  override get domain(): Constraint {
    return real;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number | Tensor {
    return 1;
  }

  /** These have no parameters unless they say otherwise: of one class, of one mapping. */
  override equals(other: Transform): boolean {
    return other.constructor === this.constructor;
  }
}

/** y = exp(x) */
export class ExpTransform extends Increasing {
  override get codomain(): Constraint {
    return positive;
  }

  override _call(x: Tensor): Tensor {
    return x.exp();
  }

  override _inverse(y: Tensor): Tensor {
    return y.log();
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return x;
  }
}

/** Arguments of {@link PowerTransform}. */
export interface PowerTransformOptions extends TransformOptions {
  readonly exponent: TensorOrNumber;
}

/** y = x ** exponent for positive x. */
export class PowerTransform extends Increasing {
  readonly exponent: Tensor;

  constructor(...args: ConstructorArgs<PowerTransformOptions, ["exponent", "cache_size"]>) {
    const [exponent, cache_size] = bindConstructor<[TensorOrNumber, number]>(
      "PowerTransform(Any exponent, int cache_size=0)",
      args,
    );
    super(cache_size);
    [this.exponent] = broadcast_all(exponent);
  }

  /** @internal */
  override withCacheOf(cache_size: number): Transform {
    return new PowerTransform(this.exponent, cache_size);
  }

  override get domain(): Constraint {
    return positive;
  }

  override get codomain(): Constraint {
    return positive;
  }

  override equals(other: Transform): boolean {
    return other instanceof PowerTransform && Boolean(this.exponent.eq(other.exponent).all().item());
  }

  override _call(x: Tensor): Tensor {
    return x.pow(this.exponent);
  }

  override _inverse(y: Tensor): Tensor {
    return y.pow(this.exponent.reciprocal());
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    return this.exponent.mul(y).div(x).abs().log();
  }

  override forward_shape(shape: readonly number[]): readonly number[] {
    return broadcast_shapes(shape, this.exponent.shape);
  }

  override inverse_shape(shape: readonly number[]): readonly number[] {
    return broadcast_shapes(shape, this.exponent.shape);
  }
}

/** sigmoid(x), kept away from 0 and 1. @internal */
export function clippedSigmoid(x: Tensor): Tensor {
  const { eps, tiny } = finfo(x.dtype);
  return x.sigmoid().clamp(tiny, 1 - eps);
}

/** y = 1 / (1 + exp(-x)) */
export class SigmoidTransform extends Increasing {
  override get codomain(): Constraint {
    return unit_interval;
  }

  override _call(x: Tensor): Tensor {
    return clippedSigmoid(x);
  }

  override _inverse(y: Tensor): Tensor {
    const { eps, tiny } = finfo(y.dtype);
    const clamped = y.clamp(tiny, 1 - eps);
    return clamped.log().sub(clamped.neg().log1p());
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return softplus(x.neg()).neg().sub(softplus(x));
  }
}

/** y = log(1 + exp(x)), linear above 20. */
export class SoftplusTransform extends Increasing {
  override get codomain(): Constraint {
    return positive;
  }

  override _call(x: Tensor): Tensor {
    return softplus(x);
  }

  override _inverse(y: Tensor): Tensor {
    return y.neg().expm1().neg().log().add(y);
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return softplus(x.neg()).neg();
  }
}

const openUnit: Constraint = interval(-1, 1);

/** y = tanh(x); use `cache_size: 1` where x may be so large that the inverse is infinite. */
export class TanhTransform extends Increasing {
  override get codomain(): Constraint {
    return openUnit;
  }

  override _call(x: Tensor): Tensor {
    return x.tanh();
  }

  override _inverse(y: Tensor): Tensor {
    return y.atanh();
  }

  // The numerically stable form of log(1 - tanh(x)**2), after TensorFlow Probability's Tanh bijector.
  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return x
      .rsub(Math.LN2)
      .sub(softplus(x.mul(-2)))
      .mul(2);
  }
}

/** y = |x|, which is not bijective. */
export class AbsTransform extends Transform {
  override get domain(): Constraint {
    return real;
  }

  override get codomain(): Constraint {
    return positive;
  }

  override equals(other: Transform): boolean {
    return other instanceof AbsTransform;
  }

  override _call(x: Tensor): Tensor {
    return x.abs();
  }

  override _inverse(y: Tensor): Tensor {
    return y;
  }
}
