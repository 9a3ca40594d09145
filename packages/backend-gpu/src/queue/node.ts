import type { DType } from "@tt/core";
import type { Program } from "@tt/core/dispatch";
import type { Kernel } from "../wgsl/kernel.ts";
import type { View } from "./view.ts";

/** Queued element-wise work: `out[i] = program(inputs[i], scalars)`. */
export interface MapNode {
  readonly kernel: null;
  readonly program: Program;
  readonly compute: DType;
  readonly out: View;
  /** Numbers are operands that are the same everywhere. */
  readonly inputs: readonly (View | number)[];
  readonly scalars: readonly number[];
}

/** Queued work of a template; `views` are the operands', in their order. */
export interface KernelNode {
  readonly kernel: Kernel;
  readonly views: readonly View[];
}

export type Node = MapNode | KernelNode;
