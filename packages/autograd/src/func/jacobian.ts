import { isOptions } from "@tt/core/dispatch";
import { is_tensor, type Tensor } from "@tt/core";
import { type Argnums, differentiateBy, type FuncOptions } from "./grad.ts";
import { settle } from "./history.ts";
import { linearMap, outputsOf, pullbackOf } from "./products.ts";
import { flatten } from "./tree.ts";
import { vmap } from "./vmap/vmap.ts";

/** Options of {@link jacrev} and {@link jacfwd}. */
export interface JacobianOptions extends FuncOptions {
  /** Computes so many rows (columns) at a time, to save memory. */
  readonly chunk_size?: number | null;
}

function optionsOf(argnums: Argnums | JacobianOptions, has_aux: boolean): JacobianOptions {
  return isOptions(argnums) ? argnums : { argnums: argnums as Argnums, has_aux };
}

/** All tangents (or cotangents) with a single 1: for each tensor, [total, ...shape]. */
export function basisOf(tensors: readonly Tensor[]): Tensor[] {
  const total = tensors.reduce((n, t) => n + t.numel(), 0);
  let start = 0;
  return tensors.map((t) => {
    const chunk = t.detach().new_zeros([total, t.numel()]);
    if (t.numel() > 0) chunk.diagonal(-start).fill_(1);
    start += t.numel();
    return chunk.reshape([total, ...t.shape]);
  });
}

/** The function of the chosen arguments alone, which `vjp` and `jvp` want. */
function onlyOf(
  func: (...args: never[]) => unknown,
  args: readonly unknown[],
  argnums: Argnums,
): [(...chosen: never[]) => unknown, unknown[]] {
  const positions = (typeof argnums === "number" ? [argnums] : argnums).map((n) => (n < 0 ? n + args.length : n));
  const only = (...chosen: unknown[]): unknown => {
    const all = [...args];
    positions.forEach((n, i) => (all[n] = chosen[i]));
    return func(...(all as never[]));
  };
  return [only, positions.map((n) => args[n])];
}

/** A tensor where there is one output and one argument; else nested, outputs outside. */
export type Blocks = Tensor;

/**
 * A function that gives the Jacobian of `func`, row by row (all at once) by backward passes: for each tensor of the
 * output, nested like it, and each of the arguments that `argnums` names, shape `[...output.shape, ...input.shape]`.
 * @example
 * ```ts
 * import { tensor, type Tensor } from "@tt/core";
 * import { jacrev } from "@tt/autograd/func";
 * jacrev((x: Tensor) => x.sin())(tensor([0, 1])); // diag(cos(x))
 * ```
 */
export function jacrev<A extends unknown[]>(
  func: (...args: A) => unknown,
  argnums: Argnums | JacobianOptions = 0,
  has_aux = false,
): (...args: A) => Blocks {
  const options = optionsOf(argnums, has_aux);
  const by = options.argnums ?? 0;
  return (...args) => {
    const [only, chosen] = onlyOf(func, args, by);
    const { output, pullback, aux, leaves } = pullbackOf(only, chosen, options.has_aux ?? false);
    const outputs = outputsOf(output, "jacrev(f)(*args)");
    const primals = flatten(chosen);
    const counts = outputs.leaves.map((y) => y.numel());
    const pullFlat = (...cotangents: Tensor[]): unknown[] => [...flatten(pullback(outputs.rebuild(cotangents))).leaves];
    const rows = vmap(pullFlat, { chunk_size: options.chunk_size ?? null })(...basisOf(outputs.leaves)) as Tensor[];
    const split = rows.map((row) => settle(row, leaves).split(counts, 0));
    const blocks = outputs.leaves.map((y, o) => {
      const each = primals.rebuild(
        primals.leaves.map((x, i) => split[i]![o]!.reshape([...y.shape, ...(x as Tensor).shape])),
      ) as unknown[];
      return typeof by === "number" ? each[0] : each;
    });
    const jacobian = is_tensor(output) ? blocks[0] : outputs.rebuild(blocks);
    return (options.has_aux === true ? [jacobian, aux] : jacobian) as Blocks;
  };
}

/**
 * As {@link jacrev}, column by column (all at once) by forward passes: better where there are more outputs than inputs.
 * @example
 * ```ts
 * import { tensor, type Tensor } from "@tt/core";
 * import { jacfwd } from "@tt/autograd/func";
 * jacfwd((x: Tensor) => x.sin())(tensor([0, 1])); // diag(cos(x))
 * ```
 */
export function jacfwd<A extends unknown[]>(
  func: (...args: A) => unknown,
  argnums: Argnums | JacobianOptions = 0,
  has_aux = false,
): (...args: A) => Blocks {
  const options = optionsOf(argnums, has_aux);
  const by = options.argnums ?? 0;
  return (...args) => {
    const [only, chosen] = onlyOf(func, args, by);
    const leaves = differentiateBy(
      chosen,
      chosen.map((_, i) => i),
    );
    const linear = linearMap(only, leaves, options.has_aux ?? false, "jacfwd(f)(*args)");
    const primals = leaves.flat;
    const xs = primals.leaves as Tensor[];
    const counts = xs.map((x) => x.numel());
    const push = (...tangents: Tensor[]): Tensor[] => linear.push(tangents);
    const columns = vmap(push, { out_dims: -1, chunk_size: options.chunk_size ?? null })(...basisOf(xs));
    const { outputs } = linear;
    const blocks = outputs.leaves.map((y, o) => {
      const parts = settle(columns[o]!, leaves.leaves).split(counts, -1);
      const each = primals.rebuild(xs.map((x, i) => parts[i]!.reshape([...y.shape, ...x.shape]))) as unknown[];
      return typeof by === "number" ? each[0] : each;
    });
    const [first] = outputs.leaves;
    const single = is_tensor(outputs.rebuild([first]));
    const jacobian = single ? blocks[0] : outputs.rebuild(blocks);
    return (options.has_aux === true ? [jacobian, linear.aux] : jacobian) as Blocks;
  };
}

/**
 * A function that gives the Hessian of `func`, which gives a number: shape `[...input.shape, ...input.shape]`, for
 * several `argnums` a list of lists. Both derivatives are taken backwards: here forward ones are made of two
 * backward ones.
 */
export function hessian<A extends unknown[]>(
  func: (...args: A) => unknown,
  argnums: Argnums = 0,
): (...args: A) => Blocks {
  return jacrev(jacrev(func, argnums), argnums);
}
