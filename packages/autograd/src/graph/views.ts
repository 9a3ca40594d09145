import type { Tensor } from "@tt/core";
import { modes } from "@tt/core/dispatch";
import { accumulatorOf } from "./accumulate.ts";
import { type Gradients, Node } from "./node.ts";

interface Geometry {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

const geometryOf = (tensor: Tensor): Geometry => ({
  shape: tensor.shape,
  strides: tensor.strides,
  offset: tensor.offset,
});

/** From the base to a view of it whose memory has been written to since the view was made. */
export class AsStridedBackward extends Node {
  private readonly base: Geometry;
  private readonly view: Geometry;

  constructor(base: Tensor, view: Tensor) {
    super();
    this.base = geometryOf(base);
    this.view = geometryOf(view);
    this.next = [edgeOfBase(base)];
    this.nextIndex = [base.outputNr];
    this.addOutput(view);
  }

  override name(): string {
    return "AsStridedBackward0";
  }

  override get pure(): boolean {
    return true;
  }

  override apply(grads: Gradients): Gradients {
    const grad = grads[0] ?? null;
    if (grad === null) return [null];
    const { whole, slice } = zerosLike(grad, this.base, this.view);
    slice.add_(grad);
    return [whole];
  }
}

/** Zeros laid out in memory as the base is, and the part of them that is the view. */
function zerosLike(grad: Tensor, base: Geometry, view: Geometry): { whole: Tensor; slice: Tensor } {
  const extent = base.shape.includes(0) ? 0 : base.shape.reduce((sum, n, i) => sum + (n - 1) * base.strides[i]!, 1);
  const memory = grad.new_zeros([extent]);
  return {
    whole: memory.as_strided(base.shape, base.strides, 0),
    slice: memory.as_strided(view.shape, view.strides, view.offset - base.offset),
  };
}

/**
 * The history of a base after an in-place op on one of its views: the view's part of the gradient
 * goes through the op's node, the rest passes by.
 */
export class CopySlices extends Node {
  private readonly base: Geometry;
  private readonly view: Geometry;
  private readonly fn: Node;

  constructor(base: Tensor, view: Tensor, fn: Node) {
    super();
    this.base = geometryOf(base);
    this.view = geometryOf(view);
    this.fn = fn;
    this.next = [edgeOfBase(base), ...fn.next.slice(1)];
    this.nextIndex = [base.outputNr, ...fn.nextIndex.slice(1)];
    this.addOutput(base);
  }

  override name(): string {
    return "CopySlices";
  }

  override get held(): readonly unknown[] {
    return this.fn.held;
  }

  override get pure(): boolean {
    return this.fn.pure;
  }

  override release(results: Gradients = []): void {
    this.fn.release(results);
  }

  override apply(grads: Gradients): Gradients {
    const grad = grads[0] ?? null;
    if (grad === null) return this.next.map(() => null);
    const { whole, slice } = zerosLike(grad, this.base, this.view);
    whole.add_(grad);
    const inner = this.fn.apply([slice.clone()]);
    const first = inner[0] ?? null;
    if (first === null) slice.zero_();
    else slice.copy_(first);
    return [whole, ...inner.slice(1)];
  }
}

function edgeOfBase(base: Tensor): Node | null {
  const node = base.gradNode as Node | null;
  if (node !== null) return node;
  return base.requiresGradFlag ? accumulatorOf(base) : null;
}

/** The node of a view, renewed when the memory has been written to since it was made. */
export function viewNode(view: Tensor): Node | null {
  const base = view.base!;
  if (view.gradNode === null && !base.requires_grad) return null;
  const version = view._version;
  if (view.viewVersion !== version && base.requires_grad) {
    const outer = modes();
    const before = outer.gradEnabled;
    outer.gradEnabled = false;
    view.gradNode = new AsStridedBackward(base, view);
    outer.gradEnabled = before;
    view.outputNr = 0;
    view.viewVersion = version;
  }
  return view.gradNode as Node | null;
}
