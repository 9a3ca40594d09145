import type { Tensor } from "@tt/core";
import { call } from "@tt/core/dispatch";
import { batchedBy, type BatchedTensor } from "../batched.ts";
import type { Rule } from "../rules.ts";
import { shift } from "./shared.ts";

/** The same indices for all examples: the batch is one more dimension that is left whole. */
const index: Rule = (layer, op, args) => {
  const [input, indices] = args as [Tensor, (Tensor | null)[]];
  if (!batchedBy(input, layer) || indices.some((i) => batchedBy(i, layer))) return null;
  const used = [...indices.keys()].filter((i) => indices[i] !== null);
  // Indexed dimensions that are not neighbours would come before the batch.
  if (used.some((d, i) => i > 0 && d !== used[i - 1]! + 1)) return null;
  return call(op, [input.value, [null, ...indices]]);
};

/** The same positions for all examples. */
const byPositions: Rule = (layer, op, args) => {
  const [input, dim, positions] = args as [BatchedTensor, number, Tensor];
  if (!batchedBy(input, layer) || batchedBy(positions, layer) || input.ndim === 0) return null;
  return call(op, args.with(0, input.value).with(1, shift(dim, input.ndim)));
};

export const indexRules: Record<string, Rule> = {
  index,
  index_select: byPositions,
  "index_fill.int_Scalar": byPositions,
};
