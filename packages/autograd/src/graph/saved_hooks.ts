/// <reference lib="esnext.disposable" preserve="true" />
import { is_tensor, no_grad, RuntimeError, type Tensor } from "@tt/core";
import { edgeOf } from "./edges.ts";
import type { Node } from "./node.ts";

type Pack = (tensor: Tensor) => unknown;
// oxlint-disable-next-line typescript/no-explicit-any
type Unpack = (packed: any) => Tensor;

interface Hooks {
  readonly pack: Pack;
  readonly unpack: Unpack;
}

/** The innermost pair of hooks, and why there may be none. */
export const savedHooks: { current: Hooks | null; disabled: string | null } = { current: null, disabled: null };

/** What a pack hook made of a tensor that a node saves. */
export class PackedTensor {
  private readonly packed: unknown;
  private readonly hooks: Hooks;
  /** Where gradients of gradients go: the tensor's own history, which the hooks do not see. */
  private readonly node: Node | null;
  private readonly outputNr: number;
  private readonly leaf: boolean;

  /** @param result - which output of its own the node saves; null for an argument */
  constructor(tensor: Tensor, hooks: Hooks, result: { readonly node: Node; readonly outputNr: number } | null) {
    this.hooks = hooks;
    this.node = result === null ? edgeOf(tensor) : result.node;
    this.outputNr = result === null ? tensor.outputNr : result.outputNr;
    this.leaf = result === null && tensor.gradNode === null && this.node !== null;
    const version = tensor._version;
    this.packed = no_grad(() => hooks.pack(tensor.detach()));
    if (tensor._version !== version) {
      throw new RuntimeError(
        "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook can not be modified by in-place operations as this can lead to unexpected side-effects. Please open an issue if you need to perform in-place operations on the input to a pack hook.",
      );
    }
  }

  unpack(): Tensor {
    const value: unknown = this.hooks.unpack(this.packed);
    if (!is_tensor(value)) {
      throw new TypeError(
        `Output of saved tensor unpack_hook expected to be a Tensor but got result of type ${value === null ? "NoneType" : typeof value}`,
      );
    }
    const out = value.detach();
    if (this.leaf) {
      out.requiresGradFlag = true;
      (out.extra ??= {}).gradAccumulator = this.node!;
    } else {
      out.gradNode = this.node;
      out.outputNr = this.outputNr;
    }
    return out;
  }
}

/** Runs `fn` under a change that `restore` takes back; without `fn`, gives a disposable. */
function during<R>(restore: () => void, fn: (() => R) | undefined): R | Disposable {
  if (fn === undefined) return { [Symbol.dispose]: restore };
  let pending = false;
  try {
    const result = fn();
    if (result instanceof Promise) {
      pending = true;
      return result.finally(restore) as R;
    }
    return result;
  } finally {
    if (!pending) restore();
  }
}

/**
 * What the operations in `fn` keep for their gradients is replaced by `pack(tensor)`, and comes back in the backward
 * pass as `unpack(packed)`. Of nested pairs the innermost counts.
 * @throws RuntimeError when hooks are disabled, or `pack` writes into the tensor
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { graph } from "@tt/autograd";
 * const x = tensor([1, 2], { requires_grad: true });
 * let packed = 0;
 * const y = graph.saved_tensors_hooks(
 *   (t) => (packed++, t),
 *   (t) => t,
 *   () => x.mul(x).sum(),
 * );
 * y.backward();
 * packed; // 2
 * ```
 */
export function saved_tensors_hooks(pack_hook: Pack, unpack_hook: Unpack): Disposable;
export function saved_tensors_hooks<R>(pack_hook: Pack, unpack_hook: Unpack, fn: () => R): R;
export function saved_tensors_hooks<R>(pack_hook: Pack, unpack_hook: Unpack, fn?: () => R): R | Disposable {
  if (savedHooks.disabled !== null) throw new RuntimeError(savedHooks.disabled);
  const before = savedHooks.current;
  savedHooks.current = { pack: pack_hook, unpack: unpack_hook };
  return during(() => void (savedHooks.current = before), fn);
}

/** What is kept for gradients is moved to the cpu, and back to its device when it is needed. */
export function save_on_cpu(pin_memory?: boolean): Disposable;
export function save_on_cpu<R>(fn: () => R): R;
export function save_on_cpu<R>(pin_memory: boolean, fn: () => R): R;
export function save_on_cpu<R>(pin_memory?: boolean | (() => R), fn?: () => R): R | Disposable {
  const body = typeof pin_memory === "function" ? pin_memory : fn;
  const pack = (tensor: Tensor): unknown => [tensor.device, tensor.cpu()];
  const unpack = ([device, kept]: [Tensor["device"], Tensor]): Tensor => kept.to(device);
  return body === undefined ? saved_tensors_hooks(pack, unpack) : saved_tensors_hooks(pack, unpack, body);
}

/** Inside, {@link saved_tensors_hooks} throws `error_message`. */
export function disable_saved_tensors_hooks(error_message: string): Disposable;
export function disable_saved_tensors_hooks<R>(error_message: string, fn: () => R): R;
export function disable_saved_tensors_hooks<R>(error_message: string, fn?: () => R): R | Disposable {
  const before = savedHooks.disabled;
  savedHooks.disabled = error_message;
  return during(() => void (savedHooks.disabled = before), fn);
}
