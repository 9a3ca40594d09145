import "@tt/core/neural";
import { allclose, float64, is_tensor, stack, type Tensor } from "@tt/core";
import { vmap } from "@tt/autograd/func";
import { call, type Op, OPS } from "@tt/core/dispatch";
import { describe, expect, it } from "vitest";
import type { Sample } from "./numbers.ts";
import { inDtype, mapTensors, samplesOf, unpredictable } from "./samples.ts";

/** They give a boolean for all examples at once, which there is not. */
const OF_VALUES = new Set(["allclose", "equal"]);

/** Sparse tensors are not batched, in PyTorch neither. */
const SPARSE = new Set(["to_sparse", "_sparse_coo"]);

const ops = OPS.filter(
  (op) =>
    !op.mutates &&
    !op.name.endsWith("_") &&
    !op.name.startsWith("_reshape") &&
    !unpredictable(op) &&
    !OF_VALUES.has(op.name) &&
    !SPARSE.has(op.name),
);

function tensorsOf(op: Op, args: Sample): Tensor[] {
  const result = call(op, [...args]);
  return (Array.isArray(result) ? result : [result]).filter(is_tensor);
}

describe("vmap agrees with a loop", () => {
  it.each(ops.map((op) => [op.schema.fullName, op] as const))("%s", (_name, op) => {
    for (const sample of samplesOf(op)) {
      const args = inDtype(sample, float64);
      const batches: Tensor[] = [];
      // Indices and masks are shared by the examples.
      mapTensors(args, (t) => t.dtype.is_floating_point && batches.push(stack([t, t.mul(0.9).add(0.03)])));
      if (batches.length === 0) continue;
      const run = (...given: Tensor[]): Tensor[] => {
        let k = 0;
        return tensorsOf(
          op,
          mapTensors(args, (t) => (t.dtype.is_floating_point ? given[k++] : t)),
        );
      };
      let wanted: Tensor[][];
      try {
        wanted = [0, 1].map((i) => run(...batches.map((b) => b.select(0, i).clone())));
      } catch {
        // A guess from the schema need not fit the op.
        continue;
      }
      const got = vmap(run)(...batches);
      wanted[0]!.forEach((_, k) => {
        const want = stack(wanted.map((w) => w[k]!));
        expect(got[k]!.shape).toEqual(want.shape);
        expect(got[k]!.dtype).toBe(want.dtype);
        expect(allclose(got[k]!, want, { rtol: 1e-6, atol: 1e-9, equal_nan: true })).toBe(true);
      });
    }
  });
});
