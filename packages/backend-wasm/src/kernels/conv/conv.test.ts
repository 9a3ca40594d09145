import {
  bfloat16,
  Complex,
  complex128,
  complex64,
  findBackend,
  float16,
  float64,
  int16,
  int32,
  int64,
  int8,
  manual_seed,
  rand,
  randint,
  type Tensor,
  uint8,
} from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSame, install } from "../../testing.ts";

beforeAll(async () => {
  await install();
  manual_seed(0);
});

interface Case {
  readonly input: readonly number[];
  readonly weight: readonly number[];
  readonly stride?: readonly number[];
  readonly padding?: readonly number[];
  readonly dilation?: readonly number[];
  readonly transposed?: boolean;
  readonly output_padding?: readonly number[];
  readonly groups?: number;
}

const CASES: Readonly<Record<string, Case>> = {
  "5x5 without padding": { input: [3, 1, 28, 28], weight: [10, 1, 5, 5] },
  "3x3 with padding": { input: [2, 19, 15, 17], weight: [23, 19, 3, 3], padding: [1, 1] },
  pointwise: { input: [2, 300, 9, 9], weight: [31, 300, 1, 1] },
  "stride 2": { input: [2, 8, 21, 20], weight: [12, 8, 3, 3], stride: [2, 2], padding: [1, 1] },
  "pointwise with stride": { input: [2, 8, 21, 20], weight: [12, 8, 1, 1], stride: [2, 3] },
  "dilation and groups": { input: [2, 8, 20, 19], weight: [12, 4, 3, 2], padding: [2, 1], dilation: [2, 3], groups: 2 },
  "padding beyond the kernel": { input: [2, 3, 8, 9], weight: [4, 3, 2, 2], padding: [3, 2] },
  depthwise: { input: [2, 12, 14, 14], weight: [12, 1, 3, 3], padding: [1, 1], groups: 12 },
  "one dimension": { input: [2, 40, 101], weight: [30, 40, 7], stride: [3], padding: [2] },
  "three dimensions": { input: [2, 5, 7, 8, 9], weight: [6, 5, 3, 2, 3], stride: [1, 2, 1], padding: [1, 0, 2] },
  "three dimensions, stride 1": { input: [2, 5, 7, 8, 9], weight: [6, 5, 3, 2, 3], padding: [1, 1, 1] },
  transposed: {
    input: [2, 9, 11, 12],
    weight: [9, 7, 3, 3],
    stride: [2, 2],
    padding: [1, 1],
    transposed: true,
    output_padding: [1, 0],
  },
  "transposed, stride 1": { input: [2, 9, 11, 12], weight: [9, 7, 3, 3], padding: [1, 0], transposed: true },
};

describe.each(Object.entries(CASES))("%s", (_, shape) => {
  const rank = shape.input.length - 2;
  const fill = (value: number): number[] => new Array<number>(rank).fill(value);
  const geometry = [
    shape.stride ?? fill(1),
    shape.padding ?? fill(0),
    shape.dilation ?? fill(1),
    shape.transposed ?? false,
    shape.output_padding ?? fill(0),
    shape.groups ?? 1,
  ] as const;
  const forward = (x: Tensor, w: Tensor, b: Tensor | null): Tensor => callOp("convolution", x, w, b, ...geometry);
  const features = shape.transposed === true ? shape.weight[1]! * (shape.groups ?? 1) : shape.weight[0]!;
  const make = (): [Tensor, Tensor, Tensor] => [
    rand([...shape.input]).sub(0.5),
    rand([...shape.weight]).sub(0.5),
    rand(features),
  ];

  it("forward", () => {
    const [x, w, b] = make();
    expectSame([x, w, b], (x, w, b) => forward(x, w, b));
    expectSame([x, w], (x, w) => forward(x, w, null));
  });

  it("gradient of the input", () => {
    const [x, w] = make();
    const g = rand([...forward(x, w, null).shape]).sub(0.5);
    expectSame([g, w], (g, w) => callOp("_convolution_input_gradient", g, w, shape.input, ...geometry));
  });

  it("gradient of the weight", () => {
    const [x, w] = make();
    const g = rand([...forward(x, w, null).shape]).sub(0.5);
    expectSame([g, x], (g, x) => callOp("_convolution_weight_gradient", g, x, shape.weight, ...geometry));
  });
});

it.each([
  [float16, 1e-3],
  [bfloat16, 8e-3],
] as const)("%s is summed in float32, rounded once, and not the host's", (dtype, tolerance) => {
  const [x, w] = [rand(2, 64, 12, 12).sub(0.5).to(dtype), rand(8, 64, 3, 3).sub(0.5).to(dtype)];
  const geometry = [[1, 1], [1, 1], [1, 1], false, [0, 0], 1] as const;
  const host = findBackend("cpu").kernels as Record<string, unknown>;
  const own = host["convolution"];
  let hosted = false;
  host["convolution"] = () => {
    hosted = true;
  };
  try {
    const got = callOp("convolution", x.to("wasm"), w.to("wasm"), null, ...geometry);
    expect([hosted, got.dtype]).toEqual([false, dtype]);
    host["convolution"] = own;
    const want = callOp("convolution", x.double(), w.double(), null, ...geometry);
    expect(got.cpu().double().sub(want).abs().max().item()).toBeLessThan(tolerance * want.abs().max().item());
  } finally {
    host["convolution"] = own;
  }
});

