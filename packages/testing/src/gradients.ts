import { float64, is_tensor, type Tensor } from "@tt/core";
import { gradcheck, gradgradcheck } from "@tt/autograd";
import { call, type Op } from "@tt/core/dispatch";
import type { Sample } from "./numbers.ts";
import { inDtype, mapTensors } from "./samples.ts";

/** The same numbers with gaps between them in memory. */
export function scattered(tensor: Tensor): Tensor {
  if (tensor.ndim === 0) return tensor;
  const room = tensor.new_zeros([...tensor.shape, 2]);
  const part = room.select(-1, 1);
  part.copy_(tensor);
  return part.detach();
}

/** Their further outputs are kept for the backward; nobody asks for gradients of those. */
const FIRST_ONLY = /^(native_layer_norm|_group_norm|_batch_norm_train)$/;

/** What to leave out of a gradient check. */
export interface GradientOptions {
  /** Strided inputs instead of dense ones. */
  readonly noncontiguous?: boolean;
  /** Second derivatives too. */
  readonly second?: boolean;
}

/**
 * Compares the gradients of `op` at `sample` with finite differences in float64.
 * @returns false when nothing in the sample can be differentiated by
 * @throws GradcheckError when they differ
 */
export function checkGradients(op: Op, sample: Sample, options: GradientOptions = {}): boolean {
  const wanted = Object.keys(op.record.derivative ?? {}).flatMap((key) => key.split(",").map((name) => name.trim()));
  const leaves: Tensor[] = [];
  const collect = (arg: unknown): unknown => {
    if (Array.isArray(arg)) return arg.map(collect);
    if (!is_tensor(arg) || !arg.dtype.is_floating_point) return arg;
    const leaf = options.noncontiguous === true ? scattered(arg) : arg.detach().clone();
    leaves.push(leaf.requires_grad_());
    return leaf;
  };
  const args = inDtype(sample, float64).map((arg, i) => {
    const differentiable = wanted.length === 0 || wanted.includes(op.schema.params[i]!.name);
    return differentiable ? collect(arg) : arg;
  });
  const run = (...inputs: Tensor[]): Tensor[] => {
    const by = new Map(leaves.map((leaf, i) => [leaf, inputs[i]!]));
    const result = call(
      op,
      mapTensors(args, (t) => by.get(t) ?? t),
    );
    const outputs = (Array.isArray(result) ? result : [result]).filter(is_tensor);
    return FIRST_ONLY.test(op.name) ? outputs.slice(0, 1) : outputs;
  };
  if (leaves.length === 0 || !run(...leaves).some((t) => t.requires_grad)) return false;
  gradcheck(run, leaves);
  if (options.second === true && differentiableTwice(run, leaves)) {
    gradgradcheck(run, leaves, null, { atol: 1e-4 });
  }
  return true;
}

/** Whether backward is made of differentiable ops; a kernel of its own need not be. */
function differentiableTwice(run: (...inputs: Tensor[]) => Tensor[], leaves: readonly Tensor[]): boolean {
  const outputs = run(...leaves).filter((t) => t.requires_grad);
  const cotangents = outputs.map((t) => t.detach().clone().requires_grad_());
  const total = outputs.map((t, i) => t.mul(cotangents[i]!).sum()).reduce((a, b) => a.add(b));
  const grads = gradsOf(total, leaves);
  return grads.length > 0 && grads.every((g) => g.requires_grad);
}

function gradsOf(total: Tensor, leaves: readonly Tensor[]): Tensor[] {
  for (const leaf of leaves) leaf.grad = null;
  total.backward({ create_graph: true, inputs: leaves });
  const grads = leaves.flatMap((leaf) => leaf.grad ?? []);
  for (const leaf of leaves) leaf.grad = null;
  return grads;
}
