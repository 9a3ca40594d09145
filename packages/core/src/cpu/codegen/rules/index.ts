import type { BuiltinName, Kind } from "../../../expr/index.ts";
import { BOOL, COMPLEX } from "../../../expr/index.ts";
import type { DType } from "../../../dtype/index.ts";
import { BOOL_RULES } from "./bool.ts";
import { INT16_RULES, INT32_RULES, INT8_RULES, UINT8_RULES } from "./int.ts";
import { INT64_RULES } from "./int64.ts";
import { BFLOAT16_RULES, FLOAT16_RULES, FLOAT32_RULES, FLOAT64_RULES } from "./real.ts";
import { notImplemented } from "./not_implemented.ts";
import type { Rule, Rules } from "./rule.ts";

export type { Rule } from "./rule.ts";

/** By dtype id; complex dtypes stand for the real arithmetic on their parts. */
const RULES: readonly Rules[] = [
  UINT8_RULES,
  INT8_RULES,
  INT16_RULES,
  INT32_RULES,
  INT64_RULES,
  FLOAT16_RULES,
  BFLOAT16_RULES,
  FLOAT32_RULES,
  FLOAT64_RULES,
  FLOAT32_RULES,
  FLOAT64_RULES,
  BOOL_RULES,
];

/**
 * The rule of `fn` on non-complex arguments of `kind` in a computation of dtype `compute`.
 * @throws NotImplementedError when the function is not defined there
 */
export function ruleFor(fn: BuiltinName, kind: Kind, compute: DType): Rule {
  const rule = (kind === BOOL ? BOOL_RULES : RULES[compute.id]!)[fn];
  if (rule === undefined || kind === COMPLEX) throw notImplemented(fn, compute);
  return rule;
}

/** Adds rules of real numbers; `single` replaces those of float32 and the 16-bit dtypes. */
export function addRealRules(rules: Rules, single: Rules): void {
  Object.assign(FLOAT64_RULES, rules);
  for (const table of [FLOAT16_RULES, BFLOAT16_RULES, FLOAT32_RULES]) Object.assign(table, rules, single);
}
