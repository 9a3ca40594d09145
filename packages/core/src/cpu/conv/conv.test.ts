import { describe, expect, it } from "vitest";
import { Complex } from "../../dtype/complex.ts";
import { bfloat16, complex128, float16, float32, float64, int64, int8 } from "../../dtype/dtype.ts";
import { scattered, viewOf, wave } from "../testing.ts";
import { denseValues, numelOf } from "../view.ts";
import { convBackwardInput, convBackwardWeight, convForward } from "./conv.ts";
import type { ConvParams } from "./geometry.ts";

interface Case extends ConvParams {
  image: number[];
  weight: number[];
}

const cases: Case[] = [
  { image: [2, 3, 7], weight: [4, 3, 3], stride: [1], padding: [0], dilation: [1], groups: 1 },
  { image: [1, 4, 11], weight: [6, 2, 3], stride: [2], padding: [3], dilation: [2], groups: 2 },
  { image: [2, 2, 6, 5], weight: [5, 2, 3, 2], stride: [1, 1], padding: [1, 0], dilation: [1, 1], groups: 1 },
  { image: [1, 4, 9, 8], weight: [4, 1, 3, 3], stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 4 },
  { image: [1, 31, 6, 40], weight: [5, 31, 3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
  { image: [1, 2, 3, 4], weight: [261, 2, 2, 2], stride: [3, 1], padding: [0, 0], dilation: [1, 1], groups: 1 },
  {
    image: [2, 4, 4, 5, 6],
    weight: [2, 2, 2, 3, 2],
    stride: [2, 1, 2],
    padding: [1, 1, 0],
    dilation: [1, 1, 2],
    groups: 2,
  },
];

function outputShape(c: Case): number[] {
  const spatial = c.image.slice(2).map((n, d) => {
    return Math.floor((n + 2 * c.padding[d]! - c.dilation[d]! * (c.weight[d + 2]! - 1) - 1) / c.stride[d]!) + 1;
  });
  return [c.image[0]!, c.weight[0]!, ...spatial];
}

/** Calls `visit(output, input, weight)` with the flat indices of every product, straight from the definition. */
function products(c: Case, visit: (output: number, input: number, weight: number) => void): void {
  const out = outputShape(c);
  const unravel = (flat: number, shape: number[]): number[] => {
    const index = shape.map(() => 0);
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d] = flat % shape[d]!;
      flat = Math.floor(flat / shape[d]!);
    }
    return index;
  };
  const perGroup = c.weight[0]! / c.groups;
  for (let o = 0; o < numelOf(out); o++) {
    const [n, channel, ...position] = unravel(o, out) as [number, number, ...number[]];
    for (let t = 0; t < numelOf(c.weight.slice(1)); t++) {
      const [inner, ...tap] = unravel(t, c.weight.slice(1)) as [number, ...number[]];
      let at = n * c.image[1]! + Math.floor(channel / perGroup) * c.weight[1]! + inner;
      const inside = position.every((p, d) => {
        const x = p * c.stride[d]! - c.padding[d]! + tap[d]! * c.dilation[d]!;
        at = at * c.image[d + 2]! + x;
        return x >= 0 && x < c.image[d + 2]!;
      });
      if (inside) visit(o, at, channel * numelOf(c.weight.slice(1)) + t);
    }
  }
}

function expectClose(actual: ArrayLike<number>, expected: number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i]! - value)), 0);
  expect(worst).toBeLessThanOrEqual(tolerance);
}

