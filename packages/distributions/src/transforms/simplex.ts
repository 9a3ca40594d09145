import { type Tensor, ValueError } from "@tt/core";
import { type Constraint, real_vector, simplex } from "../constraints/index.ts";
import { finfo, logsigmoid, padOnes } from "../functional.ts";
import { clippedSigmoid } from "./elementwise.ts";
import { Transform } from "./transform.ts";

/** `shape` with its last size changed by `by`. */
function resized(shape: readonly number[], by: number): readonly number[] {
  if (shape.length === 0) throw new ValueError("Too few dimensions on input");
  return [...shape.slice(0, -1), shape.at(-1)! + by];
}

abstract class ToSimplex extends Transform {
  override get domain(): Constraint {
    return real_vector;
  }

  override get codomain(): Constraint {
    return simplex;
  }

  override equals(other: Transform): boolean {
    return other.constructor === this.constructor;
  }
}

/** y = softmax(x) along the last dimension; not bijective, but mostly coordinate by coordinate. */
export class SoftmaxTransform extends ToSimplex {
  override _call(x: Tensor): Tensor {
    const probs = x.sub(x.max(-1, true)[0]).exp();
    return probs.div(probs.sum(-1, true));
  }

  override _inverse(y: Tensor): Tensor {
    return y.log();
  }

  override forward_shape(shape: readonly number[]): readonly number[] {
    return resized(shape, 0);
  }

  override inverse_shape(shape: readonly number[]): readonly number[] {
    return resized(shape, 0);
  }
}

/** log(n), log(n - 1), ..., log(1), n being the last size of `x`. */
const logOffsets = (x: Tensor): Tensor => {
  const n = x.shape.at(-1)!;
  return x
    .new_ones([n])
    .cumsum(-1)
    .rsub(n + 1)
    .log();
};

/** Breaks a stick of length one: each coordinate says which part of the rest goes to its class. Bijective. */
export class StickBreakingTransform extends ToSimplex {
  override get bijective(): boolean {
    return true;
  }

  override _call(x: Tensor): Tensor {
    const z = clippedSigmoid(x.sub(logOffsets(x)));
    return padOnes(z, 0, 1).mul(padOnes(z.rsub(1).cumprod(-1), 1, 0));
  }

  override _inverse(y: Tensor): Tensor {
    const cropped = y.narrow(-1, 0, y.shape.at(-1)! - 1);
    // What is left may come out negative by rounding.
    const rest = cropped
      .cumsum(-1)
      .rsub(1)
      .clamp({ min: finfo(y.dtype).tiny });
    return cropped.log().sub(rest.log()).add(logOffsets(cropped));
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    const shifted = x.sub(logOffsets(x));
    // 1 - sigmoid(x) = exp(-x) * sigmoid(x)
    return shifted
      .neg()
      .add(logsigmoid(shifted))
      .add(y.narrow(-1, 0, y.shape.at(-1)! - 1).log())
      .sum(-1);
  }

  override forward_shape(shape: readonly number[]): readonly number[] {
    return resized(shape, 1);
  }

  override inverse_shape(shape: readonly number[]): readonly number[] {
    return resized(shape, -1);
  }
}
