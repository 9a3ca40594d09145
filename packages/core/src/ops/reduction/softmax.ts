import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { type DType, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const backwardArgs = (g: Tensor, output: Tensor, dim: number): readonly unknown[] => [
  g,
  output,
  wrapDim(dim, output.ndim),
];
const like = (g: Tensor): { shape: readonly number[]; dtype: DType } => ({ shape: g.shape, dtype: g.dtype });

const softmaxBackward: Op = defineOp({
  schema: "_softmax_backward_data(Tensor grad_output, Tensor output, int dim) -> Tensor",
  doc: "Gradient of softmax from its result.",
  variants: "internal",
  kernel: "_softmax_backward_data",
  meta: like,
  kernelArgs: backwardArgs,
  derivative: {
    grad_output: [(g, output, dim) => call(softmaxBackward, [g, output, dim]) as Tensor, "output", "dim"],
    output: [
      (g: Tensor, grad: Tensor, output: Tensor, dim) =>
        grad
          .mul(g)
          .sub(output.mul(grad).sum(dim, true).mul(g))
          .sub(grad.mul(output.mul(g).sum(dim, true))),
      "grad_output",
      "output",
      "dim",
    ],
  },
});

const logSoftmaxBackward: Op = defineOp({
  schema: "_log_softmax_backward_data(Tensor grad_output, Tensor output, int dim) -> Tensor",
  doc: "Gradient of log_softmax from its result.",
  variants: "internal",
  kernel: "_log_softmax_backward_data",
  meta: like,
  kernelArgs: backwardArgs,
  derivative: {
    grad_output: [(g: Tensor, output: Tensor, dim) => g.sub(g.mul(output.exp()).sum(dim, true)), "output", "dim"],
    output: [
      (g: Tensor, grad: Tensor, output: Tensor, dim) => grad.sum(dim, true).neg().mul(output.exp()).mul(g),
      "grad_output",
      "output",
      "dim",
    ],
  },
});

for (const [name, backward, doc] of [
  ["softmax", softmaxBackward, "exp(input) along `dim`, scaled to sum 1."],
  ["log_softmax", logSoftmaxBackward, "The logarithm of softmax along `dim`."],
] as const) {
  const op: Op = defineOp({
    schema: `_${name}(Tensor input, int dim) -> Tensor`,
    doc,
    variants: "internal",
    kernel: `_${name}`,
    check: ({ dtype }: Tensor) => {
      if (dtype.category !== 2) {
        throw new RuntimeError(`"${name}_lastdim_kernel_impl" not implemented for '${scalarTypeName(dtype)}'`);
      }
    },
    meta: like,
    kernelArgs: (input: Tensor, dim: number) => [input, wrapDim(dim, input.ndim)],
    derivative: { input: [(g, result, dim) => call(backward, [g, result, dim]) as Tensor, "result", "dim"] },
  });
  defineOp({
    schema: `${name}(Tensor input, int dim, ScalarType? dtype=None) -> Tensor`,
    doc,
    ...(name === "softmax" && {
      example: 'import { tensor, softmax } from "@tt/core";\nsoftmax(tensor([0, 0]), 0).tolist(); // [0.5, 0.5]',
    }),
    decompose: (input: Tensor, dim: number, dtype: DType | null) =>
      call(op, [dtype === null ? input : input.to(dtype), dim]),
  });
}
