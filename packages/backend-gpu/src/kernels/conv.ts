import type { Kernels, Tensor } from "@tt/core";
import type { ConvParams, Triple } from "@tt/core/dispatch";
import { parseExpr, type Program } from "@tt/core/dispatch";
import { formOf } from "../codegen/form.ts";
import type { Engine } from "../engine.ts";
import { type View, viewOf } from "../queue/view.ts";
import { convolution, convolutionInput, convolutionWeight } from "../wgsl/conv/conv.ts";
import type { ConvSpec } from "../wgsl/conv/geometry.ts";
import { planFor } from "./cache.ts";

const SAME: Program = parseExpr("a");
type Sizes = readonly number[];

/** Depth, height, width. */
function triple(values: Sizes, fill: number): Triple {
  const n = values.length;
  return [n > 2 ? values[n - 3]! : fill, n > 1 ? values[n - 2]! : fill, n > 0 ? values[n - 1]! : fill];
}

/** Convolutions and their gradients; a transposed one is the gradient of a plain one, and the other way round. */
export function convKernels(engine: Engine): Kernels {
  const specOf = (image: Sizes, output: Sizes, weight: Tensor, bias: Tensor | null, params: ConvParams): ConvSpec => ({
    type: formOf(weight.dtype).value === "f32" ? "f32" : "i32",
    batch: image[0]!,
    groups: params.groups,
    inChannels: image[1]!,
    outChannels: output[1]!,
    image: triple(image.slice(2), 1),
    output: triple(output.slice(2), 1),
    kernel: triple(weight.shape.slice(2), 1),
    stride: triple(params.stride, 1),
    padding: triple(params.padding, 0),
    dilation: triple(params.dilation, 1),
    bias: bias !== null,
    contiguousWeight: weight.contiguous_ && weight.offset === 0 && formOf(weight.dtype).bytes === 4,
  });
  /** Without anything to sum, results are the bias, or zero. */
  const trivial = (out: Tensor, bias: Tensor | null, ...factors: readonly Tensor[]): boolean => {
    if (out.numel() === 0) return true;
    if (factors.every((factor) => factor.numel() > 0)) return false;
    if (bias === null) engine.map(SAME, out.dtype, out, [0], []);
    else engine.map(SAME, out.dtype, out, [alongChannels(bias, out.ndim)], []);
    return true;
  };
  const run = (
    name: string,
    spec: ConvSpec,
    make: typeof convolution,
    operands: Record<string, Tensor | null>,
  ): void => {
    const given = Object.entries(operands).filter((entry): entry is [string, Tensor] => entry[1] !== null);
    engine.run(planFor(name, spec, make), Object.fromEntries(given));
  };
  const forward = (out: Tensor, input: Tensor, weight: Tensor, bias: Tensor | null, params: ConvParams): void => {
    if (trivial(out, bias, input, weight)) return;
    const spec = specOf(input.shape, out.shape, weight, bias, params);
    run("conv", spec, convolution, { input, weight, bias, out });
  };
  const backwardInput = (out: Tensor, grad: Tensor, weight: Tensor, params: ConvParams, bias: Tensor | null): void => {
    if (trivial(out, bias, grad, weight)) return;
    const spec = specOf(out.shape, grad.shape, weight, bias, params);
    run("conv_input", spec, convolutionInput, { grad, weight, bias, out });
  };
  const backwardWeight = (out: Tensor, grad: Tensor, input: Tensor, params: ConvParams): void => {
    if (trivial(out, null, grad, input)) return;
    const spec = specOf(input.shape, grad.shape, out, null, params);
    run("conv_weight", spec, convolutionWeight, { grad, input, out });
  };
  return {
    convolution(
      out: Tensor,
      input: Tensor,
      weight: Tensor,
      bias: Tensor | null,
      params: ConvParams,
      transposed: boolean,
    ): void {
      if (transposed) backwardInput(out, input, weight, params, bias);
      else forward(out, input, weight, bias, params);
    },
    convolution_input(out: Tensor, grad: Tensor, weight: Tensor, params: ConvParams, transposed: boolean): void {
      if (transposed) forward(out, grad, weight, null, params);
      else backwardInput(out, grad, weight, params, null);
    },
    convolution_weight(out: Tensor, grad: Tensor, input: Tensor, params: ConvParams, transposed: boolean): void {
      if (transposed) backwardWeight(out, input, grad, params);
      else backwardWeight(out, grad, input, params);
    },
  };
}

/** One number a channel, as an operand of [N, C, ...]. */
function alongChannels(bias: Tensor, ndim: number): View {
  const view = viewOf(bias);
  const rest = new Array<number>(ndim - 2).fill(1);
  return { ...view, shape: [view.numel, ...rest], strides: [view.strides[0] ?? 1, ...rest], dense: false };
}
