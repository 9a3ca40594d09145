import { enable_grad, is_grad_enabled, type Tensor } from "@tt/core";
import { modes } from "@tt/core/dispatch";
import { AccumulateGrad } from "../graph/accumulate.ts";
import { edgeOf } from "../graph/edges.ts";
import type { Node } from "../graph/node.ts";
import { withoutHistory } from "./vmap/batched.ts";

/** Arguments that a transformation differentiates by. */
export interface Leaves {
  readonly tensors: readonly Tensor[];
  readonly nodes: ReadonlySet<Node>;
}

/**
 * New tensors to differentiate by: connected to what they were computed from, so that transformations nest, but
 * told apart from the same tensor where the function captures it.
 */
export function leavesOf(tensors: readonly Tensor[]): Leaves {
  const outer = is_grad_enabled();
  const fresh = enable_grad(() =>
    tensors.map((t) => (outer && t.requires_grad ? t.view_as(t) : withoutHistory(t).requires_grad_())),
  );
  return { tensors: fresh, nodes: new Set(fresh.map((t) => edgeOf(t)!)) };
}

/** Whether gradients lead from `tensor` to anything but the leaves. */
function leadsOutside(tensors: readonly Tensor[], { tensors: fresh, nodes }: Leaves): boolean {
  if (fresh.some((t) => t.grad_fn !== null)) return true;
  const seen = new Set<Node>();
  const stack = tensors.flatMap((t) => edgeOf(t) ?? []);
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    if (node instanceof AccumulateGrad && !nodes.has(node)) return true;
    for (const next of node.next) if (next !== null) stack.push(next);
  }
  return false;
}

/** Whether gradients must themselves be differentiable, for something outside of the transformation. */
export function needsGraph(outputs: readonly Tensor[], leaves: Leaves): boolean {
  return is_grad_enabled() && (modes().layers.some((l) => l.name === "vmap") || leadsOutside(outputs, leaves));
}

/** A result without the history that only leads to the leaves. */
export function settle(tensor: Tensor, leaves: Leaves): Tensor {
  if (!tensor.requires_grad) return tensor;
  return is_grad_enabled() && leadsOutside([tensor], leaves) ? tensor : withoutHistory(tensor);
}
