import { RuntimeError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { execute, executeInplace, executeOut } from "./execute.ts";
import type { Bound, Op } from "./op.ts";
import { modes, state } from "./state.ts";

/** Whether any tensor among the arguments requires grad. */
export function anyRequiresGrad(op: Op, args: readonly Bound[]): boolean {
  const { tensorArgs, listArgs } = op;
  for (let i = 0; i < tensorArgs.length; i++) {
    const arg = args[tensorArgs[i]!] as unknown;
    if (
      arg instanceof Tensor &&
      (arg.requiresGradFlag || arg.gradNode !== null || (arg.base !== null && arg.requires_grad))
    ) {
      return true;
    }
  }
  for (let i = 0; i < listArgs.length; i++) {
    const list = args[listArgs[i]!] as readonly unknown[] | null;
    if (list !== null) for (const arg of list) if (arg instanceof Tensor && arg.requires_grad) return true;
  }
  return false;
}

/** The tensor that `tensor` is, or is a view of, in the end. */
export function rootOf(tensor: Tensor): Tensor {
  return tensor.base ?? tensor;
}

function runFunctional(op: Op, args: Bound[]): unknown {
  if (state.autograd !== null) {
    if (op.view !== null) return state.autograd.record(op, args);
    if (op.recorded && modes().gradEnabled && anyRequiresGrad(op, args)) return state.autograd.record(op, args);
  }
  return execute(op, args);
}

/**
 * Calls an op with arguments in schema order: interpreter layers, then autograd where an input
 * requires grad, then the device's kernel.
 */
export function call(op: Op, args: Bound[]): unknown {
  const { layers } = modes();
  return layers.length === 0 ? runFunctional(op, args) : throughLayers(op, args, layers.length - 1, runFunctional);
}

/** `op_`: as {@link call}, writing into the first argument. */
export function callInplace(op: Op, args: Bound[]): Tensor {
  const { layers } = modes();
  return (
    layers.length === 0 ? runInplace(op, args) : throughLayers(op, args, layers.length - 1, runInplace)
  ) as Tensor;
}

function runInplace(op: Op, args: Bound[]): Tensor {
  const target = args[0] as Tensor;
  if (op.view !== null) return relayout(op, args, target);
  if (state.autograd !== null && modes().gradEnabled) return state.autograd.recordInplace(op, args, target);
  return executeInplace(op, args, target);
}

/** `transpose_` and its like: the tensor itself takes the layout and history of the view. */
function relayout(op: Op, args: Bound[], target: Tensor): Tensor {
  if (modes().gradEnabled && target.requiresGradFlag && target.gradNode === null) {
    throw new RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.");
  }
  const viewed = runFunctional(op, args) as Tensor;
  target.setLayout(viewed.storage, viewed.dtype, viewed.shape, viewed.strides, viewed.offset);
  target.versionCell.version++;
  if (viewed.gradNode !== null) {
    target.gradNode = viewed.gradNode;
    target.outputNr = viewed.outputNr;
    target.viewVersion = target._version;
  }
  return target;
}

/** `op(..., {out})`. */
export function callOut(op: Op, args: Bound[], out: Tensor | readonly Tensor[]): unknown {
  const outs = out instanceof Tensor ? [out] : out;
  for (const o of outs) {
    if (!(o instanceof Tensor)) throw new TypeError(`${op.name}(): argument 'out' must be Tensor`);
    if (modes().gradEnabled && (o.requires_grad || anyRequiresGrad(op, args))) {
      throw new RuntimeError(
        `${op.name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad.`,
      );
    }
  }
  return executeOut(op, args, out);
}

function throughLayers(op: Op, args: Bound[], depth: number, bottom: (op: Op, args: Bound[]) => unknown): unknown {
  if (depth < 0) return bottom(op, args);
  const now = modes();
  const { layers } = now;
  const layer = layers[depth]!;
  const inplace = bottom === runInplace;
  const open = op.composite !== null && !op.recorded && layer.handles?.(op) === false;
  // While a layer works, calls it makes itself see only the layers below it; what it sees through, it stays on.
  now.layers = layers.slice(0, open ? depth + 1 : depth);
  try {
    if (open) return inplace ? decomposeInplace(op, args) : decompose(op, args);
    return layer.handle(op, args, (o, a) => throughLayers(o, a, depth - 1, bottom), inplace);
  } finally {
    now.layers = layers;
  }
}

function decompose(op: Op, args: Bound[]): unknown {
  op.record.check?.(...args);
  return op.composite!.decompose(...args);
}

function decomposeInplace(op: Op, args: Bound[]): Tensor {
  const target = args[0] as Tensor;
  // What the ops inside save must outlive the overwriting.
  const before = modes().gradEnabled ? target.clone() : target;
  const result = decompose(op, [before, ...args.slice(1)] as Bound[]) as Tensor;
  return result === target ? target : target.copy_(result);
}
