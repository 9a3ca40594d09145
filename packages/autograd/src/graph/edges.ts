import type { Tensor } from "@tt/core";
import { accumulatorOf } from "./accumulate.ts";
import type { Node } from "./node.ts";
import { viewNode } from "./views.ts";

/** The node a tensor came from, made anew for views of memory that has been written to. */
export function gradFnOf(tensor: Tensor): Node | null {
  return tensor.base === null ? (tensor.gradNode as Node | null) : viewNode(tensor);
}

/** Where the gradient of `tensor` goes; null when none is wanted. The output number is `tensor.outputNr`. */
export function edgeOf(tensor: Tensor): Node | null {
  const node = gradFnOf(tensor);
  if (node !== null) return node;
  return tensor.requiresGradFlag ? accumulatorOf(tensor) : null;
}
