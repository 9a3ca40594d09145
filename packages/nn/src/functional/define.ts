import { type Bound, defineOp } from "@tt/core/dispatch";

/** Defines `torch.nn.functional.NAME` from ordinary code over tensors. */
export function defineFunction(schema: string, doc: string, decompose: (...args: Bound[]) => unknown): void {
  defineOp({ schema: `nn_${schema}`, doc, namespace: "nn.functional", variants: "function", out: false, decompose });
}
