import { enable_grad, is_tensor, RuntimeError, type Tensor, zeros_like } from "@tt/core";
import { isOptions, pythonTypeName } from "@tt/core/dispatch";
import { grad as gradients } from "../backward.ts";
import { accumulatorOf } from "../graph/accumulate.ts";
import { differentiateBy, type Differentiated, pull, settleTree, splitAux } from "./grad.ts";
import { type Leaves, needsGraph, settle } from "./history.ts";
import { type Flat, flatten } from "./tree.ts";
import { withoutHistory } from "./vmap/batched.ts";

interface AuxOption {
  readonly has_aux?: boolean;
}

function isAuxOption(value: unknown): value is AuxOption {
  return isOptions(value) && Object.keys(value).length === 1 && "has_aux" in value;
}

/** The output's tensors, and how they were nested. */
export function outputsOf(output: unknown, name: string): Flat<Tensor> {
  const flat = flatten(output);
  for (const leaf of flat.leaves) {
    if (!is_tensor(leaf)) {
      throw new RuntimeError(
        `${name}: Expected f(*args) to return only tensors, got unsupported type ${pythonTypeName(leaf)}`,
      );
    }
  }
  return flat as Flat<Tensor>;
}

/** Throws unless `tree` is nested as `flat` is, with tensors of the same shapes. */
function matching(tree: unknown, flat: Flat, name: string, of: string): Tensor[] {
  const { leaves } = flatten(tree);
  const fits =
    leaves.length === flat.leaves.length &&
    leaves.every((leaf, i) => is_tensor(leaf) && String(leaf.shape) === String((flat.leaves[i] as Tensor).shape));
  if (!fits)
    throw new RuntimeError(`${name}: Expected ${of} to have the same structure and shapes as what they belong to`);
  return leaves as Tensor[];
}

/**
 * `[output, pullback]`: `pullback(cotangents)` (nested as the output is) gives a list with the product for each
 * primal; it may be called many times. With `{has_aux: true}` as the last argument `func` gives `[output, aux]` and
 * the result is `[output, pullback, aux]`.
 * @example
 * ```ts
 * import { ones, tensor, type Tensor } from "@tt/core";
 * import { vjp } from "@tt/autograd/func";
 * const [y, pullback] = vjp((x: Tensor) => x.mul(x), tensor([1, 2]));
 * pullback(ones(2)); // [[2, 4]]
 * ```
 */
export function vjp(
  func: (...args: never[]) => unknown,
  ...primals: unknown[]
): [output: Tensor, pullback: (cotangents: unknown) => Tensor[], aux: unknown] {
  const last = primals.at(-1);
  const has_aux = isAuxOption(last) ? (last.has_aux ?? false) : false;
  const { output, pullback, aux } = pullbackOf(func, isAuxOption(last) ? primals.slice(0, -1) : primals, has_aux);
  return [output, pullback, aux];
}

/** What {@link vjp} gives, and what it differentiates by. */
export function pullbackOf(
  func: (...args: never[]) => unknown,
  args: readonly unknown[],
  has_aux: boolean,
): { output: Tensor; pullback: (cotangents: unknown) => Tensor[]; aux: unknown; leaves: Leaves } {
  const by = differentiateBy(
    args,
    args.map((_, i) => i),
  );
  const [output, aux] = splitAux(
    enable_grad(() => func(...(by.args as never[]))),
    has_aux,
  );
  const outputs = outputsOf(output, "vjp(f, *primals)");
  const pullback = (cotangents: unknown): Tensor[] => {
    const given = matching(cotangents, outputs, "vjp_fn", "cotangents");
    const create_graph = needsGraph([...outputs.leaves, ...given], by.leaves);
    const products = pull(outputs.leaves, given, by.leaves, { create_graph, retain_graph: true });
    return by.flat.rebuild(products.map((p) => settle(p, by.leaves))) as Tensor[];
  };
  const { leaves } = by;
  return { output: settleTree(output, leaves) as Tensor, pullback, aux: settleTree(aux, leaves), leaves };
}

/**
 * `[output, push]`: what `func` gives at `primals`, and the linear map that it is near them. `push(...tangents)` takes
 * tangents, nested as the primals are, to the output's; it may be called many times.
 * @example
 * ```ts
 * import { ones, tensor, type Tensor } from "@tt/core";
 * import { linearize } from "@tt/autograd/func";
 * const [y, push] = linearize((x: Tensor) => x.mul(x), tensor([1, 2]));
 * push(ones(2)).tolist(); // [2, 4]
 * ```
 */
