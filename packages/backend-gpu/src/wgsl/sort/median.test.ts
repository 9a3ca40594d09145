import { expect, test } from "vitest";
import { onDevice, runPlan } from "../testing.ts";
import { median } from "./median.ts";

const { NaN: nan } = Number;

test(
  "medians of rows with and without NaN",
  onDevice(async (device) => {
    const rows = [
      [5, 1, 4, 2],
      [3, nan, 1, nan],
      [nan, nan, nan, nan],
      [7, 7, 7, 7],
    ];
    const spec = { type: "f32", outer: 4, length: 4, inner: 1 } as const;
    const lengths = { out: 4, indices: 4 };
    const all = await runPlan(device, median({ ...spec, ignoreNan: false }), { x: rows.flat() }, lengths);
    expect([...all["out"]!]).toEqual([2, nan, nan, 7]);
    expect([...all["indices"]!]).toEqual([3, 1, 0, 1]);
    const numbers = await runPlan(device, median({ ...spec, ignoreNan: true }), { x: rows.flat() }, lengths);
    expect([...numbers["out"]!]).toEqual([2, 1, nan, 7]);
    expect([...numbers["indices"]!]).toEqual([3, 2, 0, 1]);
    const columns = await runPlan(
      device,
      median({ type: "i32", outer: 1, length: 3, inner: 2, ignoreNan: false }),
      { x: [5, -1, 2, 8, 9, 0] },
      { out: 2, indices: 2 },
    );
    expect([...columns["out"]!]).toEqual([5, 0]);
    expect([...columns["indices"]!]).toEqual([0, 2]);
  }),
);
