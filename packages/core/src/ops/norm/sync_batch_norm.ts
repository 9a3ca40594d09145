/** The parts of batch normalisation over several processes: statistics, their union, and both directions. */
import { defineOp } from "../../dispatch/op.ts";
import { no_grad } from "../../grad_mode/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { otherDims, perChannel } from "./batch_norm.ts";

type Maybe = Tensor | null;

/** Values of a channel: 16-bit inputs are summed in float32. */
const widened = (input: Tensor): Tensor => (input.dtype.itemsize < 4 ? input.float() : input);

function moments(input: Tensor): [mean: Tensor, variance: Tensor] {
  const wide = widened(input);
  const dims = otherDims(input);
  return [wide.mean(dims), wide.var(dims, { correction: 0 })];
}

function follow(running: Maybe, towards: Tensor, momentum: number): void {
  if (running !== null) no_grad(() => running.mul_(1 - momentum).add_(towards, { alpha: momentum }));
}

defineOp({
  schema: "batch_norm_stats(Tensor input, float eps) -> (Tensor mean, Tensor invstd)",
  doc: "Mean and inverse standard deviation of every channel of [N, C, ...].",
  variants: "function",
  out: false,
  decompose: (input: Tensor, eps: number) => {
    const [mean, variance] = moments(input);
    return [mean, variance.add(eps).rsqrt()];
  },
});

defineOp({
  schema:
    "batch_norm_elemt(Tensor input, Tensor? weight, Tensor? bias, Tensor mean, Tensor invstd, float eps) -> Tensor",
  doc: "Normalises [N, C, ...] with given statistics.",
  variants: "function",
  decompose: (input: Tensor, weight: Maybe, bias: Maybe, mean: Tensor, invstd: Tensor) => {
    const normalised = widened(input).sub(perChannel(mean, input)).mul(perChannel(invstd, input));
    const scaled = weight === null ? normalised : normalised.mul(perChannel(weight, input));
    return (bias === null ? scaled : scaled.add(perChannel(bias, input))).to(input.dtype);
  },
});

/** Statistics of all processes' values from those of each, [world, C], weighted by their numbers of values. */
function unite(
  mean: Tensor,
  invstd: Tensor,
  runningMean: Maybe,
  runningVar: Maybe,
  momentum: number,
  eps: number,
  counts: Tensor,
): [Tensor, Tensor] {
  const weights = counts.to(mean.dtype).view(-1, 1);
  const total = weights.sum();
  const center = mean.mul(weights).sum(0).div(total);
  const within = invstd.pow(-2).sub(eps);
  const squares = within.add(mean.sub(center).square()).mul(weights).sum(0);
  const variance = squares.div(total);
  follow(runningMean, center, momentum);
  follow(runningVar, squares.div(total.sub(1)), momentum);
  return [center, variance.add(eps).rsqrt()];
}

defineOp({
  schema:
    "batch_norm_gather_stats(Tensor input, Tensor mean, Tensor invstd, Tensor? running_mean, Tensor? running_var, float momentum, float eps, int count) -> (Tensor, Tensor)",
  doc: "Mean and inverse standard deviation over processes, whose own are the rows of `mean` and `invstd`, of `count` values each.",
  variants: "function",
  out: false,
  decompose: (
    _input: Tensor,
    mean: Tensor,
    invstd: Tensor,
    runningMean: Maybe,
    runningVar: Maybe,
    momentum: number,
    eps: number,
    count: number,
  ) => unite(mean, invstd, runningMean, runningVar, momentum, eps, mean.new_full([mean.shape[0]!], count)),
});

defineOp({
  schema:
    "batch_norm_gather_stats_with_counts(Tensor input, Tensor mean, Tensor invstd, Tensor? running_mean, Tensor? running_var, float momentum, float eps, Tensor counts) -> (Tensor, Tensor)",
  doc: "`batch_norm_gather_stats` of processes with different numbers of values.",
  variants: "function",
  out: false,
  decompose: (
    _input: Tensor,
    mean: Tensor,
    invstd: Tensor,
    runningMean: Maybe,
    runningVar: Maybe,
    momentum: number,
    eps: number,
    counts: Tensor,
  ) => unite(mean, invstd, runningMean, runningVar, momentum, eps, counts),
});

defineOp({
  schema:
    "batch_norm_backward_reduce(Tensor grad_out, Tensor input, Tensor mean, Tensor invstd, Tensor? weight, bool input_g, bool weight_g, bool bias_g) -> (Tensor sum_dy, Tensor sum_dy_xmu, Tensor? grad_weight, Tensor? grad_bias)",
  doc: "Sums over a process's values that the gradient of batch normalisation needs from all processes.",
  variants: "function",
  out: false,
  decompose: (
    grad: Tensor,
    input: Tensor,
    mean: Tensor,
    invstd: Tensor,
    weight: Maybe,
    _inputG: boolean,
    weightG: boolean,
    biasG: boolean,
  ) => {
    const dims = otherDims(input);
    const g = widened(grad);
    const sumDy = g.sum(dims);
    const sumDyXmu = widened(input).sub(perChannel(mean, input)).mul(g).sum(dims);
    const like = (value: Tensor): Tensor => (weight === null ? value : value.to(weight.dtype));
    return [sumDy, sumDyXmu, weightG ? like(sumDyXmu.mul(invstd)) : null, biasG ? like(sumDy) : null];
  },
});

defineOp({
  schema:
    "batch_norm_backward_elemt(Tensor grad_out, Tensor input, Tensor mean, Tensor invstd, Tensor? weight, Tensor sum_dy, Tensor sum_dy_xmu, Tensor count) -> Tensor",
  doc: "Gradient of batch normalisation's input, from the sums of all processes and their numbers of values.",
  variants: "function",
  out: false,
  decompose: (
    grad: Tensor,
    input: Tensor,
    mean: Tensor,
    invstd: Tensor,
    weight: Maybe,
    sumDy: Tensor,
    sumDyXmu: Tensor,
    count: Tensor,
  ) => {
    const total = count.sum().to(sumDy.dtype);
    const slope = sumDyXmu.div(total).mul(invstd.square());
    const centered = widened(input).sub(perChannel(mean, input)).mul(perChannel(slope, input));
    const rest = widened(grad)
      .sub(perChannel(sumDy.div(total), input))
      .sub(centered);
    return rest.mul(perChannel(weight === null ? invstd : invstd.mul(weight), input)).to(input.dtype);
  },
});

defineOp({
  schema:
    "batch_norm_update_stats(Tensor input, Tensor? running_mean, Tensor? running_var, float momentum) -> (Tensor, Tensor)",
  doc: "Moves running statistics towards those of [N, C, ...], which it returns: mean and biased variance.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, runningMean: Maybe, runningVar: Maybe, momentum: number) => {
    const [mean, variance] = moments(input);
    const n = input.numel() / input.shape[1]!;
    follow(runningMean, mean, momentum);
    follow(runningVar, variance.mul(n / (n - 1)), momentum);
    return [mean, variance];
  },
});
