import { RuntimeError, scalarTypeName, type Tensor } from "@tt/core";
import { is_anomaly_enabled } from "./anomaly.ts";
import { gradFnOf } from "./edges.ts";
import type { Node } from "./node.ts";

/** Raised when a graph is used after its saved values were freed. */
export function freedError(): RuntimeError {
  return new RuntimeError(
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.",
  );
}

/**
 * Throws when a saved tensor was written to since it was saved.
 * @param origin - the node that saved it as its own result
 */
export function checkVersion(tensor: Tensor, expected: number, origin: Node | null = null): void {
  if (tensor._version === expected) return;
  const node = origin ?? gradFnOf(tensor);
  const source = node === null ? "" : `, which is output ${tensor.outputNr} of ${node.name()},`;
  const hint = is_anomaly_enabled()
    ? "Hint: the backtrace further above shows the operation that failed to compute its gradient. The variable in question was changed in there or anywhere later. Good luck!"
    : "Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True).";
  throw new RuntimeError(
    `one of the variables needed for gradient computation has been modified by an inplace operation: [torch.${scalarTypeName(tensor.dtype)}Tensor [${tensor.shape.join(", ")}]]${source} is at version ${tensor._version}; expected version ${expected} instead. ${hint}`,
  );
}
