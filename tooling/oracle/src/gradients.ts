/** First and second gradients of a call, by the formulas of README.md, "Gradients". */

import type { Mode } from "./compare.ts";
import { cotangent, ones, secondWeight } from "./cotangent.ts";
import type { TensorRecord } from "./elements.ts";
import { tensorDifference } from "./results.ts";
import { property, send, type Tensor, type TT } from "./tt.ts";

export interface GradRecord {
  readonly leaf: string;
  readonly grad: TensorRecord | null;
}

/** Gradients of the sum over outputs of <cotangent, output>; null when no output requires grad. */
export function firstGradients(
  tt: TT,
  outputs: readonly Tensor[],
  modes: readonly Mode[] | undefined,
  leaves: readonly Tensor[],
  createGraph: boolean,
): (Tensor | null)[] | null {
  const used: Tensor[] = [];
  const cotangents: Tensor[] = [];
  for (const [k, output] of outputs.entries()) {
    const mode = modes?.[k] ?? "value";
    if (!output.requires_grad || mode === "meta") continue;
    const dense = property(output, "is_sparse") === true ? (send(output, "to_dense", []) as Tensor) : output;
    const target = mode === "abs" ? (send(dense, "abs", []) as Tensor) : dense;
    const { shape, dtype } = target;
    used.push(target);
    cotangents.push(tt.fromElements(mode === "unordered" ? ones(shape, dtype.name) : cotangent(shape, dtype.name, k)));
  }
  return used.length === 0 ? null : tt.grad(used, leaves, cotangents, createGraph);
}

/** Gradients of the weighted sum of the first gradients; null when that is constant. */
export function secondGradients(
  tt: TT,
  firsts: readonly (Tensor | null)[],
  leaves: readonly Tensor[],
): (Tensor | null)[] | null {
  let total: Tensor | null = null;
  for (const [j, first] of firsts.entries()) {
    if (first === null || !first.requires_grad || first.dtype.name.startsWith("complex")) continue;
    const weight = tt.fromElements(secondWeight(first.shape, first.dtype.name, j));
    const term = send(send(first, "mul", [weight]), "sum", []) as Tensor;
    total = total === null ? term : (send(total, "add", [term]) as Tensor);
  }
  return total === null ? null : tt.grad([total], leaves, null, false);
}

/** How gradients differ from their records, or null. */
export async function gradientDifference(
  tt: TT,
  got: readonly (Tensor | null)[] | null,
  records: readonly GradRecord[],
  scale: number,
): Promise<string | null> {
  if (got === null) return "no output requires grad";
  for (const [i, { leaf, grad }] of records.entries()) {
    const found = got[i] ?? null;
    if (grad === null && found === null) continue;
    if (grad === null) return `${leaf} has a gradient, in PyTorch it is not connected`;
    if (found === null) return `${leaf} has no gradient`;
    const problem = await tensorDifference(tt, found, grad, { scale });
    if (problem !== null) return `${leaf}: ${problem}`;
  }
  return null;
}
