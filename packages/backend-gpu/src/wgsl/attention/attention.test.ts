import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { attention, attentionBackward } from "./attention.ts";
import type { AttentionSpec } from "./tiles.ts";

const SPECS: Record<string, AttentionSpec> = {
  small: { heads: 2, m: 5, n: 7, width: 3, depth: 4, mask: "none", causal: false },
  "several blocks": { heads: 2, m: 65, n: 70, width: 20, depth: 24, mask: "none", causal: false },
  causal: { heads: 3, m: 40, n: 40, width: 16, depth: 16, mask: "none", causal: true },
  "causal, more keys": { heads: 1, m: 33, n: 50, width: 8, depth: 9, mask: "none", causal: true },
  "a mask": { heads: 2, m: 33, n: 34, width: 8, depth: 8, mask: "bool", causal: false },
  "an additive mask": { heads: 2, m: 10, n: 34, width: 8, depth: 8, mask: "additive", causal: false },
};

function expectClose(name: string, values: ArrayLike<number>, right: readonly number[]): void {
  const error = Math.max(...right.map((x, i) => Math.abs(x - values[i]!)));
  if (!(error < 2e-5)) expect({ name, error }).toBeNull();
}

describe.each(Object.entries(SPECS))("%s", (_, spec) => {
  const { heads, m, n, width, depth } = spec;
  const scale = 1 / Math.sqrt(width);
  const query = sample(heads * m * width, 1);
  const key = sample(heads * n * width, 2);
  const value = sample(heads * n * depth, 3);
  const grad = sample(heads * m * depth, 4);
  const mask = sample(heads * m * n, 5).map((v, i) => (spec.mask === "bool" ? Number(v > 0 || i % n === 0) : v));
  const out: number[] = [];
  const grads = { grad_query: query.map(() => 0), grad_key: key.map(() => 0), grad_value: value.map(() => 0) };
  for (let row = 0; row < heads * m; row++) {
    const [h, i] = [Math.floor(row / m), row % m];
    const scores = Array.from({ length: n }, (_unused, j) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += query[row * width + d]! * key[(h * n + j) * width + d]!;
      const entry = mask[row * n + j]!;
      if ((spec.causal && j > i) || (spec.mask === "bool" && entry === 0)) return -Infinity;
      return sum * scale + (spec.mask === "additive" ? entry : 0);
    });
    const e = scores.map((s) => Math.exp(s - Math.max(...scores)));
    const weights = e.map((v) => v / e.reduce((a, b) => a + b));
    for (let d = 0; d < depth; d++)
      out.push(weights.reduce((sum, w, j) => sum + w * value[(h * n + j) * depth + d]!, 0));
    const toward = weights.map((_unused, j) => {
      let sum = 0;
      for (let d = 0; d < depth; d++) sum += grad[row * depth + d]! * value[(h * n + j) * depth + d]!;
      return sum;
    });
    const level = weights.reduce((sum, w, j) => sum + w * toward[j]!, 0);
    weights.forEach((w, j) => {
      const slope = w * (toward[j]! - level) * scale;
      for (let d = 0; d < width; d++) {
        grads.grad_query[row * width + d]! += slope * key[(h * n + j) * width + d]!;
        grads.grad_key[(h * n + j) * width + d]! += slope * query[row * width + d]!;
      }
      for (let d = 0; d < depth; d++) grads.grad_value[(h * n + j) * depth + d]! += w * grad[row * depth + d]!;
    });
  }

  test(
    "forward and backward",
    onDevice(async (device) => {
      const given = { query, key, value, ...(spec.mask !== "none" && { mask }) };
      const sizes = { out: out.length, shifts: 2 * heads * m };
      const forward = await runPlan(device, attention(spec, scale), given, sizes);
      expectClose("out", forward["out"]!, out);
      const { shifts } = forward as { shifts: Float32Array<ArrayBuffer> };
      const back = { query: query.length, key: key.length, value: value.length };
      const lengths = Object.fromEntries(Object.entries(back).map(([name, length]) => [`grad_${name}`, length]));
      const inputs = { ...given, grad, result: out, shifts };
      const results = await runPlan(device, attentionBackward(spec, scale), inputs, lengths);
      for (const [name, right] of Object.entries(grads)) expectClose(name, results[name]!, right);
    }),
  );
});

test(
  "nothing to attend to",
  onDevice(async (device) => {
    const spec: AttentionSpec = { heads: 1, m: 2, n: 2, width: 1, depth: 1, mask: "bool", causal: false };
    const inputs = { query: [1, 1], key: [1, 2], value: [3, 4], mask: [0, 0, 1, 0] };
    const { out } = await runPlan(device, attention(spec, 1), inputs, { out: 2, shifts: 4 });
    expect([...out!]).toEqual([Number.NaN, 3]);
  }),
);
