import type { RemovableHandle } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Op } from "./op.ts";

/** What the rest of core knows of a graph node; @tt/autograd makes them. */
export interface GradientEdgeSource {
  /** PyTorch's name of the node, such as "AddBackward0". */
  name(): string;
  /** Where gradients go next: (node, index of its input) pairs, null where none is needed. */
  readonly next_functions: readonly (readonly [GradientEdgeSource | null, number])[];
  /** What it keeps for its gradient, tensors among it. */
  readonly held?: readonly unknown[];
}

/** The part of dispatch that @tt/autograd plugs into when it is imported. */
export interface AutogradRuntime {
  /** Runs a view op, or an op whose inputs require grad, and records it. */
  record(op: Op, args: unknown[]): unknown;
  /** Runs `op` in place; called for every in-place op while grad mode is on. */
  recordInplace(op: Op, args: unknown[], target: Tensor): Tensor;
  /** The node a view came from, made anew when its base was changed. */
  gradFn(tensor: Tensor): GradientEdgeSource | null;
  setRequiresGrad(tensor: Tensor, value: boolean): void;
  checkGrad(tensor: Tensor, grad: Tensor): void;
  warnNonLeafGrad(): void;
  backward(tensor: Tensor, args: readonly unknown[]): void;
  retainGrad(tensor: Tensor): void;
  registerHook(tensor: Tensor, hook: (grad: Tensor) => Tensor | null | undefined | void): RemovableHandle;
  registerPostAccumulateHook(tensor: Tensor, hook: (tensor: Tensor) => void): RemovableHandle;
}
