import { defineOp } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * One Adam step in PyTorch's order of operations.
 * @param maxima - largest `exp_avg_sqs` so far; empty without amsgrad
 * @param steps - number of this step, for each parameter
 * @param decoupled - weight decay shrinks the parameters (AdamW) instead of entering the gradients
 */
export function adamStep(
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
    let grad = maximize ? grads[i]!.neg() : grads[i]!;
    if (decoupled) param.mul_(1 - lr * weight_decay);
    else if (weight_decay !== 0) grad = grad.add(param, { alpha: weight_decay });
    const exp_avg = exp_avgs[i]!;
    const exp_avg_sq = exp_avg_sqs[i]!;
    exp_avg.mul_(beta1).add_(grad, { alpha: 1 - beta1 });
    exp_avg_sq.mul_(beta2).addcmul_(grad, grad, { value: 1 - beta2 });
    const largest = maxima[i] === undefined ? exp_avg_sq : maxima[i].copy_(maxima[i].maximum(exp_avg_sq));
    const root = Math.sqrt(1 - beta2 ** steps[i]!);
    const denom = largest.sqrt().div(root).add_(eps);
    param.addcdiv_(exp_avg, denom, { value: -(lr / (1 - beta1 ** steps[i]!)) });
  });
}

defineOp({
  schema:
    "_fused_adam_(Tensor[] params, Tensor[] grads, Tensor[] exp_avgs, Tensor[] exp_avg_sqs, Tensor[] max_exp_avg_sqs, float[] steps, float lr, float beta1, float beta2, float weight_decay, float eps, bool maximize, bool decoupled) -> ()",
  doc: "One step of Adam (or, decoupled, AdamW) on all of `params`.",
  variants: "internal",
  decompose: adamStep,
});
