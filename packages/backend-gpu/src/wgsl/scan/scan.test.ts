import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { scan, type ScanKind, type ScanSpec } from "./scan.ts";

const SHAPES = [
  [2, 5, 3],
  [3, 65, 1],
  [2, 129, 7],
  [1, 3000, 1],
  [1, 20_000, 1],
] as const;

function joined(kind: ScanKind, a: number, b: number): number {
  if (kind === "sum") return a + b;
  if (kind === "prod") return a * b;
  if (kind === "logsumexp") return Math.max(a, b) + Math.log1p(Math.exp(Math.min(a, b) - Math.max(a, b)));
  return Math[kind](a, b);
}

describe.each(["sum", "prod", "logsumexp", "max", "min"] as const)("%s", (kind) => {
  test(
    "float32",
    onDevice(async (device) => {
      for (const [outer, length, inner] of SHAPES) {
        const count = outer * length * inner;
        const x = sample(count).map((v) => Math.fround(kind === "prod" ? 1 + v / 4096 : v));
        const right = [...x];
        const at = x.map((_, i) => Math.floor(i / inner) % length);
        for (let i = 0; i < count; i++) {
          if (at[i] === 0) continue;
          right[i] = joined(kind, right[i - inner]!, x[i]!);
          if (right[i] !== x[i]) at[i] = at[i - inner]!;
        }
        const spec: ScanSpec = { kind, type: "f32", accumulate: "f32", outer, length, inner };
        const extreme = kind === "max" || kind === "min";
        const results = await runPlan(device, scan(spec), { x }, { out: count, ...(extreme && { indices: count }) });
        const error = right.map((v, i) => Math.abs(v - results["out"]![i]!) / Math.max(1, Math.abs(v)));
        expect(Math.max(...error)).toBeLessThan(2e-4);
        if (extreme) expect([...results["indices"]!]).toEqual(at);
      }
    }),
  );
});

test(
  "int32 sums",
  onDevice(async (device) => {
    const x = sample(300).map((v) => Math.round(v * 1e8));
    const spec = { kind: "sum", type: "i32", accumulate: "i32", outer: 1, length: 300, inner: 1 } as const;
    let sum = 0;
    const right = x.map((v) => (sum = (sum + v) | 0));
    expect([...(await runPlan(device, scan(spec), { x }, { out: 300 }))["out"]!]).toEqual(right);
  }),
);

test(
  "NaN stays",
  onDevice(async (device) => {
    const x = [1, Number.NaN, 3, Number.NaN, 0];
    for (const length of [5, 40]) {
      const long = [...x, ...sample(length - 5)];
      const spec = { kind: "max", type: "f32", accumulate: "f32", outer: 1, length, inner: 1 } as const;
      const { out, indices } = await runPlan(device, scan(spec), { x: long }, { out: length, indices: length });
      expect([...out!].slice(0, 5)).toEqual([1, ...[1, 2, 3, 4].map(() => Number.NaN)]);
      expect([...indices!].slice(0, 5)).toEqual([0, 1, 1, 3, 3]);
    }
  }),
);
