import type { BuiltinName } from "../../../expr/index.ts";

/**
 * How the host computes a builtin on one kind of number: a function, and for cheap ones the same
 * thing as JavaScript text with `$0`, `$1` for the arguments, which generated loops inline.
 */
export interface Rule {
  // Arguments are number, bigint or boolean by the table the rule stands in.
  readonly fn: (...args: never[]) => unknown;
  readonly js?: string;
  /** The result of small integers may leave their range and has to be wrapped. */
  readonly wraps?: boolean;
}

export type Rules = Readonly<Partial<Record<BuiltinName, Rule>>>;

type NumberFn = (...args: number[]) => number;

/** Rule for `Math.<name>`; V8 inlines the call when it sees it spelled out. */
export function math(name: Exclude<keyof Math, typeof Symbol.toStringTag>): Rule {
  const fn = Math[name] as NumberFn;
  const args = Array.from({ length: fn.length }, (_, i) => `$${i}`);
  return { fn, js: `Math.${name}(${args.join(", ")})` };
}
