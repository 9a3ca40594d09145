import { adamStep } from "../../ops/optim/adam.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { elements, isPlain, roundingOf } from "./arrays.ts";

/** `_fused_adam_` in one pass over each parameter; what is not plain arrays goes through the ops. */
export function fusedAdam(
  _out: null,
  params: readonly Tensor[],
  grads: readonly Tensor[],
  exp_avgs: readonly Tensor[],
  exp_avg_sqs: readonly Tensor[],
  maxima: readonly Tensor[],
  steps: readonly number[],
  lr: number,
  beta1: number,
  beta2: number,
  weight_decay: number,
  eps: number,
  maximize: boolean,
  decoupled: boolean,
): void {
  params.forEach((param, i) => {
    const state = [param, grads[i]!, exp_avgs[i]!, exp_avg_sqs[i]!] as const;
    const maximum = maxima[i];
    const step = steps[i]!;
    if (!isPlain(maximum === undefined ? state : [...state, maximum])) {
      const [p, g, m, v] = state;
      const largest = maximum === undefined ? [] : [maximum];
      adamStep([p], [g], [m], [v], largest, [step], lr, beta1, beta2, weight_decay, eps, maximize, decoupled);
      return;
    }
    const round = roundingOf(param);
    const decay = decoupled ? 0 : round(weight_decay);
    const shrink = decoupled ? round(1 - lr * weight_decay) : 1;
    const keep1 = round(beta1);
    const take1 = round(1 - beta1);
    const keep2 = round(beta2);
    const take2 = round(1 - beta2);
    const epsilon = round(eps);
    const root = round(Math.sqrt(1 - beta2 ** step));
    const size = round(-(lr / (1 - beta1 ** step)));
    const [p, g, m, v] = state.map(elements) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const top = maximum === undefined ? null : elements(maximum);
    for (let j = 0; j < p.length; j++) {
      const value = shrink === 1 ? p[j]! : round(shrink * p[j]!);
      let d = maximize ? -g[j]! : g[j]!;
      if (decay !== 0) d = round(d + decay * value);
      const mean = round(round(keep1 * m[j]!) + take1 * d);
      const square = round(round(keep2 * v[j]!) + round(take2 * d) * d);
      m[j] = mean;
      v[j] = square;
      // Math.max, like torch.maximum, gives NaN when either is.
      const largest = top === null ? square : (top[j] = Math.max(top[j]!, square));
      const denom = round(round(round(Math.sqrt(largest)) / root) + epsilon);
      p[j] = value + round(round(size * mean) / denom);
    }
  });
}
