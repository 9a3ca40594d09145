import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { normGradients, recordingGradients } from "./differentiable.ts";

type Maybe = Tensor | null;

const backward: Op = defineOp({
  schema:
    "_group_norm_backward(Tensor grad_output, Tensor input, Tensor mean, Tensor rstd, Tensor? weight, int groups) -> (Tensor, Tensor, Tensor)",
  doc: "Gradients of group normalisation.",
  variants: "internal",
  nondifferentiable: true,
  kernel: "group_norm_backward",
  meta: (_grad: Tensor, input: Tensor, _mean: Tensor, _rstd: Tensor, weight: Maybe) => {
    const parameter = metaLike(weight ?? input, [input.shape[1]!]);
    return [metaLike(input), parameter, parameter];
  },
});

const groupNorm: Op = defineOp({
  schema:
    "_group_norm(Tensor input, Tensor? weight, Tensor? bias, int groups, float eps) -> (Tensor result, Tensor mean, Tensor rstd)",
  doc: "Group normalisation with the statistics of every group.",
  variants: "internal",
  gradName: "NativeGroupNormBackward0",
  kernel: "group_norm_forward",
  meta: (input: Tensor, weight: Maybe, _bias: Maybe, groups: number) => {
    const statistics = metaLike(weight ?? input, [input.shape[0]!, groups]);
    return [metaLike(input), statistics, statistics];
  },
  derivative: {
    "input, weight, bias": [
      (
        [g]: readonly [Tensor | null],
        _needs,
        input: Tensor,
        weight: Maybe,
        mean: Tensor,
        rstd: Tensor,
        groups: number,
        eps: number,
      ) => {
        if (g === null) return [null, null, null];
        if (!recordingGradients()) return call(backward, [g, input, mean, rstd, weight, groups]) as Tensor[];
        const grouped = (t: Tensor): Tensor => t.reshape([input.shape[0]!, groups, -1]);
        const scale = weight?.view(input.shape.map((_, d) => (d === 1 ? -1 : 1)));
        const found = normGradients(grouped(scale === undefined ? g : g.mul(scale)), grouped(input), [2], eps);
        const dims = [...input.shape.keys()].filter((d) => d !== 1);
        const normalised = found.normalised.reshape(input.shape);
        return [found.input.reshape(input.shape), g.mul(normalised).sum(dims), g.sum(dims)];
      },
      "input",
      "weight",
      "mean",
      "rstd",
      "groups",
      "eps",
    ],
  },
});

defineOp({
  schema:
    "group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enabled=True) -> Tensor",
  doc: "Normalises groups of channels of every example of input [N, C, ...] (Wu and He 2018).",
  variants: "function",
  out: false,
  decompose: (input: Tensor, groups: number, weight: Maybe, bias: Maybe, eps: number) => {
    if (input.ndim < 2)
      throw new RuntimeError(`Expected at least 2 dimensions for input tensor but received ${input.ndim}`);
    const channels = input.shape[1]!;
    if (groups <= 0) throw new RuntimeError(`Expected num groups to be greater than 0, got ${groups}`);
    if (channels % groups !== 0) {
      throw new RuntimeError(
        `Expected number of channels in input to be divisible by num_groups, but got input of shape [${input.shape.join(", ")}] and num_groups=${groups}`,
      );
    }
    for (const [name, t] of [
      ["weight", weight],
      ["bias", bias],
    ] as const) {
      if (t !== null && (t.ndim !== 1 || t.shape[0] !== channels)) {
        throw new RuntimeError(
          `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape [${t.shape.join(", ")}] and input of shape [${input.shape.join(", ")}]`,
        );
      }
    }
    return (call(groupNorm, [input, weight, bias, groups, eps]) as Tensor[])[0];
  },
});
