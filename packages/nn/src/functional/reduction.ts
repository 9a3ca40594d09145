import type { Bound } from "@tt/core/dispatch";
import { RuntimeError, type Tensor, ValueError } from "@tt/core";

/** How a loss puts its elements together. */
export type Reduction = "none" | "mean" | "sum";

/** PyTorch's deprecated pair of flags, before `reduction`. */
export const LEGACY = "bool? size_average=None, bool? reduce=None";

/** `reduction`, or what the deprecated flags say. */
export function reductionOf(size_average: boolean | null, reduce: boolean | null, reduction: string): Reduction {
  if (size_average !== null || reduce !== null) {
    if (reduce === false) return "none";
    return size_average === false ? "sum" : "mean";
  }
  if (reduction !== "none" && reduction !== "mean" && reduction !== "sum") {
    throw new ValueError(`${reduction} is not a valid value for reduction`);
  }
  return reduction;
}

/** The mean or sum of the elements, or the elements. */
export function reduceLoss(losses: Tensor, reduction: Reduction): Tensor {
  return reduction === "mean" ? losses.mean() : reduction === "sum" ? losses.sum() : losses;
}

/** Warns as PyTorch does when a loss would broadcast. */
export function warnAboutSizes(input: Tensor, target: Tensor): void {
  if (input.shape.join() === target.shape.join()) return;
  // oxlint-disable-next-line no-console
  console.warn(
    `UserWarning: Using a target size (torch.Size([${target.shape.join(", ")}])) that is different to the input size (torch.Size([${input.shape.join(", ")}])). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.`,
  );
}

/** Throws unless all shapes agree. */
export function requireSameSize(target: Tensor, input: Tensor): void {
  if (target.shape.join() === input.shape.join()) return;
  throw new ValueError(
    `Target size (torch.Size([${target.shape.join(", ")}])) must be the same as input size (torch.Size([${input.shape.join(", ")}]))`,
  );
}

/** A list of lengths given as numbers or as a tensor. */
export function lengthsOf(lengths: Bound): number[] {
  if (Array.isArray(lengths)) return lengths.map(Number);
  const list = (lengths as Tensor).tolist() as unknown;
  if (!Array.isArray(list)) throw new RuntimeError("input_lengths must be a list or a vector");
  return list.map(Number);
}
