import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { nllLoss, nllLossBackward, type NllSpec } from "./nll_loss.ts";

describe.each([
  [1, 3, 1],
  [65, 10, 1],
  [3, 4, 35],
  [5000, 2, 1],
] as const)("[%i, %i, %i]", (batch, classes, plane) => {
  const x = sample(batch * classes * plane);
  const target = sample(batch * plane, 2).map((v, i) => (i % 7 === 3 ? -100 : Math.floor(Math.abs(v) * 60) % classes));
  const weights = sample(classes, 3).map((v) => Math.abs(v) + 1);
  for (const weight of [false, true]) {
    for (const reduction of ["none", "mean", "sum"] as const) {
      test(
        `${reduction}, weight ${weight}`,
        onDevice(async (device) => {
          const spec: NllSpec = { batch, classes, plane, weight, reduction, ignore: -100 };
          const factors = target.map((label) => (label === -100 ? 0 : weight ? weights[label]! : 1));
          const at = (i: number): number => (Math.floor(i / plane) * classes + target[i]!) * plane + (i % plane);
          const losses = target.map((label, i) => (label === -100 ? 0 : -x[at(i)]! * factors[i]!));
          const sum = losses.reduce((a, b) => a + b, 0);
          const total = reduction === "none" ? 0 : factors.reduce((a, b) => a + b, 0);
          const right = { none: losses, mean: [sum / total], sum: [sum] }[reduction];
          const given = { target, ...(weight && { weight: weights }) };
          const results = await runPlan(device, nllLoss(spec), { x, ...given }, { out: right.length, total: 1 });
          right.forEach((v, i) =>
            expect(Math.abs(results["out"]![i]! - v) / Math.max(1, Math.abs(v))).toBeLessThan(1e-5),
          );
          expect(results["total"]![0]! / (total || 1)).toBeCloseTo(total === 0 ? 0 : 1, 5);

          const grad = sample(right.length, 4);
          const back = x.map(() => 0);
          target.forEach((label, i) => {
            const g = reduction === "none" ? grad[i]! : grad[0]! / (reduction === "mean" ? total : 1);
            if (label !== -100) back[at(i)] = -g * factors[i]!;
          });
          const inputs = { grad, ...given, ...(reduction === "mean" && { total: [total] }) };
          const { out } = await runPlan(device, nllLossBackward(spec), inputs, { out: x.length });
          back.forEach((v, i) => expect(Math.abs(out![i]! - v)).toBeLessThan(1e-5));
        }),
      );
    }
  }
});

test(
  "nothing counts",
  onDevice(async (device) => {
    const spec: NllSpec = { batch: 2, classes: 3, plane: 1, weight: false, reduction: "mean", ignore: 1 };
    const results = await runPlan(device, nllLoss(spec), { x: sample(6), target: [1, 1] }, { out: 1, total: 1 });
    expect(results["out"]![0]).toBeNaN();
    expect(results["total"]![0]).toBe(0);
  }),
);
