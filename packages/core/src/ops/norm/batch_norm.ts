import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { no_grad } from "../../grad_mode/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { normGradients, recordingGradients } from "./differentiable.ts";

type Maybe = Tensor | null;

/** [1, C, 1, ...] beside an input [N, C, ...]. */
export const perChannel = (values: Tensor, input: Tensor): Tensor =>
  values.view(input.shape.map((_, d) => (d === 1 ? -1 : 1)));

/** All dimensions but the channels. */
export const otherDims = (input: Tensor): number[] => [...input.shape.keys()].filter((d) => d !== 1);

/** Statistics are kept in the parameters' dtype where the input is narrower. */
const statisticsOf = (input: Tensor, weight: Maybe): Tensor => weight ?? input;

const backward: Op = defineOp({
  schema:
    "_batch_norm_backward(Tensor grad_output, Tensor input, Tensor? weight, Tensor mean, Tensor spread, bool training, float eps) -> (Tensor, Tensor, Tensor)",
  doc: "Gradients of batch normalisation.",
  variants: "internal",
  nondifferentiable: true,
  kernel: "batch_norm_backward",
  meta: (_grad: Tensor, input: Tensor, weight: Maybe) => {
    const channels = metaLike(statisticsOf(input, weight), [input.shape[1]!]);
    return [metaLike(input), channels, channels];
  },
});

function gradients(
  g: Tensor,
  input: Tensor,
  weight: Maybe,
  mean: Tensor,
  spread: Tensor,
  training: boolean,
  eps: number,
): readonly Tensor[] {
  if (!recordingGradients()) return call(backward, [g, input, weight, mean, spread, training, eps]) as Tensor[];
  const dims = otherDims(input);
  const scaled = weight === null ? g : g.mul(perChannel(weight, input));
  if (training) {
    const found = normGradients(scaled, input, dims, eps);
    return [found.input, g.mul(found.normalised).sum(dims), g.sum(dims)];
  }
  const rstd = perChannel(spread.add(eps).rsqrt(), input);
  const normalised = input.sub(perChannel(mean, input)).mul(rstd);
  return [scaled.mul(rstd), g.mul(normalised).sum(dims), g.sum(dims)];
}

const train: Op = defineOp({
  schema:
    "_batch_norm_train(Tensor input, Tensor? weight, Tensor? bias, float eps) -> (Tensor result, Tensor mean, Tensor invstd, Tensor variance)",
  doc: "Batch normalisation with the batch's statistics, which it returns.",
  variants: "internal",
  gradName: "NativeBatchNormBackward0",
  kernel: "batch_norm_train",
  meta: (input: Tensor, weight: Maybe) => {
    const channels = metaLike(statisticsOf(input, weight), [input.shape[1]!]);
    return [metaLike(input), channels, channels, channels];
  },
  derivative: {
    "input, weight, bias": [
      (
        [g]: readonly [Tensor | null],
        _needs,
        input: Tensor,
        weight: Maybe,
        mean: Tensor,
        invstd: Tensor,
        eps: number,
      ) => (g === null ? [null, null, null] : gradients(g, input, weight, mean, invstd, true, eps)),
      "input",
      "weight",
      "mean",
      "invstd",
      "eps",
    ],
  },
});

const evaluate: Op = defineOp({
  schema:
    "_batch_norm_eval(Tensor input, Tensor? weight, Tensor? bias, Tensor running_mean, Tensor running_var, float eps) -> Tensor",
  doc: "Batch normalisation with given statistics.",
  variants: "internal",
  gradName: "NativeBatchNormBackward0",
  kernel: "batch_norm_eval",
  meta: (input: Tensor) => metaLike(input),
  derivative: {
    "input, weight, bias": [
      (g: Tensor, _needs, input: Tensor, weight: Maybe, mean: Tensor, variance: Tensor, eps: number) =>
        gradients(g, input, weight, mean, variance, false, eps),
      "input",
      "weight",
      "running_mean",
      "running_var",
      "eps",
    ],
  },
});

function checkStatistics(input: Tensor, named: Readonly<Record<string, Maybe>>): void {
  if (input.ndim < 2) throw new RuntimeError(`Expected at least 2 dimensions, got ${input.ndim}`);
  for (const [name, tensor] of Object.entries(named)) {
    if (tensor !== null && tensor.numel() !== input.shape[1]) {
      throw new RuntimeError(`${name} should contain ${input.shape[1]} elements not ${tensor.numel()}`);
    }
  }
}

function move(running: Maybe, towards: Tensor, momentum: number): void {
  running?.mul_(1 - momentum).add_(towards, { alpha: momentum });
}

function normalise(
  input: Tensor,
  weight: Maybe,
  bias: Maybe,
  running_mean: Maybe,
  running_var: Maybe,
  training: boolean,
  momentum: number,
  eps: number,
): [Tensor, Tensor, Tensor] {
  if (input.numel() === 0) {
    const scaled = weight === null ? input.clone() : input.mul(weight.select(0, 0));
    const none = input.new_empty([0]);
    return [bias === null ? scaled : scaled.add(bias.select(0, 0)), none, none];
  }
  checkStatistics(input, { running_mean, running_var, weight, bias });
  if (!training) {
    if (running_mean === null || running_var === null) {
      throw new RuntimeError("Expected running_mean and running_var to be defined when training is False");
    }
    const out = call(evaluate, [input, weight, bias, running_mean, running_var, eps]) as Tensor;
    const none = statisticsOf(input, weight).new_empty([0]);
    return [out, none, none];
  }
  const [out, mean, invstd, variance] = call(train, [input, weight, bias, eps]) as [Tensor, Tensor, Tensor, Tensor];
  no_grad(() => {
    move(running_mean, mean, momentum);
    move(running_var, variance, momentum);
  });
  return [out, mean, invstd];
}

defineOp({
  schema:
    "native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps) -> (Tensor result, Tensor save_mean, Tensor save_invstd)",
  doc: "Batch normalisation with the statistics it used.",
  variants: "function",
  out: false,
  decompose: normalise,
});

defineOp({
  schema:
    "batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, bool cudnn_enabled=False) -> Tensor",
  doc: "Batch normalisation (Ioffe and Szegedy 2015) of input [N, C, ...] over everything but the channels.",
  variants: "function",
  out: false,
  decompose: (...args: Parameters<typeof normalise>) => normalise(...args)[0],
});

defineOp({
  schema:
    "instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled=False) -> Tensor",
  doc: "Normalises every channel of every example of input [N, C, ...] by itself (Ulyanov et al. 2016).",
  variants: "function",
  out: false,
  decompose: (
    input: Tensor,
    weight: Maybe,
    bias: Maybe,
    running_mean: Maybe,
    running_var: Maybe,
    use_input_stats: boolean,
    momentum: number,
    eps: number,
  ) => {
    if (!use_input_stats && (running_mean === null || running_var === null)) {
      throw new RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false");
    }
    const [batch, channels, ...rest] = input.shape as [number, number, ...number[]];
    const repeated = (t: Maybe): Maybe => (t === null ? null : t.repeat([batch]));
    const means = repeated(running_mean);
    const variances = repeated(running_var);
    const flat = input.contiguous().view([1, batch * channels, ...rest]);
    const [out] = normalise(flat, repeated(weight), repeated(bias), means, variances, use_input_stats, momentum, eps);
    no_grad(() => {
      running_mean?.copy_(means!.view([batch, channels]).mean(0));
      running_var?.copy_(variances!.view([batch, channels]).mean(0));
    });
    return out.view(input.shape);
  },
});
