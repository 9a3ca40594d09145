import type { Device, DType, RemovableHandle, Tensor } from "@tt/core";
import { type GradientEdgeSource, memory } from "@tt/core/dispatch";

/** Gradients on their way, by output (or by edge); null where there is none. */
export type Gradients = (Tensor | null)[];

type PreHook = (gradOutputs: Gradients) => Gradients | null | undefined | void;
type PostHook = (gradInputs: Gradients, gradOutputs: Gradients) => Gradients | null | undefined | void;
/** A tensor's own hook. */
export type TensorHook = (grad: Tensor) => Tensor | null | undefined | void;

/** Shape, dtype and device that a gradient must have. */
export interface GradMeta {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly device: Device;
}

let sequence = 0;
let serial = 0x7f0000000000;
const addresses = new WeakMap<Node, string>();

/** A function in the backward graph: gradients of its forward outputs in, of its forward inputs out. */
export abstract class Node implements GradientEdgeSource {
  /** Nodes are run latest first. */
  readonly sequenceNr: number;
  /** Where the gradient of each forward input goes; null where none is needed. */
  next: (Node | null)[] = [];
  /** Which output of `next[i]` the forward input was. */
  nextIndex: number[] = [];
  /** What the gradient of forward output 0 looks like; further ones are in `moreMetas`. */
  meta0: GradMeta | null = null;
  moreMetas: GradMeta[] | null = null;
  private tensorHooks: Map<number, Map<number, TensorHook>> | null = null;
  private retained: Map<number, Tensor> | null = null;
  private preHooks: Map<number, PreHook> | null = null;
  private postHooks: Map<number, PostHook> | null = null;
  /** Where the user's code was when this node was recorded, in anomaly mode. */
  stack: string | null = null;
  /** Dictionary for users' notes, as in PyTorch. */
  metadata: Record<string, unknown> | null = null;

  constructor(sequenceNr: number = sequence++) {
    this.sequenceNr = sequenceNr;
  }

  /** PyTorch's name, such as "AddBackward0". */
  abstract name(): string;

  /** Gradients of the forward inputs. */
  abstract apply(grads: Gradients): Gradients;

  /** Forgets what was saved for the gradient; `results` are the gradients that just came of it. */
  release(_results?: Gradients): void {}

  /** What it keeps for its gradient, tensors among it. */
  get held(): readonly unknown[] {
    return [];
  }

  /** Whether `apply` is the library's own code, which keeps no tensor it is given or makes. */
  get pure(): boolean {
    return false;
  }

  /** How many gradients `apply` takes. */
  get inputs(): number {
    return (this.meta0 === null ? 0 : 1) + (this.moreMetas?.length ?? 0);
  }

  /** What the gradient of forward output `index` looks like. */
  metaAt(index: number): GradMeta | null {
    return index === 0 ? this.meta0 : (this.moreMetas?.[index - 1] ?? null);
  }

  /** Registers a forward output and gives its number. */
  addOutput({ shape, dtype, device }: GradMeta): number {
    // Not the tensor itself: a node must not keep its output's memory alive.
    const meta = { shape, dtype, device };
    if (this.meta0 === null) {
      this.meta0 = meta;
      return 0;
    }
    this.moreMetas ??= [];
    this.moreMetas.push(meta);
    return this.moreMetas.length;
  }

  /** Pairs of the next node and the index of its output, in the order of the forward inputs. */
  get next_functions(): (readonly [Node | null, number])[] {
    return this.next.map((node, i) => [node, node === null ? 0 : this.nextIndex[i]!] as const);
  }

  /** Calls `hook(grad_inputs, grad_outputs)` after this node ran; what it returns replaces `grad_inputs`. */
  register_hook(hook: PostHook): RemovableHandle {
    this.postHooks ??= new Map();
    return registerIn(this.postHooks, hook);
  }

  /** Calls `hook(grad_outputs)` before this node runs; what it returns replaces them. */
  register_prehook(hook: PreHook): RemovableHandle {
    this.preHooks ??= new Map();
    return registerIn(this.preHooks, hook);
  }

  /** A tensor's hook on the gradient of forward output `index`. */
  addTensorHook(index: number, hook: TensorHook): RemovableHandle {
    this.tensorHooks ??= new Map();
    let hooks = this.tensorHooks.get(index);
    if (hooks === undefined) this.tensorHooks.set(index, (hooks = new Map()));
    return registerIn(hooks, hook);
  }

  /** Keeps the gradient of forward output `index` in `tensor.grad`. */
  retain(index: number, tensor: Tensor): void {
    this.retained ??= new Map();
    this.retained.set(index, tensor);
  }

  get hasHooks(): boolean {
    return this.tensorHooks !== null || this.preHooks !== null || this.postHooks !== null || this.retained !== null;
  }

  /** Runs tensor hooks and pre-hooks on incoming gradients. */
  beforeApply(grads: Gradients): Gradients {
    let out = grads;
    if (this.tensorHooks !== null) {
      out = [...out];
      for (const [index, hooks] of this.tensorHooks) {
        for (const hook of hooks.values()) {
          const grad = out[index];
          if (grad !== null && grad !== undefined) out[index] = hook(grad) ?? grad;
        }
      }
    }
    if (this.preHooks !== null) for (const hook of this.preHooks.values()) out = hook(out) ?? out;
    if (this.retained !== null) {
      for (const [index, tensor] of this.retained) {
        const grad = out[index] ?? null;
        if (grad === null) continue;
        tensor.gradTensor = tensor.gradTensor === null ? grad.clone() : tensor.gradTensor.add(grad);
        memory.keep?.(tensor.gradTensor);
      }
    }
    return out;
  }

  /** Runs post-hooks on outgoing gradients. */
  afterApply(gradInputs: Gradients, gradOutputs: Gradients): Gradients {
    let out = gradInputs;
    if (this.postHooks !== null) for (const hook of this.postHooks.values()) out = hook(out, gradOutputs) ?? out;
    return out;
  }

  /** As Python prints the object: `<AddBackward0 object at 0x...>`. */
  toString(): string {
    let address = addresses.get(this);
    if (address === undefined) {
      serial += 0x40;
      address = serial.toString(16);
      addresses.set(this, address);
    }
    return `<${this.name().replace("torch::autograd::", "")} object at 0x${address}>`;
  }
}

Object.defineProperty(Node.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Node): string {
    return this.toString();
  },
});

let hookId = 0;

/** Adds `hook` to `hooks` under a fresh id. */
export function registerIn<T>(hooks: Map<number, T>, hook: T): RemovableHandle {
  const id = hookId++;
  hooks.set(id, hook);
  const remove = (): void => void hooks.delete(id);
  return { remove, [Symbol.dispose]: remove };
}
