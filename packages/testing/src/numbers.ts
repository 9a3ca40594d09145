import { arange, float64, rand, type Tensor } from "@tt/core";

/** Arguments of one call, in schema order. */
export type Sample = readonly unknown[];

/** Random numbers of [low, high), apart from each other so that sorting and maxima are unambiguous. */
export function numbers(shape: readonly number[], low = 0.15, high = 0.85): Tensor {
  const count = shape.reduce((n, s) => n * s, 1);
  const steps = arange(0, count, { dtype: float64 })
    .add(rand(count, { dtype: float64 }).mul(0.5))
    .div(Math.max(count, 1));
  return steps
    .at(steps.mul(7919).sin().argsort())
    .mul(high - low)
    .add(low)
    .reshape(shape);
}
