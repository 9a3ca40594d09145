import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj, metaLike } from "../helpers.ts";
import { checkConvolution, type ConvShape, outputShape } from "./checks.ts";

/** stride, padding, dilation, transposed, output_padding, groups, in PyTorch's order. */
type Geometry = readonly [
  stride: readonly number[],
  padding: readonly number[],
  dilation: readonly number[],
  transposed: boolean,
  output_padding: readonly number[],
  groups: number,
];

const GEOMETRY = "int[] stride, int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups";
const SAVED = ["stride", "padding", "dilation", "transposed", "output_padding", "groups"] as const;

function named([stride, padding, dilation, transposed, output_padding, groups]: Geometry): ConvShape {
  return { stride, padding, dilation, transposed, output_padding, groups };
}

/** What the kernels get: numbers per dimension, then whether the convolution is transposed. */
function params(geometry: Geometry): readonly unknown[] {
  const { stride, padding, dilation, groups, transposed } = named(geometry);
  return [{ stride, padding, dilation, groups }, transposed];
}

export const convolution: Op = defineOp({
  schema: `convolution(Tensor input, Tensor weight, Tensor? bias, ${GEOMETRY}) -> Tensor`,
  doc: "A convolution of input [N, C, ...] with weight [O, C / groups, ...], or a transposed one with weight [C, O / groups, ...]; one to three spatial dimensions.",
  variants: "function",
  out: false,
  kernel: "convolution",
  meta: (input: Tensor, weight: Tensor, bias: Tensor | null, ...geometry: Geometry) => {
    const p = named(geometry);
    checkConvolution(input, weight, bias, p);
    return metaLike(input, outputShape(input, weight, p));
  },
  kernelArgs: (input: Tensor, weight: Tensor, bias: Tensor | null, ...geometry: Geometry) => [
    input,
    weight,
    bias,
    ...params(geometry),
  ],
  derivative: {
    "input, weight, bias": [
      (g: Tensor, needs: readonly boolean[], input: Tensor, weight: Tensor, ...geometry: Geometry) => [
        needs[0] ? (call(inputGradient, [g, conj(weight), input.shape, ...geometry]) as Tensor) : null,
        needs[1] ? (call(weightGradient, [g, conj(input), weight.shape, ...geometry]) as Tensor) : null,
        needs[2] ? g.sum([0, ...g.shape.slice(2).map((_, d) => d + 2)]) : null,
      ],
      "input",
      "weight",
      ...SAVED,
    ],
  },
});

const inputGradient: Op = defineOp({
  schema: `_convolution_input_gradient(Tensor grad_output, Tensor weight, int[] input_shape, ${GEOMETRY}) -> Tensor`,
  doc: "Gradient of a convolution with respect to its input.",
  variants: "internal",
  gradName: "ConvolutionBackwardBackward0",
  kernel: "convolution_input",
  meta: (grad: Tensor, _weight: Tensor, shape: readonly number[]) => metaLike(grad, shape),
  kernelArgs: (grad: Tensor, weight: Tensor, _shape: readonly number[], ...geometry: Geometry) => [
    grad,
    weight,
    ...params(geometry),
  ],
  derivative: {
    grad_output: [
      (g: Tensor, weight: Tensor, ...geometry: Geometry) =>
        call(convolution, [g, conj(weight), null, ...geometry]) as Tensor,
      "weight",
      ...SAVED,
    ],
    weight: [
      (g: Tensor, grad: Tensor, shape: readonly number[], ...geometry: Geometry) =>
        call(weightGradient, [conj(grad), g, shape, ...geometry]) as Tensor,
      "grad_output",
      "weight.shape",
      ...SAVED,
    ],
  },
});

const weightGradient: Op = defineOp({
  schema: `_convolution_weight_gradient(Tensor grad_output, Tensor input, int[] weight_shape, ${GEOMETRY}) -> Tensor`,
  doc: "Gradient of a convolution with respect to its weight.",
  variants: "internal",
  gradName: "ConvolutionBackwardBackward0",
  kernel: "convolution_weight",
  meta: (grad: Tensor, _input: Tensor, shape: readonly number[]) => metaLike(grad, shape),
  kernelArgs: (grad: Tensor, input: Tensor, _shape: readonly number[], ...geometry: Geometry) => [
    grad,
    input,
    ...params(geometry),
  ],
  derivative: {
    grad_output: [
      (g: Tensor, input: Tensor, ...geometry: Geometry) =>
        call(convolution, [conj(input), g, null, ...geometry]) as Tensor,
      "input",
      ...SAVED,
    ],
    input: [
      (g: Tensor, grad: Tensor, shape: readonly number[], ...geometry: Geometry) =>
        call(inputGradient, [conj(grad), g, shape, ...geometry]) as Tensor,
      "grad_output",
      "input.shape",
      ...SAVED,
    ],
  },
});
