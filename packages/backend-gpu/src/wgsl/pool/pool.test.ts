import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { avgPool, avgPoolBackward, type Divisor } from "./avg_pool.ts";
import { maxPool, maxPoolBackward } from "./max_pool.ts";
import { type PoolSpec, type Triple, volume } from "./windows.ts";

const ONE: Triple = [1, 1, 1];
const NONE: Triple = [0, 0, 0];

const SPECS: Record<string, PoolSpec> = {
  "2 by 2": {
    planes: 6,
    image: [1, 8, 6],
    output: [1, 4, 3],
    sliding: { kernel: [1, 2, 2], stride: [1, 2, 2], padding: NONE, dilation: ONE },
  },
  "overlapping, padded": {
    planes: 3,
    image: [1, 9, 10],
    output: [1, 5, 5],
    sliding: { kernel: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1], dilation: ONE },
  },
  "beyond the edge": {
    planes: 2,
    image: [1, 1, 10],
    output: [1, 1, 4],
    sliding: { kernel: [1, 1, 3], stride: [1, 1, 3], padding: [0, 0, 1], dilation: ONE },
  },
  "3d": {
    planes: 2,
    image: [4, 5, 6],
    output: [3, 4, 3],
    sliding: { kernel: [2, 2, 2], stride: [1, 1, 2], padding: NONE, dilation: ONE },
  },
  adaptive: { planes: 5, image: [1, 7, 10], output: [1, 3, 4], sliding: null },
  "adaptive to more": { planes: 2, image: [1, 3, 2], output: [1, 5, 4], sliding: null },
};

const DILATED: PoolSpec = {
  planes: 2,
  image: [1, 9, 9],
  output: [1, 4, 3],
  sliding: { kernel: [1, 2, 3], stride: [1, 2, 2], padding: [0, 0, 1], dilation: [1, 2, 3] },
};

/** The pixels of every window along a dimension, and its length with the padding. */
function along(spec: PoolSpec, d: 0 | 1 | 2, o: number): { pixels: number[]; padded: number } {
  const size = spec.image[d];
  if (spec.sliding === null) {
    const begin = Math.floor((o * size) / spec.output[d]);
    const end = Math.ceil(((o + 1) * size) / spec.output[d]);
    return { pixels: Array.from({ length: end - begin }, (_, i) => begin + i), padded: end - begin };
  }
  const { kernel, stride, padding, dilation } = spec.sliding;
  const start = o * stride[d] - padding[d];
  const all = Array.from({ length: kernel[d] }, (_, i) => start + i * dilation[d]);
  const padded = all.filter((x) => x < size + padding[d]).length;
  return { pixels: all.filter((x) => x >= 0 && x < size), padded };
}

/** The pixels of a window, flat in its plane. */
function pixelsOf(spec: PoolSpec, window: number): { pixels: number[]; padded: number } {
  const [, h, w] = spec.output;
  const [z, y, x] = [0, 1, 2].map((d) =>
    along(spec, d as 0, [Math.floor(window / (h * w)), Math.floor(window / w) % h, window % w][d]!),
  ) as [ReturnType<typeof along>, ReturnType<typeof along>, ReturnType<typeof along>];
  const pixels: number[] = [];
  for (const k of z.pixels)
    for (const j of y.pixels) for (const i of x.pixels) pixels.push((k * spec.image[1] + j) * spec.image[2] + i);
  return { pixels, padded: z.padded * y.padded * x.padded };
}

function expectClose(values: ArrayLike<number>, right: readonly number[]): void {
  expect(Math.max(...right.map((x, i) => Math.abs(x - values[i]!)))).toBeLessThan(1e-5);
}

describe.each(Object.entries({ ...SPECS, dilated: DILATED }))("max pool, %s", (_, spec) => {
  const [image, windows] = [volume(spec.image), volume(spec.output)];
  const x = sample(spec.planes * image);
  x[3] = Number.NaN;
  const out: number[] = [];
  const indices: number[] = [];
  for (let plane = 0; plane < spec.planes; plane++) {
    for (let window = 0; window < windows; window++) {
      const { pixels } = pixelsOf(spec, window);
      const values = pixels.map((at) => x[plane * image + at]!);
      const best = Math.max(...values);
      out.push(best);
      indices.push(pixels[Number.isNaN(best) ? values.findIndex(Number.isNaN) : values.indexOf(best)]!);
    }
  }
  test(
    "forward",
    onDevice(async (device) => {
      const count = spec.planes * windows;
      const results = await runPlan(device, maxPool(spec, "f32"), { x }, { out: count, indices: count });
      expect([...results["out"]!]).toEqual(out.map(Math.fround));
      expect([...results["indices"]!]).toEqual(indices);
    }),
  );
  test(
    "backward",
    onDevice(async (device) => {
      const grad = sample(out.length, 2);
      const right = x.map(() => 0);
      grad.forEach((g, i) => (right[Math.floor(i / windows) * image + indices[i]!]! += g));
      const plan = maxPoolBackward(spec.planes, windows, image);
      expectClose((await runPlan(device, plan, { grad, indices }, { out: x.length }))["out"]!, right);
    }),
  );
});

describe.each(Object.entries(SPECS))("average pool, %s", (_, spec) => {
  const [image, windows] = [volume(spec.image), volume(spec.output)];
  const x = sample(spec.planes * image);
  const grad = sample(spec.planes * windows, 2);
  const divisors: Divisor[] = [
    { count_include_pad: false, override: null },
    { count_include_pad: true, override: null },
    { count_include_pad: false, override: 3 },
  ];
  test(
    "forward and backward",
    onDevice(async (device) => {
      for (const divisor of divisors) {
        const out: number[] = [];
        const back = x.map(() => 0);
        grad.forEach((g, i) => {
          const { pixels, padded } = pixelsOf(spec, i % windows);
          const base = Math.floor(i / windows) * image;
          const by = divisor.override ?? (divisor.count_include_pad ? padded : pixels.length);
          out.push(pixels.reduce((sum, at) => sum + x[base + at]!, 0) / by);
          for (const at of pixels) back[base + at]! += g / by;
        });
        expectClose((await runPlan(device, avgPool(spec, divisor), { x }, { out: out.length }))["out"]!, out);
        expectClose((await runPlan(device, avgPoolBackward(spec, divisor), { grad }, { out: x.length }))["out"]!, back);
      }
    }),
  );
});
