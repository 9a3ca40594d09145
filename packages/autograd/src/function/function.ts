import { is_tensor, no_grad, RuntimeError, type Tensor } from "@tt/core";
import { type ManagedStorage, modes } from "@tt/core/dispatch";
import { is_anomaly_enabled, rememberStack } from "../graph/anomaly.ts";
import { edgeOf } from "../graph/edges.ts";
import { adoptValue, eachExample, recordedOutside } from "../func/vmap/each.ts";
import { type Gradients, Node } from "../graph/node.ts";
import { checkVersion, freedError } from "../graph/saved.ts";
import { PackedTensor, savedHooks } from "../graph/saved_hooks.ts";

/** What a {@link Function}'s forward and backward share. */
export class FunctionCtx {
  /** Whether each argument of forward needs a gradient. */
  needs_input_grad: readonly boolean[] = [];
  /** @internal */
  saved: (Tensor | PackedTensor | null)[] | null = [];

  /** @internal */
  versions: number[] = [];
  /** @internal */
  dirty: readonly Tensor[] = [];
  /** @internal */
  nonDifferentiable: readonly Tensor[] = [];
  /** @internal */
  materialize = true;
  /** Anything else that forward wants to hand to backward. */
  [key: string]: unknown;

  /** Keeps tensors for backward; they are checked for later writes. */
  save_for_backward(...tensors: (Tensor | null)[]): void {
    this.saved = tensors;
    this.versions = tensors.map((t) => t?._version ?? 0);
    // Never taken back: user code has had them.
    for (const tensor of tensors) if (tensor?.storage.managed) (tensor.storage as ManagedStorage).saves++;
  }

  /** @internal gives what was saved to the hooks of {@link saved_tensors_hooks}, once it is known what the outputs are */
  packSaved(outputs: readonly unknown[], node: Node): void {
    const hooks = savedHooks.current;
    if (hooks === null || this.saved === null) return;
    this.saved = this.saved.map((tensor) => {
      if (!is_tensor(tensor)) return tensor;
      const own = outputs.includes(tensor) ? { node, outputNr: tensor.outputNr } : null;
      return new PackedTensor(tensor, hooks, own);
    });
  }

  /**
   * The tensors kept by {@link save_for_backward}.
   * @throws RuntimeError when one was written to since, or the graph was freed
   */
  get saved_tensors(): Tensor[] {
    if (this.saved === null) throw freedError();
    return this.saved.map((tensor, i) => {
      if (tensor instanceof PackedTensor) return tensor.unpack();
      if (tensor !== null) checkVersion(tensor, this.versions[i]!);
      return tensor;
    }) as Tensor[];
  }

  /** Names arguments that forward changed in place. */
  mark_dirty(...tensors: Tensor[]): void {
    this.dirty = tensors;
  }

  /** Names outputs that carry no gradient. */
  mark_non_differentiable(...tensors: Tensor[]): void {
    this.nonDifferentiable = tensors;
  }

  /** Whether missing gradients come to backward as zeros (the default) or as null. */
  set_materialize_grads(value: boolean): void {
    this.materialize = value;
  }
}

type Backward = (ctx: FunctionCtx, ...grads: (Tensor | null)[]) => unknown;

class FunctionNode extends Node {
  private readonly label: string;
  private readonly ctx: FunctionCtx;
  private readonly backward: Backward;
  /** Positions of tensors among forward's arguments. */
  private readonly argumentCount: number;

  constructor(label: string, ctx: FunctionCtx, backward: Backward, args: readonly unknown[]) {
    super();
    this.label = label;
    this.ctx = ctx;
    this.backward = backward;
    this.argumentCount = args.length;
    for (const arg of args) {
      this.next.push(is_tensor(arg) ? edgeOf(arg) : null);
      this.nextIndex.push(is_tensor(arg) ? arg.outputNr : 0);
    }
  }

  override name(): string {
    return this.label;
  }

  /** The context, with whatever users put there. */
  override get held(): readonly unknown[] {
    return Object.values(this.ctx);
  }

  override release(): void {
    if (this.ctx.saved !== null && this.ctx.saved.length > 0) this.ctx.saved = null;
  }

  override apply(grads: Gradients): Gradients {
    const { ctx } = this;
    const given: (Tensor | null)[] = [];
    for (let i = 0; i < this.inputs; i++) {
      const meta = this.metaAt(i)!;
      given.push(grads[i] ?? (ctx.materialize ? zerosOf(meta, grads) : null));
    }
    const result = this.backward(ctx, ...given);
    const list = Array.isArray(result)
      ? (result as (Tensor | null | undefined)[])
      : [result as Tensor | null | undefined];
    if (list.length < this.argumentCount) {
      throw new RuntimeError(
        `function ${this.label} returned an incorrect number of gradients (expected ${this.argumentCount}, got ${list.length})`,
      );
    }
    if (list.slice(this.argumentCount).some((g) => g !== null && g !== undefined)) {
      throw new RuntimeError(
        `function ${this.label} returned an incorrect number of gradients (expected ${this.argumentCount}, got ${list.length})`,
      );
    }
    return list.slice(0, this.argumentCount).map((g, i) => {
      if (g !== null && g !== undefined && !is_tensor(g)) {
        throw new TypeError(`expected Variable or None (got ${typeof g}) from ${this.label} at ${i}`);
      }
      return g ?? null;
    });
  }
}

