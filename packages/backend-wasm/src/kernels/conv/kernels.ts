import { bfloat16, float16, float32, type Kernel, type Kernels, Tensor } from "@tt/core";
import { allocate, type ConvGeometry, convGeometry, type ConvParams } from "@tt/core/dispatch";
import type { Engine } from "../../engine.ts";
import { makeMultiply } from "../matmul/multiply.ts";
import { areFloat32, dense, product } from "../views.ts";
import { gemmForward, gemmWeight, isLong, isPointwise } from "./pointwise.ts";
import { isPadded, type Product, runProduct } from "./product.ts";
import { makeUnfolded, unfolds } from "./unfolded.ts";
import { runWeight } from "./weight.ts";

/** Elements of the result times those of the larger operand, below which the host's loops are as fast. */
const WORTHWHILE = 1 << 16;

/**
 * Convolutions of float32 as matrix products; the image is read through tables or unfolded strip by strip, so that no
 * unfolded copy exists. The 16-bit dtypes are widened, summed in float32 and rounded once; images of others are unfolded.
 */
export function convKernels(engine: Engine): Kernels {
  const { operands, host } = engine;

  /** Addresses of a result, two factors and a bias (0 for none), then what computes from them; false when there is no room. */
  function compute(
    out: Tensor,
    a: Tensor,
    b: Tensor,
    bias: Tensor | null,
    run: (out: number, a: number, b: number, bias: number) => boolean,
  ): boolean {
    const [x, y, z] = [dense(engine, a), dense(engine, b), bias && dense(engine, bias)];
    operands.begin();
    const [pa, pb, pc, pz] = [
      operands.input(x),
      operands.input(y),
      operands.output(out),
      z === null ? 0 : operands.input(z),
    ];
    if (pa < 0 || pb < 0 || pc < 0 || pz < 0 || !run(pc, pa, pb, pz)) return false;
    operands.end();
    return true;
  }

  /** out [N, O, ...] = input [N, C, ...] * weight [O, C / groups, ...]. */
  function forward(out: Tensor, input: Tensor, weight: Tensor, bias: Tensor | null, params: ConvParams): boolean {
    const g = convGeometry(input.shape, out.shape, weight.shape, params);
    return compute(out, input, weight, bias, (c, x, w, b) =>
      isPointwise(g) ? gemmForward(engine, g, x, w, b, c, false) : runProduct(engine, forwardProduct(g, x, w, b, c)),
    );
  }

  /** The transpose of `forward`: gradInput [N, C, ...] from gradOutput [N, O, ...]. */
  function backwardInput(
    gradInput: Tensor,
    gradOutput: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    params: ConvParams,
  ): boolean {
    const g = convGeometry(gradInput.shape, gradOutput.shape, weight.shape, params);
    const flipped = flippedGeometry(g, gradInput, gradOutput, weight, params);
    return compute(gradInput, gradOutput, weight, bias, (c, y, w, b) => {
      if (isPointwise(g)) return gemmForward(engine, g, y, w, b, c, true);
      return runProduct(engine, flipped === null ? scattered(g, y, w, b, c) : turned(flipped, y, w, b, c));
    });
  }

  /** gradWeight [O, C / groups, ...] from gradOutput [N, O, ...] and input [N, C, ...]. */
  function backwardWeight(gradWeight: Tensor, gradOutput: Tensor, input: Tensor, params: ConvParams): boolean {
    const g = convGeometry(input.shape, gradOutput.shape, gradWeight.shape, params);
    return compute(gradWeight, gradOutput, input, null, (c, y, x) =>
      (isLong(g) ? gemmWeight : runWeight)(engine, g, x, y, c),
    );
  }

  const suits = (...tensors: readonly (Tensor | null)[]): boolean =>
    areFloat32(...tensors) && tensors.every((t) => t === null || t.numel() > 0) && tensors[0]!.contiguous_;

  const unfolded = makeUnfolded(engine, makeMultiply(engine));

  /** Runs `run` on dense operands where all have a dtype that unfolds. */
  const other = (
    out: Tensor,
    tensors: readonly (Tensor | null)[],
    run: (tensors: readonly (Tensor | null)[]) => boolean,
  ): boolean => {
    if (out.dtype === float32 || !unfolds(out.dtype) || !out.contiguous_ || out.numel() === 0) return false;
    if (out.numel() * Math.max(...tensors.map((t) => t?.numel() ?? 0)) < engine.few(WORTHWHILE)) return false;
    if (tensors.some((t) => t !== null && (t.dtype !== out.dtype || t.numel() === 0))) return false;
    return run(tensors.map((t) => t && dense(engine, t)));
  };

  /** The kernel, and for 16-bit tensors the same in float32. */
  const widening =
    <A extends readonly unknown[]>(kernel: (out: Tensor, ...args: A) => void) =>
    (out: Tensor, ...args: A): void => {
      if (out.dtype !== float16 && out.dtype !== bfloat16) {
        kernel(out, ...args);
        return;
      }
      const wide = (shape: readonly number[]): Tensor => allocate(shape, float32, out.device);
      const result = wide(out.shape);
      const widened = args.map((arg) => {
        if (!(arg instanceof Tensor)) return arg;
        const tensor = wide(arg.shape);
        engine.copy(tensor, arg);
        return tensor;
      });
      kernel(result, ...(widened as unknown as A));
      engine.copy(out, result);
    };

  return {
    convolution: widening(
      (
        out: Tensor,
        input: Tensor,
        weight: Tensor,
        bias: Tensor | null,
        params: ConvParams,
        transposed: boolean,
      ): void => {
        if (
          suits(out, input, weight, bias) &&
          (transposed ? backwardInput(out, input, weight, bias, params) : forward(out, input, weight, bias, params))
        )
          return;
        const done = other(out, [input, weight, bias], ([x, w, b]) =>
          (transposed ? unfolded.backwardInput : unfolded.forward)(out, x!, w!, b!, params),
        );
        if (!done) (host["convolution"] as Kernel)(out, input, weight, bias, params, transposed);
      },
    ),
    convolution_input: widening(
      (out: Tensor, grad: Tensor, weight: Tensor, params: ConvParams, transposed: boolean): void => {
        if (
          suits(out, grad, weight) &&
          (transposed ? forward(out, grad, weight, null, params) : backwardInput(out, grad, weight, null, params))
        )
          return;
        const done = other(out, [grad, weight], ([y, w]) =>
          (transposed ? unfolded.forward : unfolded.backwardInput)(out, y!, w!, null, params),
        );
        if (!done) (host["convolution_input"] as Kernel)(out, grad, weight, params, transposed);
      },
    ),
    convolution_weight: widening(
      (out: Tensor, grad: Tensor, input: Tensor, params: ConvParams, transposed: boolean): void => {
        if (
          suits(out, grad, input) &&
          (transposed ? backwardWeight(out, input, grad, params) : backwardWeight(out, grad, input, params))
        )
          return;
        const done = other(out, [grad, input], ([y, x]) => {
          const [gradient, image] = transposed ? [x!, y!] : [y!, x!];
          return unfolded.backwardWeight(out, gradient, image, params);
        });
        if (!done) (host["convolution_weight"] as Kernel)(out, grad, input, params, transposed);
      },
    ),
  };
}

