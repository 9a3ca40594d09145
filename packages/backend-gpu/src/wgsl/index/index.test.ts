import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { flattenIndices, gather } from "./gather.ts";
import { type Combine, scatter, type ScatterSpec } from "./scatter.ts";

const SHAPES = [
  [1, 5, 1, 7],
  [3, 4, 6, 2],
  [2, 65, 3, 129],
  [1, 10, 33, 20],
] as const;

/** Numbers from -size to size - 1. */
function indices(count: number, size: number): number[] {
  return sample(count, 9).map((x) => Math.floor((x / 4) * 2 * size));
}

describe.each(SHAPES)("[%i, %i, %i] and %i", (outer, size, inner, length) => {
  const x = sample(outer * size * inner);
  const src = sample(outer * length * inner, 2);
  for (const shared of [false, true]) {
    const index = indices(shared ? length : src.length, size);
    const target = (i: number): number => {
      const value = index[shared ? Math.floor(i / inner) % length : i]!;
      const at = value < 0 ? value + size : value;
      return (Math.floor(i / (length * inner)) * size + at) * inner + (i % inner);
    };

    test(
      `gather, shared ${shared}`,
      onDevice(async (device) => {
        const plan = gather({ type: "f32", outer, size, inner, length, shared });
        const { out } = await runPlan(device, plan, { x, index }, { out: src.length });
        expect([...out!]).toEqual(src.map((_, i) => x[target(i)]));
      }),
    );

    for (const self of ["counts", "replaced", "zeros"] as const) {
      test(
        `scatter, shared ${shared}, self ${self}`,
        onDevice(async (device) => {
          for (const combine of ["set", "sum", "prod", "mean", "amax", "amin"] as Combine[]) {
            const spec: ScatterSpec = { type: "f32", outer, size, inner, length, shared, combine, self };
            const sent = x.map((): number[] => []);
            src.forEach((v, i) => sent[target(i)]!.push(v));
            const right = x.map((v, i) => {
              const all = self === "counts" ? [v, ...sent[i]!] : sent[i]!;
              if (sent[i]!.length === 0) return self === "zeros" ? 0 : v;
              if (combine === "set") return all.at(-1)!;
              if (combine === "amax" || combine === "amin") return Math[combine === "amax" ? "max" : "min"](...all);
              const joined = all.reduce((a, b) => (combine === "prod" ? a * b : a + b));
              return combine === "mean" ? joined / all.length : joined;
            });
            const inputs = { index, src, ...(self !== "zeros" && { x }) };
            const { out } = await runPlan(device, scatter(spec), inputs, { out: x.length });
            right.forEach((v, i) => expect(Math.abs(out![i]! - v)).toBeLessThan(1e-5 * Math.max(1, Math.abs(v))));
          }
        }),
      );
    }
  }
});

test(
  "padding does not count, nor what is out of bounds",
  onDevice(async (device) => {
    const spec = {
      type: "f32",
      outer: 1,
      size: 3,
      inner: 2,
      length: 4,
      shared: true,
      combine: "sum",
      self: "zeros",
    } as const;
    const inputs = { index: [2, 1, 7, 2], src: [1, 2, 3, 4, 5, 6, 7, 8] };
    expect([...(await runPlan(device, scatter({ ...spec, skip: 1 }), inputs, { out: 6 }))["out"]!]).toEqual([
      0, 0, 0, 0, 8, 10,
    ]);
  }),
);

test(
  "integers",
  onDevice(async (device) => {
    const spec = {
      type: "i32",
      outer: 1,
      size: 2,
      inner: 1,
      length: 3,
      shared: true,
      combine: "mean",
      self: "zeros",
    } as const;
    const inputs = { index: [0, 0, 1], src: [-3, 0, 16_777_217] };
    expect([...(await runPlan(device, scatter(spec), inputs, { out: 2 }))["out"]!]).toEqual([-2, 16_777_217]);
  }),
);

test(
  "several index tensors",
  onDevice(async (device) => {
    const inputs = { index_0: [0, 1, -1, 5], index_1: [2, -1, 0, 0] };
    const { flat } = await runPlan(device, flattenIndices([2, 3], 4), inputs, { flat: 4 });
    expect([...flat!].slice(0, 3)).toEqual([2, 5, 3]);
    expect(flat![3]).toBeLessThan(-6);
  }),
);