describe.each(cases)("convolution of $image with $weight", (c) => {
  const out = outputShape(c);
  const x = wave(numelOf(c.image));
  const w = wave(numelOf(c.weight), 1);
  const g = wave(numelOf(out), 2);
  const b = wave(c.weight[0]!, 3);

  it.each([
    [float32, 1e-5],
    [float64, 1e-12],
    [float16, 4e-2],
    [bfloat16, 3e-1],
  ] as const)("matches the definition in %s", (dtype, tolerance) => {
    const read = (view: ReturnType<typeof viewOf>): number[] => [...denseValues(view)];
    const input = viewOf(c.image, x, dtype);
    const weight = viewOf(c.weight, w, dtype);
    const grad = viewOf(out, g, dtype);
    const bias = viewOf([c.weight[0]!], b, dtype);
    const [xs, ws, gs, bs] = [read(input), read(weight), read(grad), read(bias)];

    const plane = numelOf(out.slice(2));
    const y = g.map((_, i) => bs[Math.floor(i / plane) % bs.length]!);
    const gx = x.map(() => 0);
    const gw = w.map(() => 0);
    products(c, (o, i, t) => {
      y[o]! += xs[i]! * ws[t]!;
      gx[i]! += gs[o]! * ws[t]!;
      gw[t]! += gs[o]! * xs[i]!;
    });
    const scale = Math.max(1, ...y.map(Math.abs), ...gx.map(Math.abs), ...gw.map(Math.abs));

    for (const wrap of [(v: typeof input) => v, scattered]) {
      const result = viewOf(out, undefined, dtype);
      convForward(result, wrap(input), wrap(weight), wrap(bias), c);
      expectClose(read(result), y, tolerance * scale);
      const gradInput = viewOf(c.image, undefined, dtype);
      convBackwardInput(gradInput, wrap(grad), wrap(weight), c);
      expectClose(read(gradInput), gx, tolerance * scale);
      const gradWeight = viewOf(c.weight, undefined, dtype);
      convBackwardWeight(gradWeight, wrap(grad), wrap(input), c);
      expectClose(read(gradWeight), gw, tolerance * scale);
    }
  });
});

const plain: ConvParams = { stride: [1], padding: [0], dilation: [1], groups: 1 };

describe("convolution of other dtypes", () => {
  it("wraps integers", () => {
    const big = 2n ** 62n;
    const out = viewOf([1, 1, 2], undefined, int64);
    convForward(
      out,
      viewOf([1, 1, 3], [big, 3n, -5n], int64),
      viewOf([1, 1, 2], [4n, 7n], int64),
      viewOf([1], [1n], int64),
      plain,
    );
    expect([...out.array]).toEqual([22n, -22n]);
    const transposed = viewOf([1, 1, 3], undefined, int64);
    convBackwardInput(transposed, viewOf([1, 1, 2], [big, 3n], int64), viewOf([1, 1, 2], [4n, 7n], int64), plain);
    expect([...transposed.array]).toEqual([0n, BigInt.asIntN(64, 7n * big + 12n), 21n]);
    const small = viewOf([1, 1, 1], undefined, int8);
    convForward(small, viewOf([1, 1, 2], [100, 100], int8), viewOf([1, 1, 2], [1, 1], int8), null, plain);
    expect(small.array[0]).toBe(-56);
  });

  it("multiplies complex numbers", () => {
    const input = viewOf([1, 1, 2], [new Complex(1, 2), new Complex(3, -1)], complex128);
    const weight = viewOf([1, 1, 1], [new Complex(0, 2)], complex128);
    const out = viewOf([1, 1, 2], undefined, complex128);
    convForward(out, input, weight, viewOf([1], [new Complex(10, 1)], complex128), plain);
    expect([...out.array]).toEqual([6, 3, 12, 7]);
    convBackwardInput(out, input, weight, plain);
    expect([...out.array]).toEqual([-4, 2, 2, 6]);
    const gradWeight = viewOf([1, 1, 1], undefined, complex128);
    convBackwardWeight(gradWeight, input, input, plain);
    expect([...gradWeight.array]).toEqual([5, -2]);
  });
});

describe("convBackwardInput as a transposed convolution", () => {
  it("matches PyTorch's conv_transpose1d with output padding and bias", () => {
    // F.conv_transpose1d(tensor([[[1., 2., 3.]]]), tensor([[[1., 10.]]]), tensor([0.5]), stride=3, output_padding=2)
    const out = viewOf([1, 1, 10]);
    const weight = viewOf([1, 1, 2], [1, 10]);
    convBackwardInput(out, viewOf([1, 1, 3], [1, 2, 3]), weight, { ...plain, stride: [3] }, viewOf([1], [0.5]));
    expect([...out.array]).toEqual([1.5, 10.5, 0.5, 2.5, 20.5, 0.5, 3.5, 30.5, 0.5, 0.5]);
  });
});