function forwardProduct(g: ConvGeometry, x: number, w: number, bias: number, out: number): Product {
  const terms = g.taps.length;
  const size = g.positions.length;
  return {
    batch: g.batch,
    groups: g.groups,
    weight: w,
    source: {
      rows: [g.outChannels, 1],
      terms: [1, terms],
      rowSteps: [4 * terms, 0],
      termSteps: [0, 4],
      start: (group) => 4 * group * g.outChannels * terms,
    },
    bias,
    b: x,
    bGroup: g.inChannels * product(g.image),
    steps: g.taps,
    positions: g.positions,
    c: out,
    cGroup: g.outChannels * size,
    lines: size,
    places: 1,
    size,
    border: isPadded(g) ? "b" : "none",
    geometry: g,
  };
}

/** With stride 1 a gradient of the input is a convolution with kernels turned around and channels exchanged. */
function turned(g: ConvGeometry, y: number, w: number, bias: number, out: number): Product {
  const taps = product(g.kernel);
  const channels = g.outChannels;
  return {
    ...forwardProduct(g, y, w, bias, out),
    source: {
      rows: [channels, 1],
      terms: [g.inChannels, taps],
      rowSteps: [4 * taps, 0],
      termSteps: [4 * channels * taps, -4],
      start: (group) => 4 * (group * g.inChannels * channels * taps + taps - 1),
    },
  };
}

/** What every gradient of the output adds to the padded image; channels are innermost, as neighbouring taps overlap. */
function scattered(g: ConvGeometry, y: number, w: number, bias: number, out: number): Product {
  const taps = product(g.kernel);
  const channels = g.inChannels;
  const size = g.positions.length;
  return {
    batch: g.batch,
    groups: g.groups,
    weight: w,
    source: {
      rows: [taps, channels],
      terms: [1, g.outChannels],
      rowSteps: [4, 4 * taps],
      termSteps: [0, 4 * channels * taps],
      start: (group) => 4 * group * g.outChannels * channels * taps,
    },
    bias,
    b: y,
    bGroup: g.outChannels * size,
    steps: size,
    positions: 1,
    c: out,
    cGroup: channels * product(g.image),
    lines: g.taps.map((_, i) => g.taps[(i % channels) * taps + Math.floor(i / channels)]!),
    places: g.positions,
    size,
    border: "c",
    geometry: g,
  };
}

/** The geometry of `turned`, where it is possible and cheaper than adding up. */
function flippedGeometry(
  g: ConvGeometry,
  gradInput: Tensor,
  gradOutput: Tensor,
  weight: Tensor,
  params: ConvParams,
): ConvGeometry | null {
  const padding = params.padding.map((p, d) => params.dilation[d]! * (weight.shape[d + 2]! - 1) - p);
  if (params.stride.some((s) => s !== 1) || padding.some((p) => p < 0)) return null;
  // Rough costs in vector operations; few channels leave register tiles empty.
  const outer = g.positions.length;
  const taps = product(g.kernel);
  const tiles = (rows: number): number => Math.ceil(rows / Math.ceil(rows / 6)) * Math.ceil(rows / 6);
  const turnedCost = g.outChannels * taps * product(g.image) * (tiles(g.inChannels) / 8 + 0.3);
  const scatteredCost = outer * ((tiles(g.inChannels * taps) * g.outChannels) / 8 + g.inChannels * taps * 3);
  if (turnedCost > scatteredCost) return null;
  const shape = [g.inChannels * g.groups, g.outChannels, ...weight.shape.slice(2)];
  return convGeometry(gradOutput.shape, gradInput.shape, shape, { ...params, padding });
}
