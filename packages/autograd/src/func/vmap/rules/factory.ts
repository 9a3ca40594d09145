import type { Rule } from "../rules.ts";
import { forAll, through, withSizes } from "./shared.ts";

/** What is made after a batched tensor is batched, so that it can be written to in place. */
export const factoryRules: Record<string, Rule> = {
  ...forAll("empty_like zeros_like ones_like full_like clone _to_copy", through),
  ...forAll("new_empty new_zeros new_ones new_full", withSizes("size", through)),
};
