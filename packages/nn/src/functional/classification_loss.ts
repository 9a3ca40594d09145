import { call, callOp, findOp } from "@tt/core/dispatch";
import { NotImplementedError, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { defineFunction } from "./define.ts";
import { LEGACY, lengthsOf, reduceLoss, type Reduction, reductionOf, requireSameSize } from "./reduction.ts";

type Flag = boolean | null;
type Maybe = Tensor | null;

const nll = (input: Tensor, target: Tensor, weight: Maybe, reduction: Reduction, ignore: number): Tensor =>
  callOp("nll_loss", input, target, weight, reduction, ignore);

defineFunction(
  `nll_loss(Tensor input, Tensor target, Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction="mean") -> Tensor`,
  "Negative log likelihood: input holds log probabilities [N, C, ...], target class indices [N, ...].",
  (input: Tensor, target: Tensor, weight: Maybe, size_average: Flag, ignore: number, reduce: Flag, reduction: string) =>
    nll(input, target, weight, reductionOf(size_average, reduce, reduction), ignore),
);

const classDim = (input: Tensor): number => (input.ndim === 1 ? 0 : 1);

const alongClasses = (weight: Tensor, input: Tensor): Tensor =>
  weight.view(input.shape.map((_, d) => (d === classDim(input) ? -1 : 1)));

function probabilities(log: Tensor, given: Tensor, weight: Maybe, reduction: Reduction, smoothing: number): Tensor {
  const classes = log.shape[classDim(log)]!;
  const target = smoothing > 0 ? given.mul(1 - smoothing).add(smoothing / classes) : given;
  const weighted = log.mul(target);
  const terms = weight === null ? weighted : weighted.mul(alongClasses(weight, log));
  if (reduction === "none") return terms.sum(classDim(log)).neg();
  const total = terms.sum().neg();
  return reduction === "sum" ? total : total.div(log.numel() / classes);
}

function smoothed(
  log: Tensor,
  target: Tensor,
  weight: Maybe,
  reduction: Reduction,
  ignore: number,
  smoothing: number,
): Tensor {
  const hard = nll(log, target, weight, reduction, ignore);
  const classes = log.shape[classDim(log)]!;
  const ignored = target.eq(ignore);
  const smooth = (weight === null ? log : log.mul(alongClasses(weight, log)))
    .sum(classDim(log))
    .neg()
    .masked_fill(ignored, 0);
  let soft = reduction === "none" ? smooth : smooth.sum();
  if (reduction === "mean") {
    const counted = ignored.logical_not();
    soft = soft.div(weight === null ? counted.sum() : weight.gather(0, target.masked_select(counted)).sum());
  }
  return hard.mul(1 - smoothing).add(soft.mul(smoothing / classes));
}

defineFunction(
  'cross_entropy(Tensor input, Tensor target, Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction="mean", float label_smoothing=0.0) -> Tensor',
  "Cross-entropy of softmax(input) [N, C, ...] and class indices [N, ...] or class probabilities [N, C, ...].",
  (
    input: Tensor,
    target: Tensor,
    weight: Maybe,
    size_average: Flag,
    ignore: number,
    reduce: Flag,
    reduction: string,
    smoothing: number,
  ) => {
    const how = reductionOf(size_average, reduce, reduction);
    if (smoothing < 0 || smoothing > 1) {
      throw new RuntimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${smoothing}`);
    }
    const soft = input.shape.join() === target.shape.join();
    if (soft && target.dtype.category < 2) {
      throw new RuntimeError(
        `Expected floating point type for target with class probabilities, got ${target.dtype.name}`,
      );
    }
    if (soft && ignore >= 0) throw new RuntimeError("ignore_index is not supported for floating point target");
    const log = callOp("log_softmax", input, classDim(input), null);
    if (soft) return probabilities(log, target, weight, how, smoothing);
    if (smoothing > 0) return smoothed(log, target, weight, how, ignore, smoothing);
    return nll(log, target, weight, how, ignore);
  },
);

defineFunction(
  `binary_cross_entropy(Tensor input, Tensor target, Tensor? weight=None, ${LEGACY}, str reduction="mean") -> Tensor`,
  "Cross-entropy of probabilities and targets between 0 and 1.",
  (input: Tensor, target: Tensor, weight: Maybe, size_average: Flag, reduce: Flag, reduction: string) => {
    const how = reductionOf(size_average, reduce, reduction);
    if (target.shape.join() !== input.shape.join()) {
      throw new ValueError(
        `Using a target size (torch.Size([${target.shape.join(", ")}])) that is different to the input size (torch.Size([${input.shape.join(", ")}])) is deprecated. Please ensure they have the same size.`,
      );
    }
    return callOp("binary_cross_entropy", input, target, weight === null ? null : weight.expand(target.shape), how);
  },
);

defineFunction(
  `binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight=None, ${LEGACY}, str reduction="mean", Tensor? pos_weight=None) -> Tensor`,
  "Binary cross-entropy of sigmoid(input), computed without overflow; `pos_weight` weighs positive examples.",
  (input: Tensor, target: Tensor, weight: Maybe, size_average: Flag, reduce: Flag, reduction: string, pos: Maybe) => {
    requireSameSize(target, input);
    return callOp(
      "binary_cross_entropy_with_logits",
      input,
      target,
      weight,
      pos,
      reductionOf(size_average, reduce, reduction),
    );
  },
);

defineFunction(
  `multi_margin_loss(Tensor input, Tensor target, int p=1, float margin=1.0, Tensor? weight=None, ${LEGACY}, str reduction="mean") -> Tensor`,
  "Mean over the classes of max(0, margin - x[target] + x[c]) ^ p.",
  (
    input: Tensor,
    target: Tensor,
    p: number,
    margin: number,
    weight: Maybe,
    size_average: Flag,
    reduce: Flag,
    reduction: string,
  ) => {
    const how = reductionOf(size_average, reduce, reduction);
    if (p !== 1 && p !== 2) throw new ValueError("only p == 1 and p == 2 supported");
    if (weight !== null && weight.ndim !== 1) throw new ValueError("weight must be one-dimensional");
    return callOp("multi_margin_loss", input, target, p, margin, weight, how);
  },
);

defineFunction(
  `multilabel_margin_loss(Tensor input, Tensor target, ${LEGACY}, str reduction="mean") -> Tensor`,
  "Margin loss of rows whose targets list class indices up to the first -1.",
  (input: Tensor, target: Tensor, size_average: Flag, reduce: Flag, reduction: string) =>
    (
      call(findOp("_multilabel_margin_loss")!, [
        input,
        target,
        reductionOf(size_average, reduce, reduction),
      ]) as Tensor[]
    )[0],
);

defineFunction(
  `multilabel_soft_margin_loss(Tensor input, Tensor target, Tensor? weight=None, ${LEGACY}, str reduction="mean") -> Tensor`,
  "Mean over the classes of binary cross-entropies of logits.",
  (input: Tensor, target: Tensor, weight: Maybe, size_average: Flag, reduce: Flag, reduction: string) => {
    const how = reductionOf(size_average, reduce, reduction);
    const sigmoid = (x: Tensor): Tensor => callOp("nn_logsigmoid", x);
    const terms = target
      .mul(sigmoid(input))
      .add(target.rsub(1).mul(sigmoid(input.neg())))
      .neg();
    const weighted = weight === null ? terms : terms.mul(weight);
    return reduceLoss(weighted.sum(input.ndim - 1).div(input.shape.at(-1)!), how);
  },
);

defineFunction(
  'ctc_loss(Tensor log_probs, Tensor targets, Any input_lengths, Any target_lengths, int blank=0, str reduction="mean", bool zero_infinity=False) -> Tensor',
  "Connectionist temporal classification (Graves et al. 2006) of log_probs [T, N, C] or [T, C].",
  (
    given: Tensor,
    targets: Tensor,
    inputs: unknown,
    lengths: unknown,
    blank: number,
    reduction: string,
    zero_infinity: boolean,
  ) => {
    const how = reductionOf(null, null, reduction);
    const batched = given.ndim === 3;
    if (given.ndim !== 2 && !batched) throw new NotImplementedError("ctc_loss expects log_probs of 2 or 3 dimensions");
    const probs = batched ? given : given.unsqueeze(1);
    const list = (l: unknown): number[] =>
      batched ? lengthsOf(l) : [Number(Array.isArray(l) ? l[0] : typeof l === "number" ? l : (l as Tensor).item())];
    const targetLengths = list(lengths);
    const flat = batched ? targets : targets.reshape([-1]);
    const args = [probs, flat, list(inputs), targetLengths, blank, zero_infinity];
    let losses = (call(findOp("_ctc_loss")!, args) as Tensor[])[0]!;
    if (zero_infinity) losses = losses.masked_fill(losses.detach().eq(Number.POSITIVE_INFINITY), 0);
    if (how === "mean") {
      const divisor = losses.new_empty([targetLengths.length]);
      targetLengths.forEach((n, i) => divisor.select(0, i).fill_(Math.max(n, 1)));
      return losses.div(divisor).mean();
    }
    if (how === "sum") return losses.sum();
    return batched ? losses : losses.squeeze(0);
  },
);
