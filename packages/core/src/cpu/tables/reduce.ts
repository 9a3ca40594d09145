import type { Kernel, Kernels } from "../../dispatch/backend.ts";
import { reduce, type ReduceKind } from "../reduce/index.ts";

const KINDS: readonly ReduceKind[] = ["sum", "mean", "nansum", "prod", "amin", "amax", "any", "all"];

/** Reductions: `(out, input, dims)`. */
export const reduceKernels: Kernels = Object.fromEntries(
  KINDS.map((kind): [string, Kernel] => [kind, (out, input, dims) => reduce(kind, out, input, dims)]),
);
