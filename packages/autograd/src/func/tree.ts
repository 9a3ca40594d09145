import { isOptions } from "@tt/core/dispatch";

/** Tensors and other values in nested lists and plain objects. */
export type Tree = unknown;

/** The leaves of a tree, and how to put others in their place. */
export interface Flat<T = unknown> {
  readonly leaves: readonly T[];
  rebuild(leaves: readonly unknown[]): unknown;
}

/** Takes lists and plain objects apart; keys keep their order. */
export function flatten(tree: Tree): Flat {
  const leaves: unknown[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (isOptions(value)) Object.values(value).forEach(collect);
    else leaves.push(value);
  };
  collect(tree);
  return {
    leaves,
    rebuild(replacements) {
      let at = 0;
      const build = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(build);
        if (isOptions(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, build(item)]));
        return replacements[at++];
      };
      return build(tree);
    },
  };
}

/** The tree with `fn` applied to its leaves. */
export function mapTree(tree: Tree, fn: (leaf: unknown) => unknown): unknown {
  const flat = flatten(tree);
  return flat.rebuild(flat.leaves.map(fn));
}
