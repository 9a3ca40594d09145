import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { numelOf } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { normGradients, recordingGradients } from "./differentiable.ts";

type Maybe = Tensor | null;
type Sizes = readonly number[];

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

const backward: Op = defineOp({
  schema:
    "_layer_norm_backward(Tensor grad_output, Tensor input, Tensor mean, Tensor rstd, Tensor? weight, int[] normalized_shape) -> (Tensor, Tensor, Tensor)",
  doc: "Gradients of layer normalisation.",
  variants: "internal",
  nondifferentiable: true,
  kernel: "layer_norm_backward",
  meta: (_grad: Tensor, input: Tensor, _mean: Tensor, _rstd: Tensor, weight: Maybe, shape: Sizes) => {
    const parameter = metaLike(weight ?? input, shape);
    return [metaLike(input), parameter, parameter];
  },
  kernelArgs: (grad: Tensor, input: Tensor, mean: Tensor, rstd: Tensor, weight: Maybe, shape: Sizes) => [
    grad,
    input,
    mean,
    rstd,
    weight,
    numelOf(shape),
  ],
});

const layerNorm: Op = defineOp({
  schema:
    "native_layer_norm(Tensor input, int[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> (Tensor result, Tensor mean, Tensor rstd)",
  doc: "Layer normalisation with the statistics of every row.",
  variants: "function",
  out: false,
  kernel: "layer_norm_forward",
  meta: (input: Tensor, shape: Sizes, weight: Maybe, bias: Maybe) => {
    if (shape.length === 0) {
      throw new RuntimeError(
        "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []",
      );
    }
    for (const [name, tensor] of [
      ["weight", weight],
      ["bias", bias],
    ] as const) {
      if (tensor !== null && (tensor.ndim !== shape.length || tensor.shape.some((s, d) => s !== shape[d]))) {
        throw new RuntimeError(
          `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape [${tensor.shape.join(", ")}] and normalized_shape = [${shape.join(", ")}]`,
        );
      }
    }
    const lead = input.ndim - shape.length;
    if (lead < 0 || shape.some((s, d) => s !== input.shape[lead + d])) {
      throw new RuntimeError(
        `Given normalized_shape=[${shape.join(", ")}], expected input with shape [*, ${shape.join(", ")}], but got input of size[${input.shape.join(", ")}]`,
      );
    }
    const row = metaLike(
      weight ?? input,
      input.shape.map((s, d) => (d < lead ? s : 1)),
    );
    return [metaLike(input), row, row];
  },
  kernelArgs: (input: Tensor, shape: Sizes, weight: Maybe, bias: Maybe, eps: number) => [
    input,
    weight,
    bias,
    numelOf(shape),
    eps,
  ],
  derivative: {
    "input, weight, bias": [
      (
        [g]: readonly [Tensor | null],
        _needs,
        input: Tensor,
        shape: Sizes,
        weight: Maybe,
        mean: Tensor,
        rstd: Tensor,
        eps: number,
      ) => {
        if (g === null) return [null, null, null];
        if (!recordingGradients()) return call(backward, [g, input, mean, rstd, weight, shape]) as Tensor[];
        const lead = input.ndim - shape.length;
        const found = normGradients(weight === null ? g : g.mul(weight), input, range(lead, input.ndim), eps);
        const reduce = (t: Tensor): Tensor => (lead === 0 ? t : t.sum(range(0, lead)));
        return [found.input, reduce(g.mul(found.normalised)), reduce(g)];
      },
      "input",
      "normalized_shape",
      "weight",
      "mean",
      "rstd",
      "eps",
    ],
  },
});

defineOp({
  schema:
    "layer_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enable=True) -> Tensor",
  doc: "Normalises the last dimensions, `normalized_shape`, to mean 0 and variance 1 (Ba et al. 2016), then scales and shifts.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, shape: Sizes, weight: Maybe, bias: Maybe, eps: number) =>
    (call(layerNorm, [input, shape, weight, bias, eps]) as Tensor[])[0],
});
