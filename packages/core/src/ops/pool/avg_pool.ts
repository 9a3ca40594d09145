import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { checkRank, pooledShape } from "./window.ts";

type Sizes = readonly number[];
type Settings = readonly [
  kernel: Sizes,
  stride: Sizes,
  padding: Sizes,
  ceil: boolean,
  includePad: boolean,
  divisor: number | null,
];

function params([kernel_size, stride, padding, , count_include_pad, divisor_override]: Settings): unknown {
  return {
    kernel_size,
    stride: stride.length === 0 ? kernel_size : stride,
    padding,
    count_include_pad,
    divisor_override,
  };
}

const SETTINGS = ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"] as const;
const pools = new Map<number, Op>();
const adaptive = new Map<number, Op>();

for (const rank of [2, 3] as const) {
  const size = `int[${rank}]`;
  const schema = `${size} kernel_size, ${size} stride=[], ${size} padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None`;
  const gradient: Op = defineOp({
    schema: `_avg_pool${rank}d_backward(Tensor grad_output, int[] input_shape, ${schema}) -> Tensor`,
    doc: "Gradient of an average pooling.",
    variants: "internal",
    gradName: `AvgPool${rank}DBackwardBackward0`,
    kernel: "avg_pool_backward",
    meta: (grad: Tensor, shape: Sizes) => metaLike(grad, shape),
    kernelArgs: (grad: Tensor, _shape: Sizes, ...settings: Settings) => [grad, params(settings)],
    derivative: {
      grad_output: [(g: Tensor, ...settings: Settings) => call(pool, [g, ...settings]) as Tensor, ...SETTINGS],
    },
  });
  const pool: Op = defineOp({
    schema: `avg_pool${rank}d(Tensor input, ${schema}) -> Tensor`,
    doc: "Mean over sliding windows of input [N, C, ...] or [C, ...]; `stride` is the window's size unless given.",
    variants: "internal",
    gradName: `AvgPool${rank}DBackward0`,
    kernel: "avg_pool",
    meta: (
      input: Tensor,
      kernel_size: Sizes,
      stride: Sizes,
      padding: Sizes,
      ceil_mode: boolean,
      _pad: boolean,
      divisor: number | null,
    ) => {
      if (divisor === 0) throw new RuntimeError("divisor must be not zero");
      const window = {
        kernel_size,
        stride: stride.length === 0 ? kernel_size : stride,
        padding,
        dilation: padding.map(() => 1),
        ceil_mode,
      };
      return metaLike(input, pooledShape(`avg_pool${rank}d`, input, window));
    },
    kernelArgs: (input: Tensor, ...settings: Settings) => [input, params(settings)],
    derivative: {
      input: [
        (g: Tensor, shape: Sizes, ...settings: Settings) => call(gradient, [g, shape, ...settings]) as Tensor,
        "input.shape",
        ...SETTINGS,
      ],
    },
  });
  pools.set(rank, pool);

  const evenGradient: Op = defineOp({
    schema: `_adaptive_avg_pool${rank}d_backward(Tensor grad_output, int[] input_shape) -> Tensor`,
    doc: "Gradient of an adaptive average pooling.",
    variants: "internal",
    gradName: `AdaptiveAvgPool${rank}DBackwardBackward0`,
    kernel: "adaptive_avg_pool_backward",
    meta: (grad: Tensor, shape: Sizes) => metaLike(grad, shape),
    kernelArgs: (grad: Tensor) => [grad, rank],
    derivative: {
      grad_output: [(g: Tensor, shape: Sizes) => call(even, [g, shape.slice(-rank)]) as Tensor, "grad_output.shape"],
    },
  });
  const even: Op = defineOp({
    schema: `_adaptive_avg_pool${rank}d(Tensor input, int[] output_size) -> Tensor`,
    doc: "Mean over windows that divide the input evenly into `output_size` parts.",
    variants: "internal",
    gradName: `AdaptiveAvgPool${rank}DBackward0`,
    kernel: "adaptive_avg_pool",
    meta: (input: Tensor, output: Sizes) => {
      checkRank(`adaptive_avg_pool${rank}d`, input, rank);
      return metaLike(input, [...input.shape.slice(0, -rank), ...output]);
    },
    kernelArgs: (input: Tensor) => [input, rank],
    derivative: {
      input: [(g: Tensor, shape: Sizes) => call(evenGradient, [g, shape]) as Tensor, "input.shape"],
    },
  });
  adaptive.set(
    rank,
    defineOp({
      schema: `adaptive_avg_pool${rank}d(Tensor input, int[] output_size) -> Tensor`,
      doc: "Mean over windows that divide the input evenly into `output_size` parts.",
      variants: "internal",
      decompose: (input: Tensor, output: Sizes) => {
        if (output.length !== rank) throw new RuntimeError(`adaptive_avg_pool${rank}d: output_size must be ${rank}`);
        if (output.some((s) => s < 0)) {
          throw new RuntimeError(
            `adaptive_avg_pool${rank}d: elements of output_size must be greater than or equal to 0`,
          );
        }
        if (output.every((s) => s === 1) && input.ndim >= rank) {
          checkRank(`adaptive_avg_pool${rank}d`, input, rank);
          return input.mean(rank === 2 ? [-1, -2] : [-1, -2, -3], { keepdim: true });
        }
        return call(even, [input, output]);
      },
    }),
  );
}

defineOp({
  schema:
    "avg_pool1d(Tensor input, int[1] kernel_size, int[1]? stride=[], int[1] padding=0, bool ceil_mode=False, bool count_include_pad=True) -> Tensor",
  doc: "Mean over sliding windows of input [N, C, L] or [C, L].",
  variants: "function",
  out: false,
  decompose: (
    input: Tensor,
    kernel: Sizes,
    stride: Sizes | null,
    padding: Sizes,
    ceil: boolean,
    includePad: boolean,
  ) => {
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw new RuntimeError(
        `Expected 2 to 3 dimensions, but got ${input.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for avg_pool1d)`,
      );
    }
    const wide = (sizes: Sizes | null, fill: number): Sizes =>
      sizes === null || sizes.length === 0 ? [] : [fill, ...sizes];
    const args = [input.unsqueeze(-2), wide(kernel, 1), wide(stride, 1), wide(padding, 0), ceil, includePad, null];
    return (call(pools.get(2)!, args) as Tensor).squeeze(-2);
  },
});

defineOp({
  schema: "adaptive_avg_pool1d(Tensor input, int[1] output_size) -> Tensor",
  doc: "Mean over windows that divide the input [N, C, L] or [C, L] evenly.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, output: Sizes) => {
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw new RuntimeError(
        `Expected 2 to 3 dimensions, but got ${input.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for adaptive_avg_pool1d)`,
      );
    }
    return (call(adaptive.get(2)!, [input.unsqueeze(-2), [1, output[0]!]]) as Tensor).squeeze(-2);
  },
});
