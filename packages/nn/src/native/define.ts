import { type Bound, defineOp } from "@tt/core/dispatch";

/** Defines `torch.NAME` from ordinary code over tensors; programs mostly use `torch.nn.functional` instead. */
export function defineNative(schema: string, doc: string, decompose: (...args: Bound[]) => unknown): void {
  defineOp({ schema, doc, variants: "function", out: false, decompose });
}
