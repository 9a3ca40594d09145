import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { notImplemented } from "../pointwise/formulas.ts";
import { callTensor } from "./reduction.ts";

type Lengths = readonly number[];

const backward: Op = defineOp({
  schema:
    "_ctc_loss_backward(Tensor grad_output, Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, Tensor loss, Tensor log_alpha, int blank, bool zero_infinity) -> Tensor",
  doc: "Gradient of `ctc_loss`.",
  variants: "internal",
  kernel: "ctc_loss_backward",
  meta: (_grad: Tensor, log_probs: Tensor) => metaLike(log_probs),
  derivative: {
    grad_output: notImplemented("_ctc_loss_backward"),
    log_probs: notImplemented("_ctc_loss_backward"),
  },
});

function check(log_probs: Tensor, _targets: Tensor, inputs: Lengths, targets: Lengths, blank: number): void {
  const [steps, batch, classes] = log_probs.shape as readonly [number, number, number];
  if (blank < 0 || blank >= classes) throw new RuntimeError("blank must be in label range");
  if (inputs.length !== batch) throw new RuntimeError("input_lengths must be of size batch_size");
  if (targets.length !== batch) throw new RuntimeError("target_lengths must be of size batch_size");
  inputs.forEach((length, b) => {
    if (length > steps) {
      throw new RuntimeError(
        `Expected input_lengths to have value at most ${steps}, but got value ${length} (while checking arguments for ctc_loss_cpu) for batch ${b}`,
      );
    }
  });
}

defineOp({
  schema:
    "_ctc_loss(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int blank=0, bool zero_infinity=False) -> (Tensor result, Tensor log_alpha)",
  doc: "Connectionist temporal classification (Graves et al. 2006) of log_probs [T, N, C], one loss an example.",
  variants: "internal",
  gradName: "CtcLossBackward0",
  kernel: "ctc_loss_forward",
  check,
  meta: (log_probs: Tensor, _targets: Tensor, _inputs: Lengths, lengths: Lengths) => [
    metaLike(log_probs, [log_probs.shape[1]!]),
    metaLike(log_probs, [log_probs.shape[1]!, log_probs.shape[0]!, 2 * Math.max(0, ...lengths) + 1]),
  ],
  derivative: {
    log_probs: [
      ([g]: readonly [Tensor | null], ...saved: unknown[]) => (g === null ? null : callTensor(backward, g, ...saved)),
      "log_probs",
      "targets",
      "input_lengths",
      "target_lengths",
      "result",
      "log_alpha",
      "blank",
      "zero_infinity",
    ],
  },
});
