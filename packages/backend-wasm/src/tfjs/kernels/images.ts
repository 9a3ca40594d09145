import { float32, type Kernel, type Kernels, type Tensor } from "@tt/core";
import { allocate, type ConvParams } from "@tt/core/dispatch";
import type { Engine } from "../../engine.ts";
import { areFloat32, dense, viewOf } from "../../kernels/views.ts";
import type { Bridge } from "../bridge.ts";

interface MeanParams {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly count_include_pad: boolean;
  readonly divisor_override: number | null;
}

/**
 * Convolutions of one and two dimensions, also with a group for each channel, and means over windows. TF.js has channels last: images and
 * weights are rearranged on the way in and out. Gradients are ours: TF.js has none for weights, and a plain loop for images.
 */
export function images(engine: Engine, bridge: Bridge, ours: Kernels): Kernels {
  /** Lets `run` fill an image with channels last, and copies it to `out`. */
  function rearranged(out: Tensor, run: (image: Tensor) => boolean): boolean {
    const [n, c, h, w] = flat(out).shape as [number, number, number, number];
    const image = allocate([n, h, w, c], float32, out.device);
    const done = run(image);
    if (done) engine.copy(flat(out), viewOf(image, [n, c, h, w], [h * w * c, 1, w * c, c]));
    return done;
  }

  function convolve(out: Tensor, input: Tensor, weight: Tensor, bias: Tensor | null, params: ConvParams): boolean {
    const { groups } = params;
    const [stride, padding, dilation] = [pair(params.stride, 1), pair(params.padding, 0), pair(params.dilation, 1)];
    const { shape, strides } = flat(weight);
    const [outputs, inputs, height, width] = shape as [number, number, number, number];
    const [so, si, sh, sw] = strides as [number, number, number, number];
    if (groups > 1 && inputs > 1) return false;
    const each = outputs / groups;
    const filter =
      groups > 1
        ? viewOf(weight, [height, width, groups, each], [sh, sw, each * so, so])
        : viewOf(weight, [height, width, inputs, outputs], [sh, sw, si, so]);
    const name = `${bias === null ? "" : "Fused"}${groups > 1 ? (bias === null ? "DepthwiseConv2dNative" : "DepthwiseConv2D") : "Conv2D"}`;
    const attrs = {
      strides: stride,
      pad: padded(padding),
      dilations: dilation,
      dataFormat: "NHWC",
      activation: "linear",
    };
    const operands = { x: dense(engine, channelsLast(input)), filter: dense(engine, filter) };
    return rearranged(out, (image) =>
      bridge.run(engine, name, image, bias === null ? operands : { ...operands, bias: dense(engine, bias) }, attrs),
    );
  }

  function means(out: Tensor, input: Tensor, params: MeanParams): boolean {
    const [size, stride, padding] = [pair(params.kernel_size, 1), pair(params.stride, 1), pair(params.padding, 0)];
    const within = flat(out).shape.every(
      (count, d) => d < 2 || (count - 1) * stride[d - 2]! + size[d - 2]! <= flat(input).shape[d]! + 2 * padding[d - 2]!,
    );
    if (!within || params.divisor_override !== null) return false;
    if (params.count_include_pad && padding.some((p) => p > 0)) return false;
    const attrs = { filterSize: size, strides: stride, pad: padded(padding) };
    const x = dense(engine, channelsLast(input));
    return rearranged(out, (image) => bridge.run(engine, "AvgPool", image, { x }, attrs));
  }

  const suits = (out: Tensor, ...tensors: readonly (Tensor | null)[]): boolean =>
    areFloat32(out, ...tensors) && out.numel() > 0 && tensors[0]!.numel() > 0;

  return {
    convolution(
      out: Tensor,
      input: Tensor,
      weight: Tensor,
      bias: Tensor | null,
      params: ConvParams,
      transposed: boolean,
    ): void {
      const can = !transposed && (out.ndim === 3 || out.ndim === 4) && suits(out, input, weight, bias);
      if (!can || !convolve(out, input, weight, bias, params))
        (ours["convolution"] as Kernel)(out, input, weight, bias, params, transposed);
    },
    avg_pool(out: Tensor, input: Tensor, params: MeanParams): void {
      const can = params.kernel_size.length < 3 && out.ndim === params.kernel_size.length + 2 && suits(out, input);
      if (!can || !means(out, input, params)) (ours["avg_pool"] as Kernel)(out, input, params);
    },
  };
}

/** Images of one dimension as those of two. */
function flat(tensor: Tensor): Tensor {
  const { shape, strides } = tensor;
  if (tensor.ndim === 4) return tensor;
  return viewOf(tensor, [shape[0]!, shape[1]!, 1, shape[2]!], [strides[0]!, strides[1]!, 0, strides[2]!]);
}

function channelsLast(tensor: Tensor): Tensor {
  const image = flat(tensor);
  const order = [0, 2, 3, 1];
  return viewOf(
    image,
    order.map((d) => image.shape[d]!),
    order.map((d) => image.strides[d]!),
  );
}

function pair(values: readonly number[], fill: number): readonly number[] {
  return values.length === 1 ? [fill, values[0]!] : values;
}

function padded([h, w]: readonly number[]): readonly (readonly number[])[] {
  return [
    [0, 0],
    [h!, h!],
    [w!, w!],
    [0, 0],
  ];
}