function zerosOf(meta: { shape: readonly number[]; dtype: Tensor["dtype"] }, grads: Gradients): Tensor {
  const like = grads.find((g) => g !== null && g !== undefined)!;
  return like.new_zeros(meta.shape, { dtype: meta.dtype });
}

// oxlint-disable-next-line typescript/no-explicit-any
type AnyFunction = abstract new (...args: any[]) => unknown;

/**
 * An operation with a backward of your own: give static `forward(ctx, ...args)` and
 * `backward(ctx, ...grads)`, and call it with `YourFunction.apply(...args)`.
 *
 * `backward` returns one gradient (or null) for each argument of `forward` after `ctx`: an array, or
 * a single tensor when there is one argument.
 *
 * @example
 * ```ts
 * import { tensor, type Tensor } from "@tt/core";
 * import { Function, type FunctionCtx } from "@tt/autograd";
 * class Square extends Function {
 *   static override forward(ctx: FunctionCtx, x: Tensor): Tensor {
 *     ctx.save_for_backward(x);
 *     return x.mul(x);
 *   }
 *   static override backward(ctx: FunctionCtx, g: Tensor): Tensor {
 *     const [x] = ctx.saved_tensors;
 *     return g.mul(x!).mul(2);
 *   }
 * }
 * const x = tensor(3, { requires_grad: true });
 * Square.apply(x).backward();
 * x.grad!.item(); // 6
 * ```
 */
// oxlint-disable-next-line typescript/no-extraneous-class
export abstract class Function {
  // oxlint-disable-next-line typescript/no-explicit-any
  static forward(_ctx: FunctionCtx, ..._args: any[]): any {
    throw new RuntimeError("You must implement the forward function for custom autograd.Function.");
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  static backward(_ctx: FunctionCtx, ..._grads: any[]): any {
    throw new RuntimeError(
      "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.",
    );
  }

  /** Runs forward and records it. */
  static apply<F extends AnyFunction & FunctionStatics>(this: F, ...args: ForwardArgs<F>): ReturnType<F["forward"]> {
    const again = (one: unknown[]): unknown => Reflect.apply(this.apply, this, one) as unknown;
    const recording = modes().gradEnabled && args.some((arg) => is_tensor(arg) && arg.requires_grad);
    if (!recording) {
      const looped = eachExample(args, (one) => again(one));
      if (looped !== null) return looped.result as ReturnType<F["forward"]>;
    }
    const ctx = new FunctionCtx();
    ctx.needs_input_grad = args.map((arg) => is_tensor(arg) && arg.requires_grad);
    const node = recording ? new FunctionNode(`${this.name}Backward`, ctx, this.backward.bind(this), args) : null;
    if (node !== null && is_anomaly_enabled()) rememberStack(node);
    const result: unknown = no_grad(() => this.forward(ctx, ...args) as unknown);
    const outputs = (is_tensor(result) ? [result] : result) as unknown[];
    const finished = outputs.map((output) => (is_tensor(output) ? finish(output, args, ctx, node) : output));
    if (node !== null) ctx.packSaved(outputs, node);
    if (recording && recordedOutside(args)) {
      // Forward ran without grad mode; gradients outside of the vmap go through each example's own call.
      const looped = eachExample(args, (one) => again(one))!.result;
      finished.forEach((output, i) => adoptValue(output, is_tensor(looped) ? looped : (looped as unknown[])[i]));
    }
    return (is_tensor(result) ? finished[0] : finished) as ReturnType<F["forward"]>;
  }
}

interface FunctionStatics {
  // oxlint-disable-next-line typescript/no-explicit-any
  forward(ctx: FunctionCtx, ...args: any[]): any;
  // oxlint-disable-next-line typescript/no-explicit-any
  backward(ctx: FunctionCtx, ...grads: any[]): any;
}

type ForwardArgs<F extends FunctionStatics> = F["forward"] extends (ctx: FunctionCtx, ...args: infer A) => unknown
  ? A
  : never;

function finish(output: Tensor, args: readonly unknown[], ctx: FunctionCtx, node: FunctionNode | null): Tensor {
  const isInput = args.includes(output);
  const dirty = ctx.dirty.includes(output);
  if (dirty) output.versionCell.version++;
  if (ctx.nonDifferentiable.includes(output) || output.dtype.category < 2) {
    if (node !== null) node.addOutput(output);
    return output;
  }
  if (node === null) return output;
  if (dirty && output.requiresGradFlag && output.gradNode === null) {
    throw new RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.");
  }
  // An input given back unchanged becomes a tensor of its own, so that the input keeps its history.
  const own = isInput && !dirty ? output.detach() : output;
  own.outputNr = node.addOutput(own);
  own.gradNode = node;
  own.requiresGradFlag = false;
  return own;
}
