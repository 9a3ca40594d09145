import { pyRepr, RuntimeError, type Tensor, ValueError, view_as_real } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import type { ParamState } from "./types.ts";

/** @throws ValueError when a number is negative or NaN */
export function checkNotNegative(what: string, value: number | undefined): void {
  if (value !== undefined && !(value >= 0)) throw new ValueError(`Invalid ${what}: ${pyRepr(value)}`);
}

/** @throws ValueError when a coefficient is not of [0, 1) */
export function checkBetas(betas: readonly number[]): void {
  for (const i of [0, 1]) {
    const beta = betas[i]!;
    if (!(beta >= 0 && beta < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${pyRepr(beta)}`);
  }
}

/** The parameters of a group that have a gradient. */
export function withGradients(params: readonly Tensor[], optimizer: string): Tensor[] {
  const found = params.filter((p) => p.gradTensor !== null);
  if (found.some((p) => p.gradTensor!.is_sparse)) {
    throw new RuntimeError(`${optimizer} does not support sparse gradients`);
  }
  return found;
}

/** A coalesced sparse tensor with other values. */
export function sparseLike(sparse: Tensor, values: Tensor): Tensor {
  return callOp("_sparse_coo", sparse.indices(), values, sparse.shape, true);
}

/** A complex tensor as pairs of real numbers; others themselves. */
export function asReal(tensor: Tensor): Tensor {
  return tensor.is_complex() ? view_as_real(tensor) : tensor;
}

/**
 * Raises a 0-d step count. It lies in host memory, where a plain write costs less than an op.
 * @returns the new count
 */
export function countStep(state: ParamState): number {
  const step = state["step"] as Tensor | number;
  if (typeof step === "number") return (state["step"] = step + 1);
  const { host } = step.storage;
  if (host === null || step.dtype.lanes !== 1 || typeof step.array[step.offset] !== "number") {
    step.add_(1);
    return step.item();
  }
  const array = step.array as Float32Array;
  step.versionCell.version++;
  return (array[step.offset] = array[step.offset]! + 1);
}
