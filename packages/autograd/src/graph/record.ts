import { is_tensor, RuntimeError, scalarTypeName, type Tensor } from "@tt/core";
import {
  type AutogradRuntime,
  anyRequiresGrad,
  call,
  callInplace,
  execute,
  executeInplace,
  findOp,
  modes,
  type Op,
} from "@tt/core/dispatch";
import { backwardOf } from "../backward.ts";
import { accumulatorOf } from "./accumulate.ts";
import { is_anomaly_enabled, rememberStack } from "./anomaly.ts";
import { edgeOf, gradFnOf } from "./edges.ts";
import type { Node } from "./node.ts";
import { type TensorHook } from "./node.ts";
import { OpNode, planOf } from "./op_node.ts";
import { CopySlices } from "./views.ts";

/** A node with edges to the differentiable arguments. */
function makeNode(op: Op, args: readonly unknown[]): OpNode {
  const plan = planOf(op);
  const node = new OpNode(plan, args);
  const { positions } = plan;
  const { next, nextIndex } = node;
  if (plan.lists) {
    const counts: number[] = [];
    for (const position of positions) {
      const arg = args[position];
      const list = Array.isArray(arg) ? (arg as unknown[]) : [arg];
      counts.push(list.length);
      for (const item of list) addEdge(next, nextIndex, item);
    }
    node.counts = counts;
  } else for (let i = 0; i < positions.length; i++) addEdge(next, nextIndex, args[positions[i]!]);
  if (is_anomaly_enabled()) rememberStack(node);
  return node;
}

function addEdge(next: (Node | null)[], nextIndex: number[], value: unknown): void {
  if (is_tensor(value)) {
    next.push(edgeOf(value));
    nextIndex.push(value.outputNr);
  } else {
    next.push(null);
    nextIndex.push(0);
  }
}

/** Makes the op's floating-point outputs the node's outputs. */
function setHistory(node: OpNode, op: Op, result: unknown): void {
  if (is_tensor(result)) {
    if (result.dtype.category >= 2) {
      result.gradNode = node;
      node.addOutput(result);
    }
    return;
  }
  if (!Array.isArray(result)) return;
  let count = 0;
  for (const output of result as unknown[]) {
    if (!is_tensor(output) || output.dtype.category < 2) continue;
    output.outputNr = node.addOutput(output);
    output.gradNode = node;
    count++;
  }
  // A list's gradients always come as a list; a lone differentiable result's comes by itself.
  node.outputs = op.schema.returns.length === 1 ? 2 : count;
}

function runWithoutGrad(op: Op, args: unknown[]): unknown {
  const current = modes();
  const before = current.gradEnabled;
  current.gradEnabled = false;
  try {
    return execute(op, args);
  } finally {
    current.gradEnabled = before;
  }
}

function markView(output: Tensor, input: Tensor, kind: 0 | 1 | 2): void {
  // An op may give back its input, as conj() of real tensors does.
  if (output === input || output.storage !== input.storage) return;
  output.base = input.base ?? input;
  output.viewVersion = output.versionCell.version;
  output.viewKind = kind;
  if (input.extra?.inference === true) (output.extra ??= {}).inference = true;
}

/** Computes an op in another way than by the kernels, as batched tensors are. */
export type Run = () => unknown;

function recordView(op: Op, args: unknown[], run?: Run): unknown {
  const { gradEnabled } = modes();
  const needed = gradEnabled && op.recorded && anyRequiresGrad(op, args);
  const node = needed ? makeNode(op, args) : null;
  const result = run === undefined ? runWithoutGrad(op, args) : run();
  const input = args[0] as Tensor;
  if (is_tensor(result)) markView(result, input, gradEnabled ? 0 : 1);
  else for (const output of result as Tensor[]) markView(output, input, gradEnabled ? 2 : 1);
  if (node !== null) {
    node.save(args, result);
    setHistory(node, op, result);
  }
  return result;
}

/** Records `op` on its arguments; `run` computes it where kernels cannot. */
export function record(op: Op, args: unknown[], run?: Run): unknown {
  if (op.view !== null) return recordView(op, args, run);
  const node = makeNode(op, args);
  const result = run === undefined ? runWithoutGrad(op, args) : run();
  node.save(args, result);
  setHistory(node, op, result);
  return result;
}

const NO_GRAD_VIEW =
  "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked).";

function checkInplace(target: Tensor, requires: boolean): void {
  if (target.extra?.inference && !modes().inference) {
    throw new RuntimeError(
      "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.",
    );
  }
  if (!requires) return;
  const { base } = target;
  if (base !== null) {
    if (target.viewKind === 1) throw new RuntimeError(NO_GRAD_VIEW);
    if (target.viewKind === 2) {
      const name = gradFnOf(target)?.name() ?? "UnbindBackward0";
      throw new RuntimeError(
        `Output ${target.outputNr} of ${name} is a view and is being modified inplace. This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.`,
      );
    }
    if (base.requiresGradFlag && base.gradNode === null) {
      throw new RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.");
    }
    return;
  }
  if (target.requiresGradFlag && target.gradNode === null) {
    throw new RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.");
  }
}

/** Ops whose formula for the overwritten input needs its old value keep a copy of it. */
function savesInput(op: Op): boolean {
  return planOf(op).entries.some((e) => e.saves.some((s) => s.kind === "arg" && s.position === 0));
}

