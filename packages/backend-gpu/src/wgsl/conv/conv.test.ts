import { describe, expect, test } from "vitest";
import type { Plan } from "../kernel.ts";
import { onDevice, runPlan, sample } from "../testing.ts";
import { convolution, convolutionInput, convolutionWeight } from "./conv.ts";
import { type ConvSpec, type Triple, volume } from "./geometry.ts";

/** Calls with every product of the convolution: places in output, input and weight. */
function eachTerm(spec: ConvSpec, visit: (out: number, input: number, weight: number) => void): void {
  const { batch, groups, inChannels, outChannels, image, output, kernel, stride, padding, dilation } = spec;
  const [gc, gf] = [inChannels / groups, outChannels / groups];
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outChannels; o++) {
      for (let c = 0; c < gc; c++) {
        for (let position = 0; position < volume(output); position++) {
          for (let tap = 0; tap < volume(kernel); tap++) {
            const [at, of] = [split(position, output), split(tap, kernel)];
            const pixel = at.map((x, d) => x * stride[d]! - padding[d]! + of[d]! * dilation[d]!);
            if (pixel.some((x, d) => x < 0 || x >= image[d]!)) continue;
            const place = (pixel[0]! * image[1] + pixel[1]!) * image[2] + pixel[2]!;
            const channel = Math.floor(o / gf) * gc + c;
            visit(
              (n * outChannels + o) * volume(output) + position,
              (n * inChannels + channel) * volume(image) + place,
              (o * gc + c) * volume(kernel) + tap,
            );
          }
        }
      }
    }
  }
}

function split(at: number, [, h, w]: Triple): number[] {
  return [Math.floor(at / (h * w)), Math.floor(at / w) % h, at % w];
}

const SPEC: ConvSpec = {
  type: "f32",
  batch: 2,
  groups: 1,
  inChannels: 5,
  outChannels: 6,
  image: [1, 9, 8],
  output: [1, 7, 6],
  kernel: [1, 3, 3],
  stride: [1, 1, 1],
  padding: [0, 0, 0],
  dilation: [1, 1, 1],
  bias: false,
  contiguousWeight: false,
};

function sized(changes: Partial<ConvSpec>): ConvSpec {
  const spec = { ...SPEC, ...changes };
  const output = spec.image.map((size, d) => {
    const reach = spec.dilation[d]! * (spec.kernel[d]! - 1) + 1;
    return Math.floor((size + 2 * spec.padding[d]! - reach) / spec.stride[d]!) + 1;
  });
  return { ...spec, output: output as unknown as Triple };
}

const CASES: Record<string, ConvSpec> = {
  plain: sized({}),
  "with a bias": sized({ bias: true }),
  "weights four at once": sized({ inChannels: 8, outChannels: 40, contiguousWeight: true, bias: true }),
  strided: sized({ stride: [1, 2, 3], padding: [0, 1, 2] }),
  dilated: sized({ dilation: [1, 2, 3], padding: [0, 2, 3], image: [1, 11, 12] }),
  grouped: sized({ groups: 2, inChannels: 12, outChannels: 10, padding: [0, 1, 1], bias: true }),
  depthwise: sized({ groups: 6, inChannels: 6, outChannels: 12, padding: [0, 1, 1], bias: true, stride: [1, 2, 2] }),
  "one channel": sized({ inChannels: 1, outChannels: 20 }),
  "1d": sized({ image: [1, 1, 33], kernel: [1, 1, 5], padding: [0, 0, 2], inChannels: 7 }),
  "3d": sized({ image: [5, 6, 7], kernel: [2, 3, 2], padding: [1, 1, 0], stride: [2, 1, 1], inChannels: 5 }),
  pointwise: sized({ kernel: [1, 1, 1], inChannels: 20, outChannels: 33 }),
  "sums in parts": sized({ inChannels: 70, outChannels: 8, kernel: [1, 3, 3], image: [1, 5, 5], bias: true }),
  "many images": sized({ batch: 5, image: [1, 10, 10], outChannels: 33, inChannels: 9 }),
  integers: sized({ type: "i32", bias: true }),
};

describe.each(Object.entries(CASES))("%s", (_, spec) => {
  const numbers = (length: number, seed: number): number[] =>
    spec.type === "f32" ? sample(length, seed) : sample(length, seed).map((x) => Math.round(x * 9));
  const sizes = {
    input: spec.batch * spec.inChannels * volume(spec.image),
    weight: (spec.outChannels * spec.inChannels * volume(spec.kernel)) / spec.groups,
    grad: spec.batch * spec.outChannels * volume(spec.output),
  };
  const input = numbers(sizes.input, 1);
  const weight = numbers(sizes.weight, 2);
  const grad = numbers(sizes.grad, 3);

  async function check(
    device: GPUDevice,
    plan: Plan,
    inputs: Record<string, number[]>,
    right: Float64Array,
  ): Promise<void> {
    const { out } = await runPlan(device, plan, inputs, { out: right.length });
    expect(Math.max(...right.map((x, i) => Math.abs(x - out![i]!)))).toBeLessThan(1e-3);
  }

  test(
    "forward",
    onDevice(async (device) => {
      const bias = numbers(spec.outChannels, 4);
      const right = new Float64Array(sizes.grad).map((_, i) =>
        spec.bias ? bias[Math.floor(i / volume(spec.output)) % spec.outChannels]! : 0,
      );
      eachTerm(spec, (o, i, w) => (right[o]! += input[i]! * weight[w]!));
      await check(device, convolution(spec), { input, weight, ...(spec.bias && { bias }) }, right);
    }),
  );

  test(
    "gradient for the input",
    onDevice(async (device) => {
      const bias = numbers(spec.inChannels, 4);
      const right = new Float64Array(sizes.input).map((_, i) =>
        spec.bias ? bias[Math.floor(i / volume(spec.image)) % spec.inChannels]! : 0,
      );
      eachTerm(spec, (o, i, w) => (right[i]! += grad[o]! * weight[w]!));
      await check(device, convolutionInput(spec), { grad, weight, ...(spec.bias && { bias }) }, right);
    }),
  );

  test(
    "gradient for the weight",
    onDevice(async (device) => {
      const right = new Float64Array(sizes.weight);
      eachTerm(spec, (o, i, w) => (right[w]! += grad[o]! * input[i]!));
      await check(device, convolutionWeight(spec), { grad, input }, right);
    }),
  );
});
