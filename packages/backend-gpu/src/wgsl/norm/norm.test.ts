import { describe, expect, test } from "vitest";
import type { Kernel, Plan } from "../kernel.ts";
import { onDevice, runPlan, sample } from "../testing.ts";
import { batchNormBackward, batchNormEval, type BatchNormSpec, batchNormTrain } from "./batch_norm.ts";
import { type NormSpec, rowNorm, rowNormInput, rowNormParameters } from "./layer_norm.ts";
import { softmax, softmaxBackward } from "./softmax.ts";

type Values = readonly number[];

const sum = (x: Values): number => x.reduce((a, b) => a + b, 0);
const mean = (x: Values): number => sum(x) / x.length;

/** Runs a plan and compares what it gives. */
async function check(
  device: GPUDevice,
  plan: Plan | Kernel,
  inputs: Record<string, Values>,
  right: Record<string, Values>,
): Promise<void> {
  const lengths = Object.fromEntries(Object.entries(right).map(([name, values]) => [name, values.length]));
  const results = await runPlan(device, plan, inputs, lengths);
  for (const [name, values] of Object.entries(right)) {
    values.forEach((x, i) => {
      const difference = Math.abs(results[name]![i]! - x) / Math.max(1, Math.abs(x));
      if (!(difference < 2e-5) && !Object.is(results[name]![i], x)) expect(results[name]![i], `${name} ${i}`).toBe(x);
    });
  }
}

/** Applies `row` to lines along the middle of [outer, length, inner]. */
function alongLines(
  [outer, length, inner]: readonly [number, number, number],
  inputs: readonly Values[],
  row: (...lines: number[][]) => number[],
): number[] {
  const out = Array.from({ length: outer * length * inner }, () => 0);
  for (let i = 0; i < outer * inner; i++) {
    const at = (k: number): number => Math.floor(i / inner) * length * inner + (i % inner) + k * inner;
    const lines = inputs.map((x) => Array.from({ length }, (_, k) => x[at(k)]!));
    row(...lines).forEach((value, k) => (out[at(k)] = value));
  }
  return out;
}

const softmaxOf = (x: Values): number[] => {
  const top = Math.max(...x);
  const e = x.map((v) => Math.exp(v - top));
  return e.map((v) => v / sum(e));
};

describe.each([
  [3, 5, 1],
  [2, 65, 3],
  [7, 129, 1],
  [2, 600, 1],
] as const)("softmax of [%i, %i, %i]", (outer, length, inner) => {
  const x = sample(outer * length * inner).map((v) => 4 * v);
  const grad = sample(x.length, 2);
  const shape = [outer, length, inner] as const;
  for (const log of [false, true]) {
    test(
      `log ${log}`,
      onDevice(async (device) => {
        const spec = { log, outer, length, inner };
        const result = alongLines(shape, [x], (v) => softmaxOf(v).map((y) => (log ? Math.log(y) : y)));
        await check(device, softmax(spec), { x }, { out: result });
        const out = alongLines(shape, [grad, result], (g, y) =>
          g.map((v, k) => (log ? v - Math.exp(y[k]!) * sum(g) : y[k]! * (v - sum(g.map((w, j) => w * y[j]!))))),
        );
        await check(device, softmaxBackward(spec), { grad, result }, { out });
      }),
    );
  }
});

test(
  "softmax of what is not finite",
  onDevice(async (device) => {
    const row = { log: false, outer: 1, length: 3, inner: 1 };
    const { NaN: nan, NEGATIVE_INFINITY: low, POSITIVE_INFINITY: high } = Number;
    await check(device, softmax(row), { x: [low, 0, low] }, { out: [0, 1, 0] });
    await check(device, softmax(row), { x: [low, low, low] }, { out: [nan, nan, nan] });
    await check(device, softmax(row), { x: [0, nan, 1] }, { out: [nan, nan, nan] });
    await check(device, softmax(row), { x: [0, high, 1] }, { out: [nan, nan, nan] });
    await check(device, softmax({ ...row, log: true }), { x: [low, 0, low] }, { out: [low, 0, low] });
  }),
);

const NORMS: Record<string, NormSpec> = {
  "layers, short": { kind: "mean", rows: 5, length: 7, run: 1, parameters: 7, weight: true, bias: true },
  "layers, many": { kind: "mean", rows: 130, length: 33, run: 1, parameters: 33, weight: true, bias: true },
  "layers, long": { kind: "mean", rows: 3, length: 700, run: 1, parameters: 700, weight: false, bias: false },
  groups: { kind: "mean", rows: 6, length: 20, run: 10, parameters: 6, weight: true, bias: true },
  "root mean square": { kind: "rms", rows: 9, length: 65, run: 1, parameters: 65, weight: true, bias: false },
};

