import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { adamStep, sgdStep } from "./optim.ts";

const LENGTHS = [65, 3, 300];
const VALUES = { lr: 0.1, momentum: 0.9, dampening: 0.2, weight_decay: 0.01 };

function tensors(names: readonly string[], positive: readonly string[] = []): Record<string, number[]> {
  const entries = LENGTHS.flatMap((n, t) =>
    names.map((name, i): [string, number[]] => {
      const values = sample(n, 10 * t + i + 1);
      return [`${name}_${t}`, positive.includes(name) ? values.map(Math.abs) : values];
    }),
  );
  return Object.fromEntries(entries);
}

function expectClose(values: ArrayLike<number>, right: readonly number[]): void {
  expect(Math.max(...right.map((x, i) => Math.abs(x - values[i]!)))).toBeLessThan(1e-5);
}

describe.each([
  { momentum: false, nesterov: false, maximize: false, decay: false, first: false },
  { momentum: true, nesterov: false, maximize: false, decay: true, first: true },
  { momentum: true, nesterov: true, maximize: true, decay: true, first: false },
])("sgd %o", (form) => {
  test(
    "step",
    onDevice(async (device) => {
      // Three parameters with their buffers would be nine.
      const used = form.momentum ? LENGTHS.slice(0, 2) : LENGTHS;
      const inputs = tensors(form.momentum ? ["param", "grad", "buffer"] : ["param", "grad"]);
      const kernel = sgdStep({ ...form, lengths: used }, VALUES);
      const lengths = Object.fromEntries(used.map((n, t) => [`param_${t}`, n]));
      const results = await runPlan(device, kernel, inputs, lengths);
      used.forEach((_, t) => {
        const right = inputs[`param_${t}`]!.map((value, i) => {
          let d = inputs[`grad_${t}`]![i]! * (form.maximize ? -1 : 1) + (form.decay ? VALUES.weight_decay * value : 0);
          if (form.momentum) {
            const next = form.first ? d : VALUES.momentum * inputs[`buffer_${t}`]![i]! + (1 - VALUES.dampening) * d;
            d = form.nesterov ? d + VALUES.momentum * next : next;
          }
          return value - VALUES.lr * d;
        });
        expectClose(results[`param_${t}`]!, right);
      });
    }),
  );
});

describe.each([
  { amsgrad: false, decoupled: false, maximize: false, decay: false },
  { amsgrad: false, decoupled: true, maximize: false, decay: true },
  { amsgrad: true, decoupled: false, maximize: true, decay: true },
])("adam %o", (form) => {
  test(
    "step",
    onDevice(async (device) => {
      const names = ["param", "grad", "mean", "square", "most"].slice(0, form.amsgrad ? 5 : 4);
      const inputs = tensors(names, ["square", "most"]);
      const values = { lr: 0.1, beta1: 0.9, beta2: 0.99, weight_decay: 0.1, eps: 1e-8, steps: [3, 1, 7] };
      for (const t of form.amsgrad ? [0, 1, 2] : [null]) {
        // With AMSGrad three parameters would be 15 buffers.
        const which = t === null ? [0, 1] : [t];
        const one = (record: Record<string, number[]>): Record<string, number[]> =>
          Object.fromEntries(
            which.flatMap((from, to) => names.map((name) => [`${name}_${to}`, record[`${name}_${from}`]!])),
          );
        const given = one(inputs);
        const spec = { ...form, lengths: which.map((k) => LENGTHS[k]!) };
        const steps = which.map((k) => values.steps[k]!);
        const lengths = Object.fromEntries(Object.entries(given).map(([name, v]) => [name, v.length]));
        const results = await runPlan(device, adamStep(spec, { ...values, steps }), given, lengths);
        which.forEach((_, k) => {
          const [p, g, m, v, most] = ["param", "grad", "mean", "square", "most"].map((name) => given[`${name}_${k}`]!);
          p!.forEach((before, i) => {
            const value = before * (form.decoupled && form.decay ? 1 - values.lr * values.weight_decay : 1);
            const d =
              g![i]! * (form.maximize ? -1 : 1) + (form.decay && !form.decoupled ? values.weight_decay * value : 0);
            const mean = 0.9 * m![i]! + 0.1 * d;
            const square = 0.99 * v![i]! + 0.01 * d * d;
            const top = form.amsgrad ? Math.max(most![i]!, square) : square;
            const right =
              value - ((values.lr / (1 - 0.9 ** steps[k]!)) * mean) / (Math.sqrt(top / (1 - 0.99 ** steps[k]!)) + 1e-8);
            expectClose(
              [results[`param_${k}`]![i]!, results[`mean_${k}`]![i]!, results[`square_${k}`]![i]!],
              [right, mean, square],
            );
            if (form.amsgrad) expectClose([results[`most_${k}`]![i]!], [top]);
          });
        });
      }
    }),
  );
});
