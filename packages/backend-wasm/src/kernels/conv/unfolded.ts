import { bfloat16, type DType, float16, int16, int8, type Tensor, uint8 } from "@tt/core";
import { allocate, type ConvGeometry, convGeometry, type ConvParams } from "@tt/core/dispatch";
import type { Engine } from "../../engine.ts";
import type { Multiply } from "../matmul/multiply.ts";
import { productTypes } from "../matmul/types.ts";
import { product, viewOf } from "../views.ts";
import { isPointwise } from "./pointwise.ts";

/** Bytes that are copied in a nanosecond. */
const SPEED = 2;

/** Dtypes whose convolutions are products with unfolded images. Halves are not: their gradients have to be summed in float32. */
export function unfolds(dtype: DType): boolean {
  return productTypes.has(dtype) && dtype !== float16 && dtype !== bfloat16;
}

/** Convolutions of any dtype that has products; operands are dense. Each is false where there is no room. */
export interface Unfolded {
  forward(out: Tensor, input: Tensor, weight: Tensor, bias: Tensor | null, params: ConvParams): boolean;
  backwardInput(out: Tensor, grad: Tensor, weight: Tensor, bias: Tensor | null, params: ConvParams): boolean;
  backwardWeight(out: Tensor, grad: Tensor, input: Tensor, params: ConvParams): boolean;
}

export function makeUnfolded(engine: Engine, multiply: Multiply): Unfolded {
  const { heap, operands, threads } = engine;

  /** Calls `name` for the channels of an image, in pieces, with the description before its arguments. */
  function walk(
    name: "unfold" | "foldBack",
    type: readonly number[],
    g: ConvGeometry,
    params: ConvParams,
    spatial: readonly number[],
    image: Tensor,
    columns: Tensor,
  ): boolean {
    operands.begin();
    const dilation = triple(params.dilation);
    const fields = [...g.image, ...g.kernel, ...triple(spatial), ...g.stride, ...g.padding, ...dilation];
    const at = heap.scratch(4 * fields.length);
    const [x, y] =
      name === "unfold"
        ? [operands.input(image), operands.output(columns)]
        : [operands.output(image), operands.input(columns)];
    if (at < 0 || x < 0 || y < 0) return false;
    heap.ints.set(fields, at >> 2);
    const cost = (g.taps.length * g.positions.length * columns.dtype.itemsize) / SPEED;
    const addresses = name === "unfold" ? [x, y] : [y, x];
    threads.run(
      name,
      threads.split(g.inChannels, cost).map(([first, last]) => [at, ...type, first, last, ...addresses]),
    );
    operands.end();
    return true;
  }

  function clear(out: Tensor): boolean {
    operands.begin();
    const at = operands.output(out);
    if (at < 0) return false;
    heap.bytes.fill(0, at, at + out.numel() * out.dtype.itemsize);
    operands.end();
    return true;
  }

  /** Unfolded channels of a group of an image, or, for kernels of size 1, the channels themselves. */
  function unfolded(
    g: ConvGeometry,
    params: ConvParams,
    spatial: readonly number[],
    input: Tensor,
    n: number,
    group: number,
  ): Tensor | null {
    const image = part(input, (n * g.groups + group) * g.inChannels * product(g.image), [
      g.inChannels,
      product(g.image),
    ]);
    if (isPointwise(g)) return image;
    const columns = allocate([g.taps.length, g.positions.length], input.dtype, input.device);
    return walk("unfold", [input.dtype.itemsize], g, params, spatial, image, columns) ? columns : null;
  }

  /** Every image and group; false as soon as one cannot be computed. */
  function each(g: ConvGeometry, run: (n: number, group: number) => boolean): boolean {
    for (let n = 0; n < g.batch; n++) for (let group = 0; group < g.groups; group++) if (!run(n, group)) return false;
    return true;
  }

  const outputs = (tensor: Tensor, g: ConvGeometry, n: number, group: number): Tensor =>
    part(tensor, (n * g.groups + group) * g.outChannels * g.positions.length, [g.outChannels, g.positions.length]);
  const weights = (tensor: Tensor, g: ConvGeometry, group: number): Tensor =>
    part(tensor, group * g.outChannels * g.taps.length, [g.outChannels, g.taps.length]);

  return {
    forward(out, input, weight, bias, params) {
      const g = convGeometry(input.shape, out.shape, weight.shape, params);
      return each(g, (n, group) => {
        const columns = unfolded(g, params, out.shape.slice(2), input, n, group);
        const start = bias && viewOf(bias, [g.outChannels, 1], [1, 0], group * g.outChannels);
        const result = outputs(out, g, n, group);
        return (
          columns !== null && multiply(result, weights(weight, g, group), columns, start, 1, start === null ? 0 : 1)
        );
      });
    },
    backwardInput(out, grad, weight, bias, params) {
      const g = convGeometry(out.shape, grad.shape, weight.shape, params);
      const [channels, size] = [g.inChannels, product(g.image)];
      if (bias === null) {
        if (!clear(out)) return false;
      } else {
        const shape = [g.batch, g.groups * channels, size];
        engine.copy(viewOf(out, shape, [shape[1]! * size, size, 1]), viewOf(bias, shape, [0, 1, 0]));
      }
      const lanes = out.dtype.is_complex ? 2 : 1;
      return each(g, (n, group) => {
        const columns = allocate([g.taps.length, g.positions.length], out.dtype, out.device);
        const turned = viewOf(weights(weight, g, group), [g.taps.length, g.outChannels], [1, g.taps.length]);
        const image = part(out, (n * g.groups + group) * channels * size, [channels, size]);
        return (
          multiply(columns, turned, outputs(grad, g, n, group), null, 1, 0) &&
          walk("foldBack", [adder(out.dtype), lanes], g, params, grad.shape.slice(2), image, columns)
        );
      });
    },
    backwardWeight(out, grad, input, params) {
      const g = convGeometry(input.shape, grad.shape, out.shape, params);
      return each(g, (n, group) => {
        const columns = unfolded(g, params, grad.shape.slice(2), input, n, group);
        if (columns === null) return false;
        const places = viewOf(columns, [g.positions.length, g.taps.length], [1, g.positions.length]);
        const result = weights(out, g, group);
        return multiply(result, outputs(grad, g, n, group), places, n === 0 ? null : result, 1, n === 0 ? 0 : 1);
      });
    },
  };
}

function part(tensor: Tensor, skip: number, [rows, columns]: readonly [number, number]): Tensor {
  return viewOf(tensor, [rows, columns], [columns, 1], skip);
}

function triple(values: readonly number[]): readonly number[] {
  return [...new Array<number>(3 - values.length).fill(1), ...values];
}

/** The type that foldBack adds in: see assembly/unfold.ts. */
function adder(dtype: DType): number {
  if (dtype === int8 || dtype === uint8) return 4;
  return dtype === int16 ? 5 : productTypes.get(dtype)!.number;
}
