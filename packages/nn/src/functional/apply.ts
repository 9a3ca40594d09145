import { type Bound, call, callInplace, findOp } from "@tt/core/dispatch";
import type { Tensor } from "@tt/core";

/** Calls an op by its full name with arguments in schema order, or its in-place form. */
export function apply(fullName: string, inplace: boolean, ...args: Bound[]): Tensor {
  const op = findOp(fullName);
  if (op === undefined) throw new Error(`no op is called "${fullName}"`);
  return inplace ? callInplace(op, args) : (call(op, args) as Tensor);
}
