import { defineOp } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";

type List = readonly Tensor[];
type Numbers = readonly number[];

/** The gradients a step goes by. */
function directions(params: List, grads: List, weight_decay: number, maximize: boolean): Tensor[] {
  return params.map((param, i) => {
    const grad = maximize ? grads[i]!.neg() : grads[i]!;
    return weight_decay === 0 ? grad : grad.add(param, { alpha: weight_decay });
  });
}

defineOp({
  schema:
    "_fused_rmsprop_(Tensor[] params, Tensor[] grads, Tensor[] square_avgs, Tensor[] grad_avgs, Tensor[] momentum_buffers, float lr, float alpha, float eps, float weight_decay, float momentum, bool maximize, bool differentiable) -> ()",
  doc: "One step of RMSprop on all of `params`; without `grad_avgs` not centered, without `momentum_buffers` without momentum.",
  variants: "internal",
  decompose: (
    params: List,
    grads: List,
    square_avgs: List,
    grad_avgs: List,
    buffers: List,
    lr: number,
    alpha: number,
    eps: number,
    weight_decay: number,
    momentum: number,
    maximize: boolean,
    differentiable: boolean,
  ) => {
    directions(params, grads, weight_decay, maximize).forEach((grad, i) => {
      const square_avg = square_avgs[i]!.mul_(alpha).addcmul_(grad, grad, { value: 1 - alpha });
      let average: Tensor;
      if (grad_avgs.length > 0) {
        const mean = grad_avgs[i]!.mul_(alpha).add_(grad, { alpha: 1 - alpha });
        average = square_avg.addcmul(mean, mean, { value: -1 }).sqrt_();
      } else average = square_avg.sqrt();
      average = differentiable ? average.add(eps) : average.add_(eps);
      if (buffers.length > 0) {
        const buffer = buffers[i]!.mul_(momentum).addcdiv_(grad, average);
        params[i]!.add_(buffer, { alpha: -lr });
      } else params[i]!.addcdiv_(grad, average, { value: -lr });
    });
  },
});

defineOp({
  schema:
    "_fused_adagrad_(Tensor[] params, Tensor[] grads, Tensor[] sums, float[] sizes, float eps, float weight_decay, bool maximize) -> ()",
  doc: "One step of Adagrad on all of `params`, of its own size for each.",
  variants: "internal",
  decompose: (
    params: List,
    grads: List,
    sums: List,
    sizes: Numbers,
    eps: number,
    weight_decay: number,
    maximize: boolean,
  ) => {
    directions(params, grads, weight_decay, maximize).forEach((grad, i) => {
      const sum = sums[i]!.addcmul_(grad, grad, { value: 1 });
      params[i]!.addcdiv_(grad, sum.sqrt().add_(eps), { value: -sizes[i]! });
    });
  },
});

defineOp({
  schema:
    "_fused_adamax_(Tensor[] params, Tensor[] grads, Tensor[] exp_avgs, Tensor[] exp_infs, float[] sizes, float beta1, float beta2, float eps, float weight_decay, bool maximize) -> ()",
  doc: "One step of Adamax on all of `params`, of its own size for each.",
  variants: "internal",
  decompose: (
    params: List,
    grads: List,
    exp_avgs: List,
    exp_infs: List,
    sizes: Numbers,
    beta1: number,
    beta2: number,
    eps: number,
    weight_decay: number,
    maximize: boolean,
  ) => {
    directions(params, grads, weight_decay, maximize).forEach((grad, i) => {
      const exp_avg = exp_avgs[i]!.mul_(beta1).add_(grad, { alpha: 1 - beta1 });
      const exp_inf = exp_infs[i]!.mul_(beta2);
      exp_inf.copy_(exp_inf.maximum(grad.abs().add_(eps)));
      params[i]!.addcdiv_(exp_avg, exp_inf, { value: -sizes[i]! });
    });
  },
});

defineOp({
  schema:
    "_fused_nadam_(Tensor[] params, Tensor[] grads, Tensor[] exp_avgs, Tensor[] exp_avg_sqs, float[] grad_sizes, float[] mean_sizes, float[] corrections, float beta1, float beta2, float eps, float weight_decay) -> ()",
  doc: "One step of NAdam on all of `params`; squares are divided by their correction.",
  variants: "internal",
  decompose: (
    params: List,
    grads: List,
    exp_avgs: List,
    exp_avg_sqs: List,
    grad_sizes: Numbers,
    mean_sizes: Numbers,
    corrections: Numbers,
    beta1: number,
    beta2: number,
    eps: number,
    weight_decay: number,
  ) => {
    directions(params, grads, weight_decay, false).forEach((grad, i) => {
      const exp_avg = exp_avgs[i]!.mul_(beta1).add_(grad, { alpha: 1 - beta1 });
      const exp_avg_sq = exp_avg_sqs[i]!.mul_(beta2).addcmul_(grad, grad, { value: 1 - beta2 });
      const denom = exp_avg_sq.div(corrections[i]!).sqrt().add_(eps);
      params[i]!.addcdiv_(grad, denom, { value: -grad_sizes[i]! });
      params[i]!.addcdiv_(exp_avg, denom, { value: -mean_sizes[i]! });
    });
  },
});

defineOp({
  schema:
    "_fused_radam_(Tensor[] params, Tensor[] grads, Tensor[] exp_avgs, Tensor[] exp_avg_sqs, float[] corrections, float[] rects, float[] roots, float lr, float beta1, float beta2, float eps, float weight_decay) -> ()",
  doc: "One step of RAdam on all of `params`; a `rects` of 0 leaves the squares out.",
  variants: "internal",
  decompose: (
    params: List,
    grads: List,
    exp_avgs: List,
    exp_avg_sqs: List,
    corrections: Numbers,
    rects: Numbers,
    roots: Numbers,
    lr: number,
    beta1: number,
    beta2: number,
    eps: number,
    weight_decay: number,
  ) => {
    directions(params, grads, weight_decay, false).forEach((grad, i) => {
      const exp_avg = exp_avgs[i]!.mul_(beta1).add_(grad, { alpha: 1 - beta1 });
      const exp_avg_sq = exp_avg_sqs[i]!.mul_(beta2).addcmul_(grad, grad, { value: 1 - beta2 });
      const corrected = exp_avg.div(corrections[i]!).mul(lr);
      if (rects[i] === 0) params[i]!.add_(corrected, { alpha: -1 });
      else {
        const adaptive = exp_avg_sq.sqrt().add_(eps).reciprocal_().mul_(roots[i]!);
        params[i]!.add_(corrected.mul(adaptive).mul(rects[i]!), { alpha: -1 });
      }
    });
  },
});
