import { bool, is_tensor, resultType, type Tensor } from "@tt/core";
import { call, type Op } from "@tt/core/dispatch";
import { batchedBy, type Batching } from "./batched.ts";

/** All examples of `arg`, with ones after the batch so that each has `rank` dimensions. */
export function padded(value: Tensor, rank: number): Tensor {
  const missing = rank + 1 - value.ndim;
  if (missing <= 0) return value;
  return value.view([value.shape[0]!, ...new Array<number>(missing).fill(1), ...value.shape.slice(1)]);
}

/** Operands that broadcast as each example's would. */
export function aligned(layer: Batching, op: Op, args: readonly unknown[], rank: number): unknown[] {
  const out = [...args];
  const operands = op.operands.map((i) => args[i]).filter(is_tensor);
  const dtypes = new Set(operands.filter((t) => t.dtype !== bool).map((t) => t.dtype));
  // A number's dtype counts less than a vector's, but every example of a batched number lies in a vector.
  const common = dtypes.size > 1 ? resultType(op.operands.map((i) => args[i] as Tensor | number | null)) : null;
  for (const i of op.operands) {
    let arg = args[i];
    if (!is_tensor(arg)) continue;
    if (batchedBy(arg, layer)) arg = padded(arg.value, rank);
    const tensor = arg as Tensor;
    out[i] = common !== null && tensor.dtype !== bool && tensor.dtype !== common ? tensor.to(common) : tensor;
  }
  return out;
}

/** The rule of element-wise ops: align and compute. */
export function pointwiseRule(layer: Batching, op: Op, args: unknown[]): unknown {
  const rank = Math.max(...op.operands.map((i) => (is_tensor(args[i]) ? args[i].ndim : 0)));
  return call(op, aligned(layer, op, args, rank));
}

/** Arguments for an op that writes into its first one. */
export function alignedInplace(layer: Batching, op: Op, args: readonly unknown[]): unknown[] {
  const target = args[0] as Tensor;
  const out = [...args];
  for (const i of op.operands) {
    const arg = args[i];
    if (batchedBy(arg, layer)) out[i] = padded(arg.value, target.ndim);
  }
  return out;
}