describe.each(Object.entries(NORMS))("%s", (_, spec) => {
  const { kind, rows, length, run, parameters } = spec;
  const count = rows * length;
  const x = sample(count).map((v) => v + 3);
  const grad = sample(count, 2);
  const weight = sample(parameters, 3);
  const bias = sample(parameters, 4);
  const eps = 1e-3;
  const parameter = (i: number): number => Math.floor(i / run) % parameters;
  const row = (i: number): number => Math.floor(i / length);
  const line = (r: number, values: Values): Values => values.slice(r * length, (r + 1) * length);
  const all = Array.from({ length: rows }, (_unused, r) => r);
  const means = all.map((r) => (kind === "rms" ? 0 : mean(line(r, x))));
  const rstds = all.map((r) => 1 / Math.sqrt(mean(line(r, x).map((v) => (v - means[r]!) ** 2)) + eps));
  const normal = x.map((v, i) => (v - means[row(i)]!) * rstds[row(i)]!);
  const affine = { ...(spec.weight && { weight }), ...(spec.bias && { bias }) };
  const w = (i: number): number => (spec.weight ? weight[parameter(i)]! : 1);
  const statistics = { ...(kind === "mean" && { mean: means }), rstd: rstds };

  test(
    "forward",
    onDevice(async (device) => {
      const out = normal.map((v, i) => v * w(i) + (spec.bias ? bias[parameter(i)]! : 0));
      await check(device, rowNorm(spec, eps), { x, ...affine }, { out, ...statistics });
    }),
  );

  test(
    "backward",
    onDevice(async (device) => {
      const scaled = grad.map((g, i) => g * w(i));
      const out = scaled.map((g, i) => {
        const [s, y] = [line(row(i), scaled), line(row(i), normal)];
        const level = kind === "rms" ? 0 : mean(s);
        return rstds[row(i)]! * (g - level - normal[i]! * mean(s.map((v, k) => v * y[k]!)));
      });
      const inputs = { grad, x, ...statistics };
      await check(device, rowNormInput(spec), { ...inputs, ...(spec.weight && { weight }) }, { out });
      const grad_weight = weight.map(() => 0);
      const grad_bias = weight.map(() => 0);
      grad.forEach((g, i) => {
        grad_weight[parameter(i)]! += g * normal[i]!;
        grad_bias[parameter(i)]! += g;
      });
      await check(device, rowNormParameters(spec), inputs, { grad_weight, ...(kind === "mean" && { grad_bias }) });
    }),
  );
});

describe.each([
  [3, 4, 5],
  [2, 65, 1],
  [9, 3, 700],
] as const)("batch norm of [%i, %i, %i]", (batch, channels, plane) => {
  const spec: BatchNormSpec = { batch, channels, plane, weight: true, bias: true };
  const count = batch * channels * plane;
  const x = sample(count).map((v) => v + 3);
  const grad = sample(count, 2);
  const weight = sample(channels, 3);
  const bias = sample(channels, 4);
  const eps = 1e-3;
  const channel = (i: number): number => Math.floor(i / plane) % channels;
  const of = (c: number, values: Values): Values => values.filter((_, i) => channel(i) === c);
  const all = Array.from({ length: channels }, (_, c) => c);
  const means = all.map((c) => mean(of(c, x)));
  const biased = all.map((c) => mean(of(c, x).map((v) => (v - means[c]!) ** 2)));
  const invstd = biased.map((v) => 1 / Math.sqrt(v + eps));
  const n = batch * plane;

  test(
    "forward",
    onDevice(async (device) => {
      const out = x.map(
        (v, i) => (v - means[channel(i)]!) * invstd[channel(i)]! * weight[channel(i)]! + bias[channel(i)]!,
      );
      const variance = biased.map((v) => (v * n) / (n - 1));
      await check(device, batchNormTrain(spec, eps), { x, weight, bias }, { out, mean: means, invstd, variance });
      const running = { running_mean: means, running_var: biased };
      await check(device, batchNormEval(spec, eps), { x, weight, bias, ...running }, { out });
      const plain = { ...spec, weight: false, bias: false };
      const unscaled = x.map((v, i) => (v - means[channel(i)]!) * invstd[channel(i)]!);
      await check(device, batchNormEval(plain, eps), { x, ...running }, { out: unscaled });
    }),
  );

  test(
    "backward",
    onDevice(async (device) => {
      const centred = x.map((v, i) => v - means[channel(i)]!);
      const grad_bias = all.map((c) => sum(of(c, grad)));
      const products = grad.map((g, i) => g * centred[i]!);
      const dot = all.map((c) => sum(of(c, products)));
      const grad_weight = dot.map((v, c) => v * invstd[c]!);
      const given = { grad, x, weight, mean: means };
      const training = grad.map((g, i) => {
        const c = channel(i);
        return (g - grad_bias[c]! / n - (centred[i]! * invstd[c]! ** 2 * dot[c]!) / n) * invstd[c]! * weight[c]!;
      });
      const results = { grad_weight, grad_bias };
      await check(
        device,
        batchNormBackward(spec, true, eps),
        { ...given, spread: invstd },
        { ...results, out: training },
      );
      const fixed = grad.map((g, i) => g * invstd[channel(i)]! * weight[channel(i)]!);
      await check(
        device,
        batchNormBackward(spec, false, eps),
        { ...given, spread: biased },
        { ...results, out: fixed },
      );
    }),
  );
});