export function linearize(
  func: (...args: never[]) => unknown,
  ...primals: unknown[]
): [output: Tensor, push: (...tangents: unknown[]) => Tensor] {
  const by = differentiateBy(
    primals,
    primals.map((_, i) => i),
  );
  const linear = linearMap(func, by, false, "linearize(f, *primals)");
  const { outputs } = linear;
  return [
    outputs.rebuild(outputs.leaves.map((y) => settle(y, by.leaves))) as Tensor,
    (...tangents) => {
      const given = matching(tangents, by.flat, "linearize(f, *primals)", "tangents");
      return outputs.rebuild(linear.push(given)) as Tensor;
    },
  ];
}

/** The linear map that a function is near a point, made by differentiating backwards: see {@link linearMap}. */
export interface Linear {
  readonly by: Differentiated;
  readonly outputs: Flat<Tensor>;
  readonly aux: unknown;
  /** The outputs' tangents for tangents of the leaves. */
  push(tangents: readonly Tensor[]): Tensor[];
}

/**
 * Evaluates `func` and records its pullback as a function of the cotangents. That is linear in them, so its own
 * pullback takes tangents forward, at any point and as often as wanted.
 */
export function linearMap(
  func: (...args: never[]) => unknown,
  by: Differentiated,
  has_aux: boolean,
  name: string,
): Linear {
  return enable_grad(() => {
    const [output, aux] = splitAux(func(...(by.args as never[])), has_aux);
    const outputs = outputsOf(output, name);
    const ys = outputs.leaves;
    const cotangents = ys.map((y) => withoutHistory(zeros_like(y)));
    for (const c of cotangents) if (c.dtype.category >= 2) c.requires_grad_();
    const pulled = pull(ys, cotangents, by.leaves, { create_graph: true });
    return { by, outputs, aux, push: (tangents) => pushThrough(pulled, cotangents, tangents, ys, by.leaves) };
  });
}

function pushThrough(
  pulled: readonly Tensor[],
  cotangents: readonly Tensor[],
  tangents: readonly Tensor[],
  ys: readonly Tensor[],
  leaves: Leaves,
): Tensor[] {
  const kept = [...pulled.keys()].filter((i) => pulled[i]!.requires_grad);
  const wanted = [...cotangents.keys()].filter((i) => cotangents[i]!.requires_grad);
  const out = ys.map((y) => withoutHistory(zeros_like(y)));
  if (kept.length === 0 || wanted.length === 0) return out;
  const all: Leaves = {
    tensors: leaves.tensors,
    nodes: new Set([...leaves.nodes, ...wanted.map((i) => accumulatorOf(cotangents[i]!))]),
  };
  const create_graph = needsGraph([...kept.map((i) => pulled[i]!), ...kept.map((i) => tangents[i]!)], all);
  const found = gradients(
    kept.map((i) => pulled[i]!),
    wanted.map((i) => cotangents[i]!),
    kept.map((i) => tangents[i]!),
    { create_graph, retain_graph: true, allow_unused: true },
  );
  wanted.forEach((i, k) => {
    const g = found[k] ?? null;
    if (g !== null) out[i] = settle(g, all);
  });
  return out;
}

/**
 * `[output, tangents]`: what `func` gives at `primals` (a list of its arguments), and how that moves when they move
 * along `tangents`. With `has_aux`, `func` gives `[output, aux]` and the result is `[output, tangents, aux]`.
 * @example
 * ```ts
 * import { tensor, type Tensor } from "@tt/core";
 * import { jvp } from "@tt/autograd/func";
 * const [y, t] = jvp((x: Tensor) => x.mul(x), [tensor(3)], [tensor(1)]);
 * // y = 9, t = 6
 * ```
 */
export function jvp(
  func: (...args: never[]) => unknown,
  primals: readonly unknown[],
  tangents: readonly unknown[],
  options: { readonly strict?: boolean; readonly has_aux?: boolean } = {},
): [output: Tensor, tangents: Tensor, aux: unknown] {
  if (!Array.isArray(primals) || !Array.isArray(tangents)) {
    throw new RuntimeError("jvp(f, primals, tangents): Expected primals and tangents to be tuples");
  }
  const by = differentiateBy(
    primals,
    primals.map((_, i) => i),
  );
  const directions = matching(tangents, by.flat, "jvp(f, primals, tangents)", "tangents");
  const linear = linearMap(func, by, options.has_aux ?? false, "jvp(f, primals, tangents)");
  const pushed = linear.push(directions);
  const { outputs, aux } = linear;
  return [
    outputs.rebuild(outputs.leaves.map((y) => settle(y, by.leaves))) as Tensor,
    outputs.rebuild(pushed) as Tensor,
    settleTree(aux, by.leaves),
  ];
}
