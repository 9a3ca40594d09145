import { defineOp } from "../../dispatch/op.ts";
import { callOp } from "../pointwise/formulas.ts";

/** The torch-level function and method that do what an op of `torch.linalg` does. */
export function torchForm(schema: string, target: string, doc: string): void {
  defineOp({ schema, doc, decompose: (...args) => callOp(target, ...(args as unknown[])) });
}
