import { defineOp } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * One SGD step in PyTorch's order of operations.
 * @param buffers - momentum buffers; written without being read when `is_first_step`, empty without momentum
 */
export function sgdStep(
  params: readonly Tensor[],
  grads: readonly Tensor[],
  buffers: readonly Tensor[],
  weight_decay: number,
  momentum: number,
  lr: number,
  dampening: number,
  nesterov: boolean,
  maximize: boolean,
  is_first_step: boolean,
): void {
  params.forEach((param, i) => {
    let d = maximize ? grads[i]!.neg() : grads[i]!;
    if (weight_decay !== 0) d = d.add(param, { alpha: weight_decay });
    if (momentum !== 0) {
      const buffer = buffers[i]!;
      if (is_first_step) buffer.copy_(d);
      else buffer.mul_(momentum).add_(d, { alpha: 1 - dampening });
      d = nesterov ? d.add(buffer, { alpha: momentum }) : buffer;
    }
    param.add_(d, { alpha: -lr });
  });
}

defineOp({
  schema:
    "_fused_sgd_(Tensor[] params, Tensor[] grads, Tensor[] momentum_buffer_list, float weight_decay, float momentum, float lr, float dampening, bool nesterov, bool maximize, bool is_first_step) -> ()",
  doc: "One step of stochastic gradient descent on all of `params`.",
  variants: "internal",
  decompose: sgdStep,
});