describe.each([float64, complex64, complex128, int8, uint8, int16, int32, int64])("$name", (dtype) => {
  const draw = (...shape: number[]): Tensor =>
    dtype.is_floating_point || dtype.is_complex
      ? rand(shape)
          .sub(0.5)
          .to(dtype)
          .add(
            rand(shape)
              .to(dtype)
              .mul(dtype.is_complex ? new Complex(0, 1) : 1),
          )
      : randint(dtype === uint8 ? 0 : -9, 10, shape).to(dtype);

  it.each([
    [[2, 6, 13, 12], [8, 3, 3, 2], [2, 1], [1, 2], [1, 2], 2],
    [[3, 4, 40], [6, 4, 5], [1], [2], [1], 1],
    [[2, 3, 5, 6, 7], [4, 3, 2, 3, 2], [1, 2, 1], [1, 0, 1], [2, 1, 1], 1],
    [[2, 12, 9, 9], [7, 12, 1, 1], [1, 1], [0, 0], [1, 1], 1],
  ] as const)("%s by %s is not the host's", (input, weight, stride, padding, dilation, groups) => {
    const zeros = padding.map(() => 0);
    const [x, w] = [draw(...input), draw(...weight)];
    const b = draw(weight[0]);
    const forward = (x: Tensor, w: Tensor, b: Tensor): Tensor =>
      callOp("convolution", x, w, b, stride, padding, dilation, false, zeros, groups);
    const g = draw(...forward(x, w, b).shape);
    const b2 = draw(input[1]);
    const transposed = (g: Tensor, w: Tensor, b: Tensor): Tensor =>
      callOp("convolution", g, w, b, stride, padding, dilation, true, zeros, groups);
    const cases: [readonly Tensor[], (...all: Tensor[]) => Tensor][] = [
      [[x, w, b], forward],
      [[g, w, b2], transposed],
    ];
    if (dtype.is_floating_point || dtype.is_complex) {
      const geometry = [stride, padding, dilation, false, zeros, groups] as const;
      cases.push([[g, w], (g, w) => callOp("_convolution_input_gradient", g, w, input, ...geometry)]);
      cases.push([[g, x], (g, x) => callOp("_convolution_weight_gradient", g, x, weight, ...geometry)]);
    }
    for (const [operands, compute] of cases) {
      const want = compute(...operands);
      const host = findBackend("cpu").kernels as Record<string, unknown>;
      const names = ["convolution", "convolution_input", "convolution_weight"];
      const own = names.map((name) => host[name]);
      for (const name of names) host[name] = () => expect.unreachable(`${name} ran on the host`);
      let got: Tensor;
      try {
        got = compute(...operands.map((t) => t.to("wasm"))).cpu();
      } finally {
        names.forEach((name, i) => (host[name] = own[i]));
      }
      expect([got.dtype, got.shape]).toEqual([dtype, want.shape]);
      if (dtype.is_floating_point || dtype.is_complex) {
        const tolerance = dtype === complex64 ? 1e-5 : 1e-13;
        expect(got.sub(want).abs().max().item() / want.abs().max().item()).toBeLessThan(tolerance);
      } else expect(got.tolist()).toEqual(want.tolist());
    }
  });
});

it("agrees with the cpu for any geometry", () => {
  const draw = (low: number, high: number): number => randint(low, high + 1, [1]).item();
  const each = (rank: number, low: number, high: number): number[] =>
    Array.from({ length: rank }, () => draw(low, high));
  for (let i = 0; i < 60; i++) {
    const rank = draw(1, 3);
    const groups = draw(1, 3);
    const kernel = each(rank, 1, 4);
    const dilation = each(rank, 1, 2);
    const stride = each(rank, 1, 3);
    const padding = each(rank, 0, 3);
    const size = kernel.map((k, d) => (k - 1) * dilation[d]! + draw(1, rank === 3 ? 5 : 17));
    const [channels, outputs, batch] = [draw(1, 9), draw(1, 13), draw(1, 5)];
    const transposed = draw(0, 1) === 1;
    if (
      transposed &&
      size.some((n, d) => (n - 1) * stride[d]! + (kernel[d]! - 1) * dilation[d]! + 1 <= 2 * padding[d]!)
    )
      continue;
    const x = rand([batch, groups * channels, ...size]).sub(0.5);
    const shape = transposed ? [groups * channels, outputs, ...kernel] : [groups * outputs, channels, ...kernel];
    const w = rand(shape).sub(0.5);
    const b = rand(groups * outputs);
    const geometry = [stride, padding, dilation, transposed, each(rank, 0, 0), groups] as const;
    const g = rand([...callOp("convolution", x, w, b, ...geometry).shape]).sub(0.5);
    expectSame([x, w, b], (x, w, b) => callOp("convolution", x, w, b, ...geometry));
    expectSame([g, w], (g, w) => callOp("_convolution_input_gradient", g, w, x.shape, ...geometry));
    expectSame([g, x], (g, x) => callOp("_convolution_weight_gradient", g, x, shape, ...geometry));
  }
});

it("takes operands that are not dense", () => {
  expectSame([rand(20, 19, 3, 4), rand(3, 3, 3, 6)], (x, w) =>
    callOp("convolution", x.permute(3, 2, 0, 1), w.permute(3, 2, 0, 1), null, [1, 1], [1, 1], [1, 1], false, [0, 0], 1),
  );
});
