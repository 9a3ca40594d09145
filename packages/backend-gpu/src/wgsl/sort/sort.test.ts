import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { sort, type SortSpec } from "./sort.ts";

const SHAPES = [
  [1, 1, 1],
  [3, 5, 1],
  [2, 65, 3],
  [2, 1000, 1],
  [2, 1025, 2],
  [1, 5000, 1],
] as const;

/** Positions of a row in order; NaN is the greatest. */
function order(row: readonly number[], descending: boolean): number[] {
  const less = (a: number, b: number): number => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a - b;
  };
  return row.map((_, i) => i).sort((i, j) => (descending ? less(row[j]!, row[i]!) : less(row[i]!, row[j]!)) || i - j);
}

async function check(device: GPUDevice, spec: SortSpec, x: readonly number[]): Promise<void> {
  const { outer, length, inner, count, first, descending } = spec;
  const out: number[] = new Array<number>(outer * count * inner).fill(0);
  const indices = [...out];
  for (let row = 0; row < outer * inner; row++) {
    const at = (size: number, i: number): number => (Math.floor(row / inner) * size + i) * inner + (row % inner);
    const values = Array.from({ length }, (_, i) => x[at(length, i)]!);
    order(values, descending)
      .slice(first, first + count)
      .forEach((place, i) => {
        out[at(count, i)] = values[place]!;
        indices[at(count, i)] = place;
      });
  }
  const results = await runPlan(device, sort(spec), { x }, { out: out.length, indices: out.length });
  expect([...results["out"]!]).toEqual(out.map((v) => (spec.type === "f32" ? Math.fround(v) : v + 0)));
  expect([...results["indices"]!]).toEqual(indices);
}

describe.each(SHAPES)("[%i, %i, %i]", (outer, length, inner) => {
  for (const descending of [false, true]) {
    test(
      `descending ${descending}`,
      onDevice(async (device) => {
        const spec: SortSpec = { type: "f32", outer, length, inner, descending, count: length, first: 0 };
        const x = sample(outer * length * inner);
        await check(device, spec, x);
        await check(device, { ...spec, count: Math.ceil(length / 3), first: Math.floor(length / 2) }, x);
        x[0] = Number.NaN;
        x[x.length >> 1] = Number.NEGATIVE_INFINITY;
        x[x.length - 1] = Number.POSITIVE_INFINITY;
        await check(device, spec, x);
        await check(
          device,
          { ...spec, type: "i32" },
          sample(x.length).map((v) => Math.round(v * 20)),
        );
      }),
    );
  }
});

test(
  "zeros are equal, whatever their sign",
  onDevice(async (device) => {
    const spec = { type: "f32", outer: 1, length: 4, inner: 1, count: 4, first: 0 } as const;
    const { indices } = await runPlan(
      device,
      sort({ ...spec, descending: false }),
      { x: [0, -0, 0, -0] },
      { out: 4, indices: 4 },
    );
    expect([...indices!]).toEqual([0, 1, 2, 3]);
  }),
);
