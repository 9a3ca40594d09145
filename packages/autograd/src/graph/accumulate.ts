import type { RemovableHandle, Tensor } from "@tt/core";
import { memory, modes } from "@tt/core/dispatch";
import { type Gradients, Node, registerIn } from "./node.ts";

/** The end of the graph at a leaf: adds what arrives to the leaf's `grad`. */
export class AccumulateGrad extends Node {
  readonly variable: Tensor;
  private readonly post = new Map<number, (tensor: Tensor) => void>();
  /** Whether the gradient that arrives may be kept without a copy; set by the engine before each run. */
  mayKeep = false;

  constructor(variable: Tensor) {
    super(Number.POSITIVE_INFINITY);
    this.variable = variable;
    this.meta0 = variable;
  }

  override name(): string {
    return "torch::autograd::AccumulateGrad";
  }

  addPostHook(hook: (tensor: Tensor) => void): RemovableHandle {
    return registerIn(this.post, hook);
  }

  override get held(): readonly unknown[] {
    return [this.variable];
  }

  override apply(grads: Gradients): Gradients {
    const grad = grads[0] ?? null;
    const { variable } = this;
    if (grad === null || !variable.requires_grad) return [];
    const current = variable.gradTensor;
    if (current === null) variable.gradTensor = this.first(grad);
    else if (modes().gradEnabled) variable.gradTensor = current.add(grad);
    else current.add_(grad);
    memory.keep?.(variable.gradTensor);
    for (const hook of this.post.values()) hook(variable);
    return [];
  }

  /** Whether the leaf's gradient lies in the memory of `grad`. */
  keeps(grad: Tensor): boolean {
    return this.variable.gradTensor?.storage === grad.storage;
  }

  private first(grad: Tensor): Tensor {
    if (modes().gradEnabled) return grad.clone();
    const whole = grad.contiguous_ && grad.offset === 0 && grad.numel() * grad.dtype.itemsize === grad.storage.nbytes;
    return this.mayKeep && whole ? grad.detach() : grad.clone();
  }
}

/** The accumulator of a leaf; one per tensor. */
export function accumulatorOf(tensor: Tensor): AccumulateGrad {
  tensor.extra ??= {};
  return (tensor.extra.gradAccumulator ??= new AccumulateGrad(tensor)) as AccumulateGrad;
}