/** As {@link record}, in place. */
export function recordInplace(op: Op, args: unknown[], target: Tensor, run?: Run): Tensor {
  const requires = anyRequiresGrad(op, args);
  checkInplace(target, requires);
  if (!requires) return run === undefined ? executeInplace(op, args, target) : (run() as Tensor);
  if (op.composite !== null && !op.recorded) {
    // What the ops inside save must outlive the overwriting.
    const before = call(cloneOp(), [target, null]);
    return callInplace(copyOp(), [target, op.composite.decompose(before, ...args.slice(1)), false]);
  }
  if (!op.recorded) {
    // No gradient leads through the new values.
    inplaceWithoutGrad(op, args, target, run);
    if (target.base === null) target.gradNode = null;
    return target;
  }
  const node = makeNode(op, args);
  const overwritten = { memory: target.versionCell, version: target._version };
  const kept = savesInput(op) ? [copyFor(target, run), ...args.slice(1)] : args;
  inplaceWithoutGrad(op, args, target, run);
  node.addOutput(target);
  if (target.base === null) {
    target.gradNode = node;
    target.outputNr = 0;
    target.requiresGradFlag = false;
  } else {
    const { base } = target;
    base.gradNode = new CopySlices(base, target, node);
    base.outputNr = 0;
    base.requiresGradFlag = false;
    gradFnOf(target);
  }
  node.save(kept, target, overwritten);
  return target;
}

/** The old value, with the history that higher derivatives go through. */
function copyFor(target: Tensor, run: Run | undefined): Tensor {
  if (run !== undefined) return call(cloneOp(), [target, null]) as Tensor;
  const copy = runWithoutGrad(cloneOp(), [target, null]) as Tensor;
  copy.gradNode = gradFnOf(target);
  copy.outputNr = target.outputNr;
  return copy;
}

function inplaceWithoutGrad(op: Op, args: unknown[], target: Tensor, run: Run | undefined): void {
  if (run !== undefined) return void run();
  const current = modes();
  const before = current.gradEnabled;
  current.gradEnabled = false;
  try {
    executeInplace(op, args, target);
  } finally {
    current.gradEnabled = before;
  }
}

let copy: Op | undefined;
let clone: Op | undefined;
const copyOp = (): Op => (copy ??= findOp("copy_")!);
const cloneOp = (): Op => (clone ??= findOp("clone")!);

function setRequiresGrad(tensor: Tensor, value: boolean): void {
  if (!value) {
    if (gradFnOf(tensor) !== null) {
      throw new RuntimeError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().",
      );
    }
    tensor.requiresGradFlag = false;
    return;
  }
  if (tensor.dtype.category < 2) {
    throw new RuntimeError("Only Tensors of floating point and complex dtype can require gradients");
  }
  if (tensor.extra?.inference && !modes().inference) {
    throw new RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.");
  }
  tensor.requiresGradFlag = true;
}

function checkGrad(tensor: Tensor, grad: Tensor): void {
  if (!is_tensor(grad)) {
    throw new TypeError(`assigned grad expected to be a Tensor or None but got grad of type '${typeof grad}'`);
  }
  if (grad === tensor) throw new RuntimeError("can't assign Variable as its own grad");
  if (grad.dtype !== tensor.dtype) {
    throw new TypeError(
      `assigned grad has data of a different type (torch.${scalarTypeName(grad.dtype)}Tensor), expected torch.${scalarTypeName(tensor.dtype)}Tensor`,
    );
  }
  if (grad.device !== tensor.device) throw new RuntimeError("assigned grad has data located on a different device");
  if (grad.shape.length !== tensor.shape.length || grad.shape.some((s, i) => s !== tensor.shape[i])) {
    throw new RuntimeError("assigned grad has data of a different size");
  }
}

let warned = false;

/** What core calls once this package is imported. */
export const runtime: AutogradRuntime = {
  record,
  recordInplace,
  gradFn: gradFnOf,
  setRequiresGrad,
  checkGrad,
  warnNonLeafGrad(): void {
    if (warned) return;
    warned = true;
    // oxlint-disable-next-line no-console
    console.warn(
      "UserWarning: The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead.",
    );
  },
  backward: backwardOf,
  retainGrad(tensor: Tensor): void {
    if (!tensor.requires_grad) throw new RuntimeError("can't retain_grad on Tensor that has requires_grad=False");
    const node = gradFnOf(tensor);
    if (node === null || tensor.extra?.retainsGrad) return;
    (tensor.extra ??= {}).retainsGrad = true;
    node.retain(tensor.outputNr, tensor);
  },
  registerHook(tensor: Tensor, hook: TensorHook) {
    if (!tensor.requires_grad) {
      throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
    }
    const node = gradFnOf(tensor);
    return node === null ? accumulatorOf(tensor).addTensorHook(0, hook) : node.addTensorHook(tensor.outputNr, hook);
  },
  registerPostAccumulateHook(tensor: Tensor, hook: (tensor: Tensor) => void) {
    if (!tensor.requires_grad) {
      throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
    }
    if (gradFnOf(tensor) !== null) {
      throw new RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors");
    }
    return accumulatorOf(tensor).addPostHook(hook);
  },
};
