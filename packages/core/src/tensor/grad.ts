import type { AutogradRuntime, GradientEdgeSource } from "../dispatch/autograd.ts";
import { state } from "../dispatch/state.ts";
import { RuntimeError } from "../errors.ts";
import { Tensor } from "./tensor.ts";

/** A registered hook; `remove()` takes it out again. */
export interface RemovableHandle {
  remove(): void;
  [Symbol.dispose](): void;
}

/** How gradients are asked for by {@link TensorGrad.backward}. */
export interface BackwardOptions {
  readonly gradient?: Tensor | null;
  readonly retain_graph?: boolean | null;
  readonly create_graph?: boolean;
  readonly inputs?: Tensor | readonly Tensor[] | null;
}

/** Members of tensors that have to do with gradients. They work once `@tt/autograd` is imported. */
export interface TensorGrad {
  /** Whether operations on this tensor are recorded. Only leaves may be switched off. */
  requires_grad: boolean;
  /** Gradient accumulated by `backward`, of this tensor's shape and dtype; null before. */
  grad: Tensor | null;
  /** The node this tensor came from; null for leaves. */
  readonly grad_fn: GradientEdgeSource | null;
  /** Whether no recorded operation made this tensor. */
  readonly is_leaf: boolean;
  /** The same memory without history; writes to it are not noticed by autograd. */
  data: Tensor;
  /** Which output of `grad_fn` this tensor is. */
  readonly output_nr: number;
  /** Whether `retain_grad` was called on this non-leaf. */
  readonly retains_grad: boolean;
  /**
   * Adds the gradients of this tensor with respect to the graph's leaves to their `grad`.
   * @param gradient - cotangent of this tensor's shape; may be left out for one element
   * @throws RuntimeError when a gradient can't be created implicitly, or the graph was freed
   * @example
   * ```ts
   * import { tensor } from "@tt/core";
   * import "@tt/autograd";
   * const x = tensor([1, 2, 3], { requires_grad: true });
   * x.pow(2).sum().backward();
   * x.grad!.tolist(); // [2, 4, 6]
   * ```
   */
  backward(
    gradient?: Tensor | null | BackwardOptions,
    retain_graph?: boolean | null | BackwardOptions,
    create_graph?: boolean | BackwardOptions,
    options?: BackwardOptions,
  ): void;
  /** Switches recording on or off and gives the tensor back. */
  requires_grad_(requires_grad?: boolean): this;
  /** Keeps the gradient of a non-leaf in `grad`. */
  retain_grad(): void;
  /** Calls `hook` with the gradient whenever it has been computed; what it returns replaces the gradient. */
  register_hook(hook: (grad: Tensor) => Tensor | null | undefined | void): RemovableHandle;
  /** Calls `hook` after a gradient has been added to this leaf's `grad`. */
  register_post_accumulate_grad_hook(hook: (tensor: Tensor) => void): RemovableHandle;
  /** The same memory and version counter, without history. */
  detach(): Tensor;
  /** Cuts this tensor from its history. */
  detach_(): this;
  /** Whether this tensor was made in inference mode. */
  is_inference(): boolean;
  /** @internal */
  _is_view(): boolean;
  /** The tensor this one is a view of, or null. */
  readonly _base: Tensor | null;
}

/** The runtime that `@tt/autograd` installed. */
export function requireAutograd(what: string): AutogradRuntime {
  if (state.autograd === null) {
    throw new RuntimeError(
      `${what} needs automatic differentiation: import "@tt/autograd" (or use the umbrella package "@tt/torch")`,
    );
  }
  return state.autograd;
}

/** A tensor on the same memory and layout; no history. */
export function alias(tensor: Tensor): Tensor {
  const out = new Tensor(tensor.storage, tensor.dtype, tensor.shape, tensor.strides, tensor.offset);
  out.versionCell = tensor.versionCell;
  out.viewKind = 1;
  return out;
}

const accessors: Record<string, PropertyDescriptor & ThisType<Tensor>> = {
  requires_grad: {
    get(): boolean {
      return this.requiresGradFlag || this.gradNode !== null || (this.base !== null && this.base.requires_grad);
    },
    set(value: boolean) {
      if (value === this.requires_grad) return;
      requireAutograd("requires_grad").setRequiresGrad(this, value);
    },
  },
  grad: {
    get(): Tensor | null {
      if (this.gradTensor === null && this.gradNode !== null && this.extra?.retainsGrad !== true) {
        state.autograd?.warnNonLeafGrad();
      }
      return this.gradTensor;
    },
    set(value: Tensor | null) {
      if (value !== null) requireAutograd("grad").checkGrad(this, value);
      this.gradTensor = value;
    },
  },
  grad_fn: {
    get(): GradientEdgeSource | null {
      return this.base === null || state.autograd === null ? this.gradNode : state.autograd.gradFn(this);
    },
  },
  is_leaf: {
    get(): boolean {
      return this.grad_fn === null;
    },
  },
  output_nr: {
    get(): number {
      return this.outputNr;
    },
  },
  retains_grad: {
    get(): boolean {
      return this.extra?.retainsGrad === true;
    },
  },
  _base: {
    get(): Tensor | null {
      return this.base;
    },
  },
  data: {
    get(): Tensor {
      const out = new Tensor(this.storage, this.dtype, this.shape, this.strides, this.offset);
      out.versionCell = { version: 0 };
      return out;
    },
    set(value: Tensor) {
      this.setLayout(value.storage, value.dtype, value.shape, value.strides, value.offset);
    },
  },
};

const methods: Record<string, (this: Tensor, ...args: never[]) => unknown> = {
  backward(...args: unknown[]): void {
    requireAutograd("backward()").backward(this, args);
  },
  requires_grad_(requires_grad = true): Tensor {
    this.requires_grad = requires_grad;
    return this;
  },
  retain_grad(): void {
    requireAutograd("retain_grad()").retainGrad(this);
  },
  register_hook(hook: (grad: Tensor) => Tensor | null | undefined | void): RemovableHandle {
    return requireAutograd("register_hook()").registerHook(this, hook);
  },
  register_post_accumulate_grad_hook(hook: (tensor: Tensor) => void): RemovableHandle {
    return requireAutograd("register_post_accumulate_grad_hook()").registerPostAccumulateHook(this, hook);
  },
  detach(): Tensor {
    return alias(this);
  },
  detach_(): Tensor {
    if (this.base !== null) {
      throw new RuntimeError(
        "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as a solution.",
      );
    }
    this.gradNode = null;
    this.outputNr = 0;
    this.requiresGradFlag = false;
    return this;
  },
  is_inference(): boolean {
    return this.extra?.inference === true;
  },
  _is_view(): boolean {
    return this.base !== null;
  },
};

for (const [name, descriptor] of Object.entries(accessors)) {
  Object.defineProperty(Tensor.prototype, name, { ...descriptor, configurable: true });
}
for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}
