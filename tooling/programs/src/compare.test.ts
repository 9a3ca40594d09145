import { describe, expect, it } from "vitest";
import { compareKey, compareProgram } from "./compare.ts";
import type { Entry } from "./expected.ts";

describe("compareKey", () => {
  it("holds exact values exactly", () => {
    const entry: Entry = { key: "k", value: [1, "a", [true, null]], compare: "exact" };
    expect(compareKey([1, "a", [true, null]], entry).distance).toBe(0);
    expect(compareKey([1.0000001, "a", [true, null]], entry).distance).toBe(Infinity);
    expect(compareKey([1, "b", [true, null]], entry).distance).toBe(Infinity);
    expect(compareKey([1, "a"], entry).distance).toBe(Infinity);
    expect(compareKey(undefined, entry).note).toBe("was not emitted");
  });

  it("measures close values in tolerances, place by place", () => {
    const entry: Entry = {
      key: "k",
      value: { first: [1, 2], n: 3 },
      compare: "close",
      tolerance: { first: [0.1, 0.2] },
    };
    expect(compareKey({ first: [1.05, 2], n: 3 }, entry).distance).toBeCloseTo(0.5);
    expect(compareKey({ first: [1, 2.3], n: 3 }, entry)).toMatchObject({ note: ".first[1] 2.3 instead of 2" });
    expect(compareKey({ first: [1, 2], n: 4 }, entry).distance).toBe(Infinity);
  });

  it("takes the names of nan and infinities literally", () => {
    const entry: Entry = { key: "k", value: ["nan", 0], compare: "close", tolerance: [0, 1e-12] };
    expect(compareKey(["nan", 0], entry).distance).toBe(0);
    expect(compareKey([0, 0], entry).distance).toBe(Infinity);
  });

  it("applies one tolerance to every number of a list", () => {
    const entry: Entry = {
      key: "k",
      value: { first: [1, 2], sum: 3 },
      compare: "close",
      tolerance: { first: 0.1, sum: 0.1 },
    };
    expect(compareKey({ first: [1.05, 2], sum: 3 }, entry).distance).toBeCloseTo(0.5);
  });

  it("is tight, then tolerant, then looks at the outcome of a chaotic series", () => {
    const value = [1, 1, 1, 1, 1, 1];
    const entry: Entry = { key: "k", value, compare: "close", tolerance: value.map(() => 0.01), firstBeyond: 4 };
    expect(compareKey([1, 1.0005, 1, 1.005, 5, -2.99], entry).distance).toBeLessThanOrEqual(1);
    expect(compareKey([1, 1.005, 1, 1, 1, 1], entry).distance).toBeGreaterThan(1);
    expect(compareKey([1, 1, 1, 1.05, 1, 1], entry).distance).toBeGreaterThan(1);
    expect(compareKey([1, 1, 1, 1, 2, 2], entry).distance).toBeGreaterThan(1);
  });

  it("holds drifting integers up to where they drift", () => {
    const entry: Entry = { key: "k", value: [10, 12, 100, 200], compare: "drifts", firstBeyond: 2 };
    expect(compareKey([10, 12, 150, 70], entry).distance).toBeLessThanOrEqual(1);
    expect(compareKey([10, 13, 100, 200], entry).distance).toBe(Infinity);
    expect(compareKey([10, 12, 1, 2], entry).distance).toBeGreaterThan(1);
  });
});

it("fails programs that leave out keys or emit others", () => {
  const expected = {
    name: "x",
    program: "x",
    options: [],
    seconds: 0,
    entries: [{ key: "a", value: 1, compare: "exact" }],
  } as const;
  expect(compareProgram(new Map([["a", 1]]), expected)).toMatchObject({ passed: true });
  expect(compareProgram(new Map(), expected)).toMatchObject({ passed: false, worst: { key: "a" } });
  expect(
    compareProgram(
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
      expected,
    ),
  ).toMatchObject({ passed: false, worst: { key: "b" } });
});
