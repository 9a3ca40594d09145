import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import type { FoldKind } from "./fold.ts";
import { reduce, type ReduceSpec } from "./reduce.ts";

type Values = readonly number[];

const DIRECT: Record<FoldKind, (x: Values) => number> = {
  sum: (x) => x.reduce((a, b) => a + b, 0),
  prod: (x) => x.reduce((a, b) => a * b, 1),
  amax: (x) => Math.max(...x),
  amin: (x) => Math.min(...x),
  max: (x) => Math.max(...x),
  min: (x) => Math.min(...x),
  argmax: (x) => (x.some(Number.isNaN) ? x.findIndex(Number.isNaN) : x.indexOf(Math.max(...x))),
  argmin: (x) => (x.some(Number.isNaN) ? x.findIndex(Number.isNaN) : x.indexOf(Math.min(...x))),
  any: (x) => Number(x.some((v) => v !== 0)),
  all: (x) => Number(x.every((v) => v !== 0)),
  var: (x) => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    return x.reduce((a, b) => a + (b - mean) ** 2, 0) / (x.length - 1);
  },
};

function rows(x: Values, outer: number, length: number, inner: number): Values[] {
  return Array.from({ length: outer * inner }, (_, i) => {
    const start = Math.floor(i / inner) * length * inner + (i % inner);
    return Array.from({ length }, (_, at) => x[start + at * inner]!);
  });
}

async function run(device: GPUDevice, spec: ReduceSpec, x: Values): Promise<Record<string, number[]>> {
  const count = spec.outer * spec.inner;
  const indices = spec.kind === "max" || spec.kind === "min" ? { indices: count } : {};
  const results = await runPlan(device, reduce(spec), { x }, { out: count, ...indices });
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, [...values]]));
}

const SHAPES = [
  [1, 1, 1],
  [5, 3, 1],
  [3, 65, 1],
  [2, 700, 1],
  [1, 20_000, 1],
  [2, 9, 4],
  [2, 129, 7],
  [3, 65, 64],
  [1, 3000, 40],
] as const;

describe.each(Object.keys(DIRECT) as FoldKind[])("%s", (kind) => {
  test(
    "float32",
    onDevice(async (device) => {
      for (const [outer, length, inner] of SHAPES) {
        const count = outer * length * inner;
        const x = kind === "prod" ? sample(count).map((v) => 1 + v / 512) : sample(count);
        const spec: ReduceSpec = { kind, type: "f32", outer, length, inner };
        if (kind === "var" && length === 1) continue;
        const params = kind === "var" ? { params: [["correction", "f32", 1]] as const } : {};
        const { out, indices } = await run(device, { ...spec, ...params }, x);
        const right = rows(x.map(Math.fround), outer, length, inner);
        right.forEach((row, i) => {
          const value = DIRECT[kind](row);
          expect(Math.abs(out![i]! - value) / Math.max(1, Math.abs(value)), `${length} ${inner}`).toBeLessThan(1e-4);
          if (indices !== undefined) expect(indices[i]).toBe(row.indexOf(value));
        });
      }
    }),
  );

  if (kind === "var") return;
  test(
    "int32",
    onDevice(async (device) => {
      for (const [outer, length, inner] of SHAPES.slice(0, 7)) {
        const x = sample(outer * length * inner).map((v) => Math.round(v * 40));
        const { out } = await run(device, { kind, type: "i32", outer, length, inner }, x);
        const right = rows(x, outer, length, inner).map((row) =>
          kind === "prod" ? row.reduce(Math.imul, 1) : DIRECT[kind](row),
        );
        expect(out).toEqual(right.map((v) => v | 0));
      }
    }),
  );
});

test(
  "NaN wins and the first one counts",
  onDevice(async (device) => {
    for (const length of [7, 100, 20_000]) {
      const x = sample(length).map(Math.abs);
      x[3] = Number.NaN;
      x[length - 2] = Number.NaN;
      const spec = { type: "f32", outer: 1, length, inner: 1 } as const;
      for (const kind of ["amax", "amin", "sum"] as const) {
        expect((await run(device, { ...spec, kind }, x))["out"]).toEqual([Number.NaN]);
      }
      for (const kind of ["max", "min"] as const) {
        expect(await run(device, { ...spec, kind }, x)).toEqual({ out: [Number.NaN], indices: [3] });
      }
      expect((await run(device, { ...spec, kind: "argmax" }, x))["out"]).toEqual([3]);
      expect(
        (await run(device, { ...spec, kind: "any" }, [...x].fill(0, 0, length - 2).fill(0, length - 1)))["out"],
      ).toEqual([1]);
    }
  }),
);

test(
  "infinities",
  onDevice(async (device) => {
    const spec = { type: "f32", outer: 1, length: 3, inner: 1 } as const;
    const low = [-Infinity, -Infinity, -Infinity];
    expect(await run(device, { ...spec, kind: "max" }, low)).toEqual({ out: [-Infinity], indices: [0] });
    expect((await run(device, { ...spec, kind: "amin" }, [Infinity, Infinity, Infinity]))["out"]).toEqual([Infinity]);
  }),
);

test(
  "nothing to reduce",
  onDevice(async (device) => {
    const spec = { type: "f32", outer: 2, length: 0, inner: 1 } as const;
    expect((await run(device, { ...spec, kind: "sum" }, []))["out"]).toEqual([0, 0]);
    expect((await run(device, { ...spec, kind: "prod" }, []))["out"]).toEqual([1, 1]);
  }),
);

test(
  "expressions before and after",
  onDevice(async (device) => {
    const x = [3, 0, Number.NaN, -4];
    const spec = { kind: "sum", type: "f32", outer: 1, length: 4, inner: 1 } as const;
    const count = { ...spec, accumulate: "i32", prologue: "select(0i, 1i, truth(v))" } as const;
    expect((await run(device, count, x))["out"]).toEqual([3]);
    const norm = { ...spec, prologue: "v * v", epilogue: "sqrt(v)" } as const;
    expect((await run(device, norm, [3, 0, 0, -4]))["out"]).toEqual([5]);
    const mean = { ...spec, epilogue: "v / f32(p.length)" } as const;
    expect((await run(device, mean, [3, 0, 1, -4]))["out"]).toEqual([0]);
  }),
);
