/// <reference lib="esnext.disposable" preserve="true" />
import { enable_grad, is_tensor, RuntimeError, type Tensor, ValueError, zeros_like } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { accumulatorOf } from "../graph/accumulate.ts";
import { edgeOf } from "../graph/edges.ts";
import { pull } from "../func/grad.ts";
import { leavesOf, needsGraph, settle } from "../func/history.ts";
import { withoutHistory } from "../func/vmap/batched.ts";
import { grad } from "../backward.ts";

/** A primal and its tangent, null where it does not depend on a dual tensor. */
export type UnpackedDualTensor = readonly [primal: Tensor, tangent: Tensor | null] & {
  readonly primal: Tensor;
  readonly tangent: Tensor | null;
};

interface Level {
  /** Dual tensors made in this level, and their tangents. */
  readonly leaves: Tensor[];
  readonly tangents: Tensor[];
}

let level: Level | null = null;

/**
 * Enters forward mode; duals live until it is left.
 * @throws RuntimeError within another one
 */
export function enter_dual_level(): number {
  if (level !== null) throw new RuntimeError("Nested forward mode AD is not supported at the moment");
  level = { leaves: [], tangents: [] };
  return 0;
}

/** Leaves forward mode: all tangents are forgotten. */
export function exit_dual_level(): void {
  if (level === null) throw new RuntimeError("Trying to exit a forward AD level but none was entered");
  level = null;
}

/**
 * Runs `fn` in forward mode; without it, for the rest of the block (`using _ = dual_level()`).
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { forward_ad } from "@tt/autograd";
 * const slope = forward_ad.dual_level(() => {
 *   const x = forward_ad.make_dual(tensor(3), tensor(1));
 *   return forward_ad.unpack_dual(x.mul(x)).tangent;
 * });
 * // slope = 6
 * ```
 */
export function dual_level(): Disposable;
export function dual_level<R>(fn: () => R): R;
export function dual_level<R>(fn?: () => R): R | Disposable {
  enter_dual_level();
  if (fn === undefined) return { [Symbol.dispose]: exit_dual_level };
  try {
    return fn();
  } finally {
    exit_dual_level();
  }
}

/**
 * `tensor` with the direction it moves in. Ops on it are recorded, and {@link unpack_dual} finds how their results
 * move by differentiating backwards twice; so grad mode must be on for them.
 * @throws RuntimeError outside of a dual level
 */
export function make_dual(tensor: Tensor, tangent: Tensor): Tensor {
  if (level === null) {
    throw new RuntimeError(
      "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first.",
    );
  }
  for (const [name, value] of [
    ["primal", tensor],
    ["tangent", tangent],
  ] as const) {
    if (!is_tensor(value)) throw new TypeError(`make_dual(): ${name} must be Tensor, not ${pythonTypeName(value)}`);
    if (value.dtype.category < 2) {
      throw new ValueError(`Expected ${name} to be floating point or complex, but got: ${value.dtype.toString()}`);
    }
  }
  if (String(tensor.shape) !== String(tangent.shape)) {
    throw new RuntimeError(
      `Trying to set a forward gradient that has a different size than that of the original Tensor, this is not supported. Tensor is of size [${tensor.shape.join(", ")}] while the given forward gradient is of size [${tangent.shape.join(", ")}].`,
    );
  }
  const dual = leavesOf([tensor]).tensors[0]!;
  level.leaves.push(dual);
  level.tangents.push(tangent);
  return dual;
}

function unpacked(primal: Tensor, tangent: Tensor | null): UnpackedDualTensor {
  return Object.assign([primal, tangent] as const, { primal, tangent });
}

/** The value of a tensor computed in forward mode, and how it moves. */
export function unpack_dual(tensor: Tensor): UnpackedDualTensor {
  if (level === null || level.leaves.length === 0 || !tensor.requires_grad) return unpacked(tensor, null);
  const leaves = { tensors: level.leaves, nodes: new Set(level.leaves.map((leaf) => edgeOf(leaf)!)) };
  const { tangents } = level;
  const own = leaves.tensors.indexOf(tensor);
  if (own >= 0) return unpacked(settle(tensor, leaves), tangents[own]!);
  const cotangent = withoutHistory(zeros_like(tensor)).requires_grad_();
  const pulled = enable_grad(() => pull([tensor], [cotangent], leaves, { create_graph: true, retain_graph: true }));
  const kept = [...pulled.keys()].filter((i) => pulled[i]!.requires_grad);
  const primal = settle(tensor, leaves);
  if (kept.length === 0) return unpacked(primal, null);
  const all = { tensors: leaves.tensors, nodes: new Set([...leaves.nodes, accumulatorOf(cotangent)]) };
  const create_graph = needsGraph([...kept.map((i) => pulled[i]!), ...tangents], all);
  const [tangent] = grad(
    kept.map((i) => pulled[i]!),
    cotangent,
    kept.map((i) => tangents[i]!),
    {
      create_graph,
      retain_graph: true,
      allow_unused: true,
    },
  ) as (Tensor | null)[];
  return unpacked(primal, tangent === null || tangent === undefined ? null : settle(tangent, all));
}
