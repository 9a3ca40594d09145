import { enable_grad, is_tensor, RuntimeError, type Tensor, zeros_like } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { grad as gradients } from "../backward.ts";
import { type Leaves, leavesOf, needsGraph, settle } from "./history.ts";
import { type Flat, flatten, mapTree } from "./tree.ts";

/** Which arguments to differentiate by. */
export type Argnums = number | readonly number[];

/** Options of {@link grad}. */
export interface FuncOptions {
  readonly argnums?: Argnums;
  /** The function gives `[output, aux]`; the transformed one hands `aux` on. */
  readonly has_aux?: boolean;
}

/** The arguments with some replaced by leaves. */
export interface Differentiated {
  readonly args: unknown[];
  readonly leaves: Leaves;
  readonly flat: Flat;
}

/** Puts fresh leaves in place of the tensors of the chosen arguments. */
export function differentiateBy(args: readonly unknown[], argnums: Argnums): Differentiated {
  const positions = (typeof argnums === "number" ? [argnums] : argnums).map((n) => {
    if (n < -args.length || n >= args.length) {
      throw new RuntimeError(`Got argnum=${n}, but only ${args.length} positional inputs`);
    }
    return n < 0 ? n + args.length : n;
  });
  const chosen = typeof argnums === "number" ? args[positions[0]!] : positions.map((n) => args[n]);
  const flat = flatten(chosen);
  flat.leaves.forEach((leaf) => {
    if (!is_tensor(leaf)) throw new RuntimeError(`Expected all inputs to be tensors, got ${pythonTypeName(leaf)}`);
  });
  const leaves = leavesOf(flat.leaves as Tensor[]);
  const rebuilt = flat.rebuild(leaves.tensors);
  const out = [...args];
  if (typeof argnums === "number") out[positions[0]!] = rebuilt;
  else positions.forEach((n, i) => (out[n] = (rebuilt as unknown[])[i]));
  return { args: out, leaves, flat };
}

/** What a function gave, with its auxiliary output apart. */
export function splitAux(result: unknown, hasAux: boolean): [output: unknown, aux: unknown] {
  if (!hasAux) return [result, undefined];
  if (!Array.isArray(result) || result.length !== 2) {
    throw new RuntimeError(
      `Expected f(*args) to return a tuple of (output, aux) when has_aux=True, got ${pythonTypeName(result)}`,
    );
  }
  return result as [unknown, unknown];
}

/** Results without history that only leads to the leaves. */
export function settleTree(tree: unknown, leaves: Leaves): unknown {
  return mapTree(tree, (leaf) => (is_tensor(leaf) ? settle(leaf, leaves) : leaf));
}

/** Gradients of `outputs` by the leaves; zeros where there are none. */
export function pull(
  outputs: readonly Tensor[],
  cotangents: readonly (Tensor | null)[],
  leaves: Leaves,
  options: { readonly create_graph: boolean; readonly retain_graph?: boolean },
): Tensor[] {
  const kept = [...outputs.keys()].filter((i) => outputs[i]!.requires_grad);
  const found =
    kept.length === 0
      ? leaves.tensors.map(() => null)
      : gradients(
          kept.map((i) => outputs[i]!),
          leaves.tensors,
          kept.map((i) => cotangents[i]!),
          {
            ...options,
            allow_unused: true,
          },
        );
  return found.map((g, i) => (g === null ? zeros_like(leaves.tensors[i]!) : g));
}

function optionsOf(argnums: Argnums | FuncOptions, has_aux: boolean): Required<FuncOptions> {
  if (typeof argnums === "number" || Array.isArray(argnums)) return { argnums: argnums as Argnums, has_aux };
  const given = argnums as FuncOptions;
  return { argnums: given.argnums ?? 0, has_aux: given.has_aux ?? false };
}

/**
 * A function that gives the gradients of `func` (which gives one number) and what `func` gives.
 * @returns `[grads, output]`, with `has_aux` `[grads, [output, aux]]`; grads as the arguments that `argnums` names
 * @example
 * ```ts
 * import { tensor, type Tensor } from "@tt/core";
 * import { grad_and_value } from "@tt/autograd/func";
 * const [g, y] = grad_and_value((x: Tensor) => x.pow(2).sum())(tensor([1, 2])) as [Tensor, Tensor];
 * // g = [2, 4], y = 5
 * ```
 */
export function grad_and_value<A extends unknown[]>(
  func: (...args: A) => unknown,
  argnums: Argnums | FuncOptions = 0,
  has_aux = false,
): (...args: A) => [grads: unknown, value: unknown] {
  const options = optionsOf(argnums, has_aux);
  return (...args) => {
    const { args: given, leaves, flat } = differentiateBy(args, options.argnums);
    const [output, aux] = splitAux(
      enable_grad(() => func(...(given as A))),
      options.has_aux,
    );
    if (!is_tensor(output)) {
      throw new RuntimeError(`Expected f(*args) to return a tensor, got ${pythonTypeName(output)}`);
    }
    if (output.ndim > 0) {
      throw new RuntimeError(
        `Expected f(*args) to return a scalar tensor, got tensor with ${output.ndim} dims. Did you mean to use vmap?`,
      );
    }
    const create_graph = needsGraph([output], leaves);
    const grads = pull([output], [null], leaves, { create_graph }).map((g) => settle(g, leaves));
    const value = settle(output, leaves);
    return [flat.rebuild(grads), options.has_aux ? [value, settleTree(aux, leaves)] : value];
  };
}

/**
 * A function that gives the gradients of `func`, which gives one number.
 *
 * @param argnums - which argument to differentiate by (a tensor, or tensors in lists and plain objects), or several
 * @param has_aux - `func` gives `[output, aux]`; then the result is `[grads, aux]`
 * @throws RuntimeError when `func` gives more than a number
 * @example
 * ```ts
 * import { tensor, type Tensor } from "@tt/core";
 * import { grad } from "@tt/autograd/func";
 * const cosine = grad((x: Tensor) => x.sin());
 * const slope = grad(cosine as (x: Tensor) => Tensor);
 * slope(tensor(0.5)); // -sin(0.5)
 * ```
 */
export function grad<A extends unknown[]>(
  func: (...args: A) => unknown,
  argnums: Argnums | FuncOptions = 0,
  has_aux = false,
): (...args: A) => Tensor {
  const both = grad_and_value(func, argnums, has_aux);
  const { has_aux: auxiliary } = optionsOf(argnums, has_aux);
  return ((...args: A) => {
    const [grads, value] = both(...args);
    return auxiliary ? [grads, (value as [unknown, unknown])[1]] : grads;
  }) as (...args: A) => Tensor;
}
