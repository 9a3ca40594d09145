import type { Op } from "@tt/core/dispatch";
import type { Batching } from "./batched.ts";
import { factoryRules } from "./rules/factory.ts";
import { indexRules } from "./rules/index.ts";
import { joinRules } from "./rules/join.ts";
import { matmulRules } from "./rules/matmul.ts";
import { neuralRules } from "./rules/neural.ts";
import { reductionRules } from "./rules/reduction.ts";
import { viewRules } from "./rules/view.ts";
import { pointwiseRule } from "./pointwise.ts";

/**
 * Computes an op for all examples, along dimension 0 of the results; null or undefined leaves these arguments to the
 * loop. Calls inside see the layers below the vmap.
 */
export type Rule = (layer: Batching, op: Op, args: unknown[]) => unknown;

const RULES: Readonly<Record<string, Rule>> = {
  ...factoryRules,
  ...indexRules,
  ...joinRules,
  ...matmulRules,
  ...neuralRules,
  ...reductionRules,
  ...viewRules,
};

/** The rule of an op; without one it is decomposed if it can be, and else looped over. */
export function ruleFor(op: Op): Rule | null {
  return op.pointwise === null ? (RULES[op.schema.fullName] ?? null) : pointwiseRule;
}
