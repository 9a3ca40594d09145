import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { recurrentBackward } from "./backward.ts";
import { recurrentForward } from "./forward.ts";
import { gatesOf, keptOf, type RecurrentMode, type RecurrentSpec } from "./steps.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Sequences of 4, 3 and 1 steps, first to last or last to first, or all of the same length. */
const TABLES = {
  "equal lengths": { steps: [0, 3, 3, 3, 6, 3], packed: false, reverse: false },
  "equal lengths, reverse": { steps: [6, 3, 3, 3, 0, 3], packed: false, reverse: true },
  shrinking: { steps: [0, 3, 3, 2, 5, 2, 7, 1], packed: true, reverse: false },
  growing: { steps: [7, 1, 5, 2, 3, 2, 0, 3], packed: true, reverse: true },
};

/** The layer in plain numbers; also gives a function of the result for differences. */
function layer(
  mode: RecurrentMode,
  width: number,
  steps: readonly number[],
  [gates, weight, bias, h0, c0]: readonly (readonly number[])[],
): { out: number[]; h: number[]; c: number[]; before: number[] } {
  const G = gatesOf(mode);
  const [h, c] = [[...h0!], [...c0!]];
  const out: number[] = [];
  const before: number[] = [];
  for (let s = 0; s < steps.length; s += 2) {
    for (let r = 0; r < steps[s + 1]!; r++) {
      const row = steps[s]! + r;
      const old = h.slice(r * width, (r + 1) * width);
      old.forEach((v, j) => (before[row * width + j] = v));
      for (let j = 0; j < width; j++) {
        const recurrent = (g: number): number =>
          bias![g * width + j]! + old.reduce((sum, v, k) => sum + v * weight![(g * width + j) * width + k]!, 0);
        const x = (g: number): number => gates![(row * G + g) * width + j]!;
        let next: number;
        if (mode === "LSTM") {
          const [i, f, n, o] = [0, 1, 2, 3].map((g) => x(g) + recurrent(g)) as [number, number, number, number];
          c[r * width + j] = sigmoid(f) * c[r * width + j]! + sigmoid(i) * Math.tanh(n);
          next = sigmoid(o) * Math.tanh(c[r * width + j]!);
        } else if (mode === "GRU") {
          const fresh = Math.tanh(x(2) + sigmoid(x(0) + recurrent(0)) * recurrent(2));
          const renew = sigmoid(x(1) + recurrent(1));
          next = (old[j]! - fresh) * renew + fresh;
        } else next = mode === "RNN_TANH" ? Math.tanh(x(0) + recurrent(0)) : Math.max(0, x(0) + recurrent(0));
        out[row * width + j] = next;
        h[r * width + j] = next;
      }
    }
  }
  return { out, h, c, before };
}

function expectClose(values: ArrayLike<number>, right: readonly number[], tolerance: number): void {
  expect(Math.max(...right.map((x, i) => Math.abs(x - values[i]!)))).toBeLessThan(tolerance);
}

describe.each(["RNN_TANH", "RNN_RELU", "LSTM", "GRU"] as const)("%s", (mode) => {
  for (const [name, { steps, packed, reverse }] of Object.entries(TABLES)) {
    for (const width of [5, 300]) {
      const [batch, rows, G] = [3, packed ? 8 : 9, gatesOf(mode)];
      const spec: RecurrentSpec = { mode, batch, width, count: steps.length / 2, rows, packed, reverse, bias: true };
      const gates = sample(rows * G * width, 1);
      const weight = sample(G * width * width, 2).map((v) => v / Math.sqrt(width));
      const bias = sample(G * width, 3);
      const h0 = sample(batch * width, 4);
      const c0 = sample(batch * width, 5);
      const lstm = mode === "LSTM";
      const table = packed ? { steps } : {};

      test(
        `${name}, width ${width}`,
        onDevice(async (device) => {
          const right = layer(mode, width, steps, [gates, weight, bias, h0, c0]);
          const biased = mode === "GRU" ? gates : gates.map((v, i) => v + bias[i % (G * width)]!);
          const state = lstm ? { h: h0, c: c0 } : { h: h0 };
          const lengths = {
            out: rows * width,
            h: batch * width,
            reserve: rows * keptOf(mode) * width,
            h_before: rows * width,
          };
          const results = await runPlan(
            device,
            recurrentForward(spec),
            { gates: biased, weight, h0, ...(mode === "GRU" && { bias }), ...table, ...state },
            { ...lengths, ...(lstm && { c: batch * width, c_before: rows * width }) },
          );
          expectClose(results["out"]!, right.out, 1e-5);
          expectClose(results["h"]!, right.h, 1e-5);
          expectClose(results["h_before"]!, right.before, 1e-5);
          if (lstm) expectClose(results["c"]!, right.c, 1e-5);

          // Gradients of the sum of everything, weighed, against differences along one direction.
          const g = sample(rows * width, 6);
          const gH = sample(batch * width, 7);
          const gC = sample(batch * width, 8);
          const { reserve, h_before, c_before } = results;
          const back = await runPlan(
            device,
            recurrentBackward(spec, true),
            {
              grad: g,
              reserve: reserve!,
              weight,
              h: gH,
              ...table,
              ...(lstm && { c: gC, c_before: c_before! }),
              ...(mode === "GRU" && { h_before: h_before! }),
            },
            {
              gates: gates.length,
              h: batch * width,
              ...(lstm && { c: batch * width }),
              ...(mode === "GRU" && { recurrent: gates.length }),
            },
          );
          const total = (gates: number[], h0: number[], c0: number[]): number => {
            const made = layer(mode, width, steps, [gates, weight, bias, h0, c0]);
            const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, i) => s + v * b[i]!, 0);
            return dot(made.out, g) + dot(made.h, gH) + (lstm ? dot(made.c, gC) : 0);
          };
          const along = (values: readonly number[], seed: number, by: number): number[] => {
            const direction = sample(values.length, seed);
            return values.map((v, i) => v + by * direction[i]!);
          };
          const slope = (make: (by: number) => number): number => (make(1e-5) - make(-1e-5)) / 2e-5;
          const check = (gradient: ArrayLike<number>, seed: number, right: number): void => {
            const found = sample(gradient.length, seed).reduce((s, v, i) => s + v * gradient[i]!, 0);
            expect(Math.abs(found - right) / Math.max(1, Math.abs(right))).toBeLessThan(2e-4);
          };
          check(
            back["gates"]!,
            20,
            slope((by) => total(along(gates, 20, by), h0, c0)),
          );
          check(
            back["h"]!,
            21,
            slope((by) => total(gates, along(h0, 21, by), c0)),
          );
          if (lstm)
            check(
              back["c"]!,
              22,
              slope((by) => total(gates, h0, along(c0, 22, by))),
            );
        }),
      );
    }
  }
});
