import type { Kernels } from "../../dispatch/backend.ts";
import { embedding, embeddingBackward } from "../index/index.ts";
import {
  batchNormBackward,
  batchNormEval,
  batchNormTrain,
  groupNorm,
  groupNormBackward,
  layerNorm,
  layerNormBackward,
} from "../norm/index.ts";
import { fill } from "../copy/index.ts";
import type { ArrayView } from "../view.ts";

type Maybe = ArrayView | null;
type Three = readonly [ArrayView, ArrayView, ArrayView];
type Four = readonly [ArrayView, ArrayView, ArrayView, ArrayView];

/** Normalisation and embedding; backward kernels give `[gradInput, gradWeight, gradBias]`. */
export const normKernels: Kernels = {
  batch_norm_train(
    [out, mean, invstd, variance]: Four,
    input: ArrayView,
    weight: Maybe,
    bias: Maybe,
    eps: number,
  ): void {
    // With momentum 1 the "running" variance becomes the batch's unbiased one.
    fill(variance, 0);
    batchNormTrain(out, mean, invstd, input, weight, bias, null, variance, 1, eps);
  },
  batch_norm_eval: batchNormEval,
  batch_norm_backward(
    [gradInput, gradWeight, gradBias]: Three,
    grad: ArrayView,
    input: ArrayView,
    weight: Maybe,
    mean: ArrayView,
    spread: ArrayView,
    training: boolean,
    eps: number,
  ): void {
    batchNormBackward(gradInput, gradWeight, gradBias, grad, input, weight, mean, spread, training, eps);
  },
  layer_norm_forward(
    [out, mean, rstd]: Three,
    input: ArrayView,
    weight: Maybe,
    bias: Maybe,
    size: number,
    eps: number,
  ): void {
    layerNorm(out, mean, rstd, input, weight, bias, size, eps);
  },
  layer_norm_backward(
    [gradInput, gradWeight, gradBias]: Three,
    grad: ArrayView,
    input: ArrayView,
    mean: ArrayView,
    rstd: ArrayView,
    weight: Maybe,
    size: number,
  ): void {
    layerNormBackward(gradInput, gradWeight, gradBias, grad, input, mean, rstd, weight, size);
  },
  group_norm_forward(
    [out, mean, rstd]: Three,
    input: ArrayView,
    weight: Maybe,
    bias: Maybe,
    groups: number,
    eps: number,
  ): void {
    groupNorm(out, mean, rstd, input, weight, bias, groups, eps);
  },
  group_norm_backward(
    [gradInput, gradWeight, gradBias]: Three,
    grad: ArrayView,
    input: ArrayView,
    mean: ArrayView,
    rstd: ArrayView,
    weight: Maybe,
    groups: number,
  ): void {
    groupNormBackward(gradInput, gradWeight, gradBias, grad, input, mean, rstd, weight, groups);
  },
  embedding,
  embedding_backward: embeddingBackward,
};
