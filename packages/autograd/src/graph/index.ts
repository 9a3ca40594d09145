/** torch.autograd.graph: what users may do with the recorded graph. */
import type { Tensor } from "@tt/core";

export { Node } from "./node.ts";
export { disable_saved_tensors_hooks, save_on_cpu, saved_tensors_hooks } from "./saved_hooks.ts";

/** Tells the graph that a tensor was written to by other means, as in-place operations do. */
export function increment_version(tensor: Tensor): void {
  tensor.versionCell.version++;
}
