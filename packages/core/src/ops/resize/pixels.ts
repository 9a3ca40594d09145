import { call } from "../../dispatch/call.ts";
import { type Bound, defineOp, type Op } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";

type Sizes = readonly number[];

interface Linear {
  readonly name: string;
  readonly gradName: string | ((args: readonly Bound[]) => string);
  readonly doc: string;
  /** Parameters in the schema's notation and their names, after the sizes. */
  readonly parameters: string;
  readonly names: readonly string[];
  readonly kernels: readonly [forward: string, backward: string];
  /** What the kernels get after their operand. */
  readonly args: (...parameters: Bound[]) => readonly unknown[];
}

/**
 * A linear map between images whose shapes are arguments: its gradient is the adjoint kernel, and the gradient's gradient
 * the map again.
 */
function defineLinear({ name, gradName, doc, parameters, names, kernels, args }: Linear): Op {
  const adjoint: Op = defineOp({
    schema: `_${name}_backward(Tensor grad_output, int[] input_shape, ${parameters}) -> Tensor`,
    doc: `Gradient of \`${name}\`.`,
    variants: "internal",
    kernel: kernels[1],
    meta: (grad: Tensor, shape: Sizes) => metaLike(grad, shape),
    kernelArgs: (grad: Tensor, _shape: Sizes, ...rest: Bound[]) => [grad, ...args(...rest)],
    derivative: {
      grad_output: [
        (g: Tensor, shape: Sizes, ...rest: Bound[]) => call(forward, [g, shape, ...rest]) as Tensor,
        "grad_output.shape",
        ...names,
      ],
    },
  });
  const forward: Op = defineOp({
    schema: `_${name}(Tensor input, int[] output_shape, ${parameters}) -> Tensor`,
    doc,
    variants: "internal",
    gradName,
    kernel: kernels[0],
    meta: (input: Tensor, shape: Sizes) => metaLike(input, shape),
    kernelArgs: (input: Tensor, _shape: Sizes, ...rest: Bound[]) => [input, ...args(...rest)],
    derivative: {
      input: [
        (g: Tensor, shape: Sizes, ...rest: Bound[]) => call(adjoint, [g, shape, ...rest]) as Tensor,
        "input.shape",
        ...names,
      ],
    },
  });
  return forward;
}

const PATCH = "int[] kernel_size, int[] dilation, int[] padding, int[] stride";
const PATCH_NAMES = ["kernel_size", "dilation", "padding", "stride"];
const patch = (kernel_size: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes): readonly unknown[] => [
  { kernel_size, dilation, padding, stride },
];

/** `_im2col(input [N, C, H, W], [N, C * kernel, positions], kernel_size, dilation, padding, stride)`. */
defineLinear({
  name: "im2col",
  gradName: "Im2ColBackward0",
  doc: "The patches of an image as columns.",
  parameters: PATCH,
  names: PATCH_NAMES,
  kernels: ["im2col", "col2im"],
  args: patch,
});

/** `_col2im`, the adjoint of `_im2col`. */
defineLinear({
  name: "col2im",
  gradName: "Col2ImBackward0",
  doc: "Columns summed back into an image.",
  parameters: PATCH,
  names: PATCH_NAMES,
  kernels: ["col2im", "im2col"],
  args: patch,
});

/** `_pad(input, output_shape, before, mode)` for modes that repeat the input's own elements. */
defineLinear({
  name: "pad",
  gradName: ([input, , , mode]) =>
    `${mode === "reflect" ? "Reflection" : mode === "replicate" ? "Replication" : "Circular"}Pad${(input as Tensor).ndim - 2}DBackward0`,
  doc: "Padding of the last dimensions with the input's own elements.",
  parameters: "int[] before, str mode",
  names: ["before", "mode"],
  kernels: ["pad", "pad_backward"],
  args: (before: Sizes, mode: string) => [before, mode],
});

/** `_upsample(input, output_shape, mode, align_corners, antialias, scales)`. */
defineLinear({
  name: "upsample",
  gradName: ([input, , mode]) => upsampleName(mode as string, (input as Tensor).ndim - 2),
  doc: "An image resized by interpolation.",
  parameters: "str mode, bool align_corners, bool antialias, Any scales",
  names: ["mode", "align_corners", "antialias", "scales"],
  kernels: ["upsample", "upsample_backward"],
  args: (mode: string, align_corners: boolean, antialias: boolean, scales: readonly (number | null)[]) => [
    { mode, align_corners, antialias, scales },
  ],
});

function upsampleName(mode: string, rank: number): string {
  const names: Record<string, string> = {
    nearest: "Nearest",
    "nearest-exact": "NearestExact",
    linear: ["Linear", "Bilinear", "Trilinear"][rank - 1]!,
    cubic: "Bicubic",
  };
  return `Upsample${names[mode]}${rank}DBackward0`;
}
