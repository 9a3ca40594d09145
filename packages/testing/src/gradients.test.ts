import "@tt/core/neural";
import { OPS, type Op } from "@tt/core/dispatch";
import { describe, expect, it } from "vitest";
import { checkGradients } from "./gradients.ts";
import { samplesOf, unpredictable } from "./samples.ts";

/** Ops whose gradients have a rule of their own. */
const ops: Op[] = OPS.filter((op) => op.recorded && !op.mutates && !unpredictable(op));

/** Called for fresh memory alone. */
const DENSE_ONLY = new Set(["_unsafe_view", "_reshape_alias"]);

const checked = new Set<string>();

describe.each([false, true])("gradients, non-contiguous inputs: %s", (noncontiguous) => {
  it.each(ops.map((op) => [op.schema.fullName, op] as const))("%s", (name, op) => {
    if (noncontiguous && DENSE_ONLY.has(name)) return;
    for (const sample of samplesOf(op)) {
      let done: boolean;
      try {
        done = checkGradients(op, sample, { noncontiguous, second: !noncontiguous });
      } catch (error) {
        if ((error as Error).name === "GradcheckError") throw error;
        // A guess from the schema need not fit the op.
        continue;
      }
      if (done) checked.add(name);
    }
  });
});

it("covers the most of them", () => {
  expect(checked.size / ops.length).toBeGreaterThan(0.8);
});
