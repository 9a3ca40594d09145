import type { GradientEdgeSource } from "../dispatch/autograd.ts";
import type { Storage } from "../storage.ts";
import { Tensor } from "../tensor/tensor.ts";

/**
 * Calls `found` with the memory of every tensor that can be reached from `value`: through arrays, maps, sets and the
 * properties of objects and modules, and from tensors through their gradients and graphs.
 */
export function reach(value: unknown, found: (storage: Storage) => void): void {
  const seen = new Set<object>();
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const item = stack.pop();
    if ((typeof item !== "object" && typeof item !== "function") || item === null || seen.has(item)) continue;
    seen.add(item);
    if (item instanceof Tensor) {
      found(item.storage);
      stack.push(item.gradTensor, item.base);
      if (item.gradNode !== null) reachGraph(item.gradNode, seen, stack);
    } else if (Array.isArray(item) || item instanceof Set) for (const entry of item as unknown[]) stack.push(entry);
    else if (item instanceof Map) for (const [key, entry] of item) stack.push(key, entry);
    else if (!ArrayBuffer.isView(item)) for (const key of Object.keys(item)) stack.push(Reflect.get(item, key));
  }
}

function reachGraph(root: GradientEdgeSource, seen: Set<object>, stack: unknown[]): void {
  const nodes: GradientEdgeSource[] = [root];
  while (nodes.length > 0) {
    const node = nodes.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.held !== undefined) stack.push(...node.held);
    for (const [next] of node.next_functions) if (next !== null) nodes.push(next);
  }
}
