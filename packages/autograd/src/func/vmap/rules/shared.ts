import { is_tensor, type Tensor } from "@tt/core";
import { call } from "@tt/core/dispatch";
import { batchedBy, type Batching } from "../batched.ts";
import type { Rule } from "../rules.ts";

/** All examples of a tensor; one that is not batched is repeated without a copy. */
export function valueOf(layer: Batching, arg: Tensor): Tensor {
  return batchedBy(arg, layer) ? arg.value : arg.unsqueeze(0).expand([layer.size, ...arg.shape]);
}

/** `args` with all tensors (if any of them is batched, all of them) as values of all examples. */
export function valuesOf(layer: Batching, args: readonly unknown[]): unknown[] {
  return args.map((arg) => {
    if (is_tensor(arg)) return valueOf(layer, arg);
    return Array.isArray(arg) && arg.some(is_tensor)
      ? arg.map((item) => (is_tensor(item) ? valueOf(layer, item) : (item as unknown)))
      : arg;
  });
}

/** A dimension of an example as one of all examples. */
export function shift(dim: number, rank: number): number {
  return (dim < 0 ? dim + rank : dim) + 1;
}

/** For ops that work on the last dimensions and leave the others alone. */
export const through: Rule = (layer, op, args) => call(op, valuesOf(layer, args));

/**
 * For ops whose dimensions are arguments, one for each or a list.
 * @param names - arguments that name dimensions
 * @param extra - dimensions that the result has more than the input, which negative ones count
 */
export function byDims(names: readonly string[], extra = 0): Rule {
  return (layer, op, args) => {
    const ranks = op.tensorArgs
      .map((i) => args[i])
      .filter(is_tensor)
      .map((t) => t.ndim);
    const rank = ranks[0]! + extra;
    // An example that is a number has dimensions 0 and -1 that the values do not.
    if (rank === 0) return null;
    const out = valuesOf(layer, args);
    for (const name of names) {
      const at = op.position(name);
      const dim = args[at] as number | readonly number[];
      if (typeof dim === "number") {
        if (dim < -rank || dim >= rank) return null;
        out[at] = shift(dim, rank);
      } else {
        if (dim.some((d) => d < -rank || d >= rank)) return null;
        out[at] = dim.map((d) => shift(d, rank));
      }
    }
    return call(op, out);
  };
}

/** As `rule`, with the batch size put before the sizes in argument `name`. */
export function withSizes(name: string, rule: Rule): Rule {
  return (layer, op, args) => {
    const at = op.position(name);
    return rule(layer, op, args.with(at, [layer.size, ...(args[at] as number[])]));
  };
}

/** The same rule for several ops. */
export function forAll(names: string, rule: Rule): Record<string, Rule> {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, rule]),
  );
}
