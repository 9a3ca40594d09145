import type { BuiltinName } from "../../../expr/index.ts";
import type { DType } from "../../../dtype/index.ts";
import { notImplemented } from "./index.ts";

/**
 * How the host computes a builtin on complex arguments, given as (re, im) pairs one after another:
 * `parts` are texts of the result's parts with `$0` and `$1` for the first argument's, `$2` and `$3`
 * for the second's; otherwise `fn` leaves a complex result in {@link complexResult}, or returns a
 * real or boolean one.
 */
export type ComplexRule =
  | { readonly fn: (...args: never[]) => unknown }
  | { readonly fn: (...args: never[]) => unknown; readonly parts: readonly [string] | readonly [string, string] };

/** Where complex functions leave their result: (re, im). Saves an allocation per element. */
export const complexResult: Float64Array = new Float64Array(2);

const COMPLEX_RULES: Readonly<Partial<Record<BuiltinName, ComplexRule>>> = {};

export function complexRuleFor(fn: BuiltinName, compute: DType): ComplexRule {
  const rule = COMPLEX_RULES[fn];
  if (rule === undefined) throw notImplemented(fn, compute);
  return rule;
}
