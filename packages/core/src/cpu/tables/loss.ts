import type { Kernels } from "../../dispatch/backend.ts";
import {
  ctcLoss,
  ctcLossBackward,
  multilabelMarginLoss,
  multilabelMarginLossBackward,
  multiMarginLoss,
  multiMarginLossBackward,
  nllLoss,
  nllLossBackward,
  type Reduction,
} from "../loss/index.ts";
import type { ArrayView } from "../view.ts";

type Pair = readonly [ArrayView, ArrayView];
type Lengths = readonly number[];

/** Losses with kernels of their own: `(out, input, target, ...)`. */
export const lossKernels: Kernels = {
  nll_loss_forward(
    [out, total]: Pair,
    input: ArrayView,
    target: ArrayView,
    weight: ArrayView | null,
    reduction: Reduction,
    ignore: number,
  ): void {
    nllLoss(out, total, input, target, weight, reduction, ignore);
  },
  nll_loss_backward: nllLossBackward,
  multi_margin_loss: multiMarginLoss,
  multi_margin_loss_backward: multiMarginLossBackward,
  multilabel_margin_loss([out, isTarget]: Pair, input: ArrayView, target: ArrayView, reduction: Reduction): void {
    multilabelMarginLoss(out, isTarget, input, target, reduction);
  },
  multilabel_margin_loss_backward: multilabelMarginLossBackward,
  ctc_loss_forward(
    [loss, alpha]: Pair,
    probs: ArrayView,
    targets: ArrayView,
    inputs: Lengths,
    lengths: Lengths,
    blank: number,
  ): void {
    ctcLoss(loss, alpha, probs, targets, inputs, lengths, blank);
  },
  ctc_loss_backward: ctcLossBackward,
};
