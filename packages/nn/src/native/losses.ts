import { callOp } from "@tt/core/dispatch";
import type { Tensor } from "@tt/core";
import "../functional/records.ts";
import { lengthsOf } from "../functional/reduction.ts";
import { defineNative } from "./define.ts";

type Maybe = Tensor | null;

/**
 * `reduction` as ATen counts it: 0 none, 1 mean, 2 sum. ATen declares mean as the default, but PyTorch's argument
 * parser reads that word as 0, which is what programs get.
 */
const reductionOf = (index: number): string => ["none", "mean", "sum"][index] ?? "none";

const REDUCTION = "`reduction` is 0 (none), 1 (mean) or 2 (sum).";

defineNative(
  "binary_cross_entropy_with_logits.native(Tensor input, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=0) -> Tensor",
  `\`nn.functional.binary_cross_entropy_with_logits\`. ${REDUCTION}`,
  (input: Tensor, target: Tensor, weight: Maybe, pos_weight: Maybe, reduction: number) =>
    callOp("binary_cross_entropy_with_logits", input, target, weight, pos_weight, reductionOf(reduction)),
);

defineNative(
  "kl_div(Tensor input, Tensor target, int reduction=0, *, bool log_target=False) -> Tensor",
  `\`nn.functional.kl_div\`. ${REDUCTION}`,
  (input: Tensor, target: Tensor, reduction: number, log_target: boolean) =>
    callOp("nn_kl_div", input, target, null, null, reductionOf(reduction), log_target),
);

defineNative(
  "poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) -> Tensor",
  `\`nn.functional.poisson_nll_loss\`. ${REDUCTION}`,
  (input: Tensor, target: Tensor, log_input: boolean, full: boolean, eps: number, reduction: number) =>
    callOp("nn_poisson_nll_loss", input, target, log_input, full, null, eps, null, reductionOf(reduction)),
);

defineNative(
  "hinge_embedding_loss(Tensor input, Tensor target, float margin=1.0, int reduction=0) -> Tensor",
  `\`nn.functional.hinge_embedding_loss\`. ${REDUCTION}`,
  (input: Tensor, target: Tensor, margin: number, reduction: number) =>
    callOp("nn_hinge_embedding_loss", input, target, margin, null, null, reductionOf(reduction)),
);

for (const name of ["cosine_embedding_loss", "margin_ranking_loss"]) {
  defineNative(
    `${name}(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=0) -> Tensor`,
    `\`nn.functional.${name}\`. ${REDUCTION}`,
    (input1: Tensor, input2: Tensor, target: Tensor, margin: number, reduction: number) =>
      callOp(`nn_${name}`, input1, input2, target, margin, null, null, reductionOf(reduction)),
  );
}

defineNative(
  "triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, float p=2, float eps=1e-06, bool swap=False, int reduction=0) -> Tensor",
  `\`nn.functional.triplet_margin_loss\`. ${REDUCTION}`,
  (
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: number,
    p: number,
    eps: number,
    swap: boolean,
    reduction: number,
  ) =>
    callOp(
      "nn_triplet_margin_loss",
      anchor,
      positive,
      negative,
      margin,
      p,
      eps,
      swap,
      null,
      null,
      reductionOf(reduction),
    ),
);

for (const [overload, lengths] of [
  ["IntList", "int[]"],
  ["Tensor", "Tensor"],
] as const) {
  defineNative(
    `ctc_loss.${overload}(Tensor log_probs, Tensor targets, ${lengths} input_lengths, ${lengths} target_lengths, int blank=0, int reduction=0, bool zero_infinity=False) -> Tensor`,
    `\`nn.functional.ctc_loss\`. ${REDUCTION}`,
    (
      log_probs: Tensor,
      targets: Tensor,
      inputs: unknown,
      target_lengths: unknown,
      blank: number,
      reduction: number,
      zero_infinity: boolean,
    ) =>
      callOp(
        "nn_ctc_loss",
        log_probs,
        targets,
        lengthsOf(inputs),
        lengthsOf(target_lengths),
        blank,
        reductionOf(reduction),
        zero_infinity,
      ),
  );
}
