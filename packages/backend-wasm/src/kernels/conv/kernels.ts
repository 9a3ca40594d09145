import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Engine } from "../../engine.ts";
import { areFloat32, dense, product } from "../views.ts";
import { type ConvParams, type Geometry, geometryOf, triple } from "./geometry.ts";
import { aligned, copyPadded, prepare } from "./layout.ts";

/**
 * Convolutions of float32 as matrix products; the image is unfolded while it is packed, so that no unfolded copy exists.
 * Other dtypes compute on the host's loops.
 */
export function convKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host } = engine;

  /** out [N, O, ...] = input [N, C, ...] * weight [O, C / groups, ...]. */
  function forward(out: Tensor, input: Tensor, weight: Tensor, bias: Tensor | null, params: ConvParams): boolean {
    const g = geometryOf(input.shape, out.shape, weight.shape, params);
    const [x, w, b] = [dense(engine, input), dense(engine, weight), bias && dense(engine, bias)];
    operands.begin();
    const [px, pw, pb, pc] = [
      operands.input(x),
      operands.input(w),
      b === null ? 0 : operands.input(b),
      operands.output(out),
    ];
    if (px < 0 || pw < 0 || pb < 0 || pc < 0) return false;
    const terms = g.taps.length;
    const packedBytes = aligned(exports.packedBytes(g.outputs, terms));
    const at = prepare(engine, g, packedBytes * g.groups, g.pads);
    if (at === null) return false;
    for (let group = 0; group < g.groups; group++) {
      exports.packWhole(
        g.outputs,
        terms,
        pw + 4 * group * g.outputs * terms,
        4 * terms,
        4,
        at.extra + group * packedBytes,
      );
    }
    run(g, at, px, pb, pc, packedBytes);
    operands.end();
    return true;
  }

  function run(
    g: Geometry,
    at: { gemm: number; taps: number; places: number; padded: number; extra: number },
    px: number,
    pb: number,
    pc: number,
    packedBytes: number,
  ): void {
    const terms = g.taps.length;
    const size = g.places.length;
    const plane = product(g.image);
    for (let n = 0; n < g.batch; n++) {
      for (let group = 0; group < g.groups; group++) {
        const block = n * g.groups + group;
        const image = px + 4 * block * g.channels * plane;
        const c = pc + 4 * block * g.outputs * size;
        const a = at.extra + group * packedBytes;
        if (pb !== 0) exports.fillRows(g.outputs, size, pb + 4 * group * g.outputs, c);
        if (g.pointwise)
          exports.gemmPacked(g.outputs, size, terms, a, image, 4 * size, 4, c, 4 * size, pb !== 0, at.gemm);
        else {
          if (g.pads) copyPadded(engine, g, image, at.padded, false);
          exports.gemmImage(
            g.outputs,
            size,
            terms,
            a,
            g.pads ? at.padded : image,
            at.taps,
            at.places,
            c,
            4 * size,
            pb !== 0,
            at.gemm,
          );
        }
      }
    }
  }

  /** The transpose of `forward`: gradInput [N, C, ...] from gradOutput [N, O, ...]. */
  function backwardInput(
    gradInput: Tensor,
    gradOutput: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    params: ConvParams,
  ): boolean {
    const rank = gradInput.ndim - 2;
    const [g, w, b] = [dense(engine, gradOutput), dense(engine, weight), bias && dense(engine, bias)];
    const border = params.padding.map((p, d) => params.dilation[d]! * (weight.shape[d + 2]! - 1) - p);
    if (
      params.stride.every((s) => s === 1) &&
      border.every((p) => p >= 0) &&
      flippingPays(gradInput, gradOutput, weight, params)
    ) {
      return flipped(gradInput, g, w, b, { ...params, padding: border }, rank);
    }
    return scattered(gradInput, g, w, b, params);
  }

  /** With stride 1 it is a convolution with the kernels turned around and channels exchanged. */
  function flipped(
    gradInput: Tensor,
    grad: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    params: ConvParams,
    rank: number,
  ): boolean {
    const { groups } = params;
    const outputs = weight.shape[0]! / groups;
    const channels = weight.shape[1]!;
    const g = geometryOf(grad.shape, gradInput.shape, [channels * groups, outputs, ...weight.shape.slice(2)], params);
    operands.begin();
    const [pg, pw, pb, pc] = [
      operands.input(grad),
      operands.input(weight),
      bias === null ? 0 : operands.input(bias),
      operands.output(gradInput),
    ];
    if (pg < 0 || pw < 0 || pb < 0 || pc < 0) return false;
    const taps = product(triple(weight.shape.slice(2), rank === 0 ? 0 : 1));
    const terms = g.taps.length;
    const packedBytes = aligned(exports.packedBytes(channels, terms));
    const turnedBytes = aligned(4 * channels * terms);
    const at = prepare(engine, g, packedBytes * groups + turnedBytes, g.pads);
    if (at === null) return false;
    const turned = at.extra + packedBytes * groups;
    for (let group = 0; group < groups; group++) {
      const from = (pw + 4 * group * outputs * channels * taps) / 4;
      turn(heap.floats, from, turned / 4, outputs, channels, taps);
      exports.packWhole(channels, terms, turned, 4 * terms, 4, at.extra + group * packedBytes);
    }
    run(g, at, pg, pb, pc, packedBytes);
    operands.end();
    return true;
  }

  /** The columns of the unfolded gradient are computed and added up where they overlap. */
  function scattered(
    gradInput: Tensor,
    grad: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    params: ConvParams,
  ): boolean {
    const g = geometryOf(gradInput.shape, grad.shape, weight.shape, params);
    operands.begin();
    const [pg, pw, pb, px] = [
      operands.input(grad),
      operands.input(weight),
      bias === null ? 0 : operands.input(bias),
      operands.output(gradInput),
    ];
    if (pg < 0 || pw < 0 || pb < 0 || px < 0) return false;
    const terms = g.taps.length;
    const size = g.places.length;
    const packedBytes = aligned(exports.packedBytes(terms, g.outputs));
    const at = prepare(engine, g, packedBytes * g.groups + 4 * terms * size, true);
    if (at === null) return false;
    const columns = at.extra + packedBytes * g.groups;
    for (let group = 0; group < g.groups; group++) {
      exports.packWhole(
        terms,
        g.outputs,
        pw + 4 * group * g.outputs * terms,
        4,
        4 * terms,
        at.extra + group * packedBytes,
      );
    }
    const padded = product(g.padded);
    const plane = product(g.image);
    for (let n = 0; n < g.batch; n++) {
      for (let group = 0; group < g.groups; group++) {
        const block = n * g.groups + group;
        exports.gemmPacked(
          terms,
          size,
          g.outputs,
          at.extra + group * packedBytes,
          pg + 4 * block * g.outputs * size,
          4 * size,
          4,
          columns,
          4 * size,
          false,
          at.gemm,
        );
        for (let c = 0; c < g.channels; c++) {
          const start = at.padded / 4 + c * padded;
          heap.floats.fill(pb === 0 ? 0 : heap.floats[pb / 4 + group * g.channels + c]!, start, start + padded);
        }
        exports.foldColumns(terms, size, columns, at.padded, at.taps, at.places);
        copyPadded(engine, g, px + 4 * block * g.channels * plane, at.padded, true);
      }
    }
    operands.end();
    return true;
  }

  /** gradWeight [O, C / groups, ...] from gradOutput [N, O, ...] and input [N, C, ...]. */
  function backwardWeight(gradWeight: Tensor, gradOutput: Tensor, input: Tensor, params: ConvParams): boolean {
    const g = geometryOf(input.shape, gradOutput.shape, gradWeight.shape, params);
    const [y, x] = [dense(engine, gradOutput), dense(engine, input)];
    operands.begin();
    const [py, px, pw] = [operands.input(y), operands.input(x), operands.output(gradWeight)];
    if (py < 0 || px < 0 || pw < 0) return false;
    const at = prepare(engine, g, 0, g.pads);
    if (at === null) return false;
    const terms = g.taps.length;
    const size = g.places.length;
    const plane = product(g.image);
    for (let n = 0; n < g.batch; n++) {
      for (let group = 0; group < g.groups; group++) {
        const block = n * g.groups + group;
        const image = px + 4 * block * g.channels * plane;
        const a = py + 4 * block * g.outputs * size;
        const c = pw + 4 * group * g.outputs * terms;
        if (g.pointwise)
          exports.gemm(g.outputs, terms, size, a, 4 * size, 4, image, 4, 4 * size, c, 4 * terms, 1, n > 0, at.gemm);
        else {
          if (g.pads) copyPadded(engine, g, image, at.padded, false);
          exports.gemmImageT(
            g.outputs,
            terms,
            size,
            a,
            4 * size,
            4,
            g.pads ? at.padded : image,
            at.taps,
            at.places,
            c,
            4 * terms,
            n > 0,
            at.gemm,
          );
        }
      }
    }
    operands.end();
    return true;
  }

  const suits = (...tensors: readonly (Tensor | null)[]): boolean =>
    areFloat32(...tensors) && tensors.every((t) => t === null || t.numel() > 0) && tensors[0]!.contiguous_;

  return {
    convolution(
      out: Tensor,
      input: Tensor,
      weight: Tensor,
      bias: Tensor | null,
      params: ConvParams,
      transposed: boolean,
    ): void {
      if (
        suits(out, input, weight, bias) &&
        (transposed ? backwardInput(out, input, weight, bias, params) : forward(out, input, weight, bias, params))
      )
        return;
      (host["convolution"] as Kernel)(out, input, weight, bias, params, transposed);
    },
    convolution_input(out: Tensor, grad: Tensor, weight: Tensor, params: ConvParams, transposed: boolean): void {
      if (
        suits(out, grad, weight) &&
        (transposed ? forward(out, grad, weight, null, params) : backwardInput(out, grad, weight, null, params))
      )
        return;
      (host["convolution_input"] as Kernel)(out, grad, weight, params, transposed);
    },
    convolution_weight(out: Tensor, grad: Tensor, input: Tensor, params: ConvParams, transposed: boolean): void {
      if (
        suits(out, grad, input) &&
        (transposed ? backwardWeight(out, input, grad, params) : backwardWeight(out, grad, input, params))
      )
        return;
      (host["convolution_weight"] as Kernel)(out, grad, input, params, transposed);
    },
  };
}

/** Rough costs of the two ways to the gradient of an input, in vector operations; few channels leave register tiles empty. */
function flippingPays(gradInput: Tensor, gradOutput: Tensor, weight: Tensor, { groups }: ConvParams): boolean {
  const outputs = weight.shape[0]! / groups;
  const channels = weight.shape[1]!;
  const taps = product(weight.shape.slice(2));
  const inner = product(gradInput.shape.slice(2));
  const outer = product(gradOutput.shape.slice(2));
  const tiles = (rows: number): number => 6 * Math.ceil(rows / 6);
  const flipped = outputs * taps * inner * (tiles(channels) / 8 + 0.7);
  const scattered = outer * ((tiles(channels * taps) * outputs) / 8 + channels * taps * 1.2);
  return flipped <= scattered;
}

/** [outputs, channels, taps] to [channels, outputs, taps turned around], in entries. */
function turn(floats: Float32Array, from: number, to: number, outputs: number, channels: number, taps: number): void {
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < channels; c++) {
      const source = from + (o * channels + c) * taps;
      const last = to + (c * outputs + o) * taps + taps - 1;
      for (let t = 0; t < taps; t++) floats[last - t] = floats[source + t]!;
    }
  }
}
