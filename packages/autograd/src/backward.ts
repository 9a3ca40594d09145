import { is_tensor, RuntimeError, type Tensor } from "@tt/core";
import { isOptions, memory, modes } from "@tt/core/dispatch";
import { accumulatorOf } from "./graph/accumulate.ts";
import { edgeOf, gradFnOf } from "./graph/edges.ts";
import { type Capture, runBackward } from "./graph/engine.ts";
import type { Gradients, Node } from "./graph/node.ts";

type OneOrMore<T> = T | readonly T[];

/** Options of {@link backward}. */
export interface BackwardArgs {
  /** Cotangents, one per tensor; may be left out for tensors of one element. */
  readonly grad_tensors?: OneOrMore<Tensor | null> | null;
  /** Keep the graph for another backward; by default as `create_graph`. */
  readonly retain_graph?: boolean | null;
  /** Record the backward itself, for higher derivatives. */
  readonly create_graph?: boolean;
  /** Accumulate only in these. */
  readonly inputs?: OneOrMore<Tensor> | null;
}

/** Options of {@link grad}. */
export interface GradArgs {
  /** Cotangents, one per output; may be left out for outputs of one element. */
  readonly grad_outputs?: OneOrMore<Tensor | null> | null;
  /** Keep the graph for another backward; by default as `create_graph`. */
  readonly retain_graph?: boolean | null;
  /** Record the backward itself, for higher derivatives. */
  readonly create_graph?: boolean;
  /** Give null for inputs that the outputs do not depend on, instead of failing. */
  readonly allow_unused?: boolean;
}

const listOf = <T>(value: OneOrMore<T>): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

function rootsOf(tensors: readonly Tensor[]): Capture[] {
  return tensors.map((tensor, i) => {
    const node = edgeOf(tensor);
    if (node === null) {
      throw new RuntimeError(`element ${i} of tensors does not require grad and does not have a grad_fn`);
    }
    return { node, index: gradFnOf(tensor) === null ? 0 : tensor.outputNr };
  });
}

function rootGrads(tensors: readonly Tensor[], grads: readonly (Tensor | null)[] | null): Gradients {
  if (grads !== null && grads.length !== tensors.length) {
    throw new RuntimeError(`got ${tensors.length} tensors and ${grads.length} gradients`);
  }
  return tensors.map((tensor, i) => {
    const grad = grads?.[i] ?? null;
    if (grad === null) {
      if (!tensor.requires_grad) return null;
      if (tensor.numel() !== 1) throw new RuntimeError("grad can be implicitly created only for scalar outputs");
      if (tensor.dtype.is_complex) {
        throw new RuntimeError(`grad can be computed only for real scalar outputs but got ${tensor.dtype.toString()}`);
      }
      return tensor.detach().new_ones(tensor.shape);
    }
    if (!is_tensor(grad)) throw new TypeError(`gradients can be either Tensors or None, but got ${typeof grad}`);
    if (grad.shape.length !== tensor.shape.length || grad.shape.some((s, d) => s !== tensor.shape[d])) {
      throw new RuntimeError(
        `Mismatch in shape: grad_output[${i}] has a shape of torch.Size([${grad.shape.join(", ")}]) and output[${i}] has a shape of torch.Size([${tensor.shape.join(", ")}]).`,
      );
    }
    if (grad.dtype.is_complex !== tensor.dtype.is_complex) {
      throw new RuntimeError(
        `For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: grad_output[${i}] has a dtype of ${grad.dtype.toString()} and output[${i}] has a dtype of ${tensor.dtype.toString()}.`,
      );
    }
    return grad;
  });
}

/**
 * Adds the gradients of `tensors` with respect to the graph's leaves to the leaves' `grad`.
 * @throws RuntimeError when a tensor has no history, a cotangent is missing or of the wrong shape,
 *   or the graph was freed by an earlier backward
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { backward } from "@tt/autograd";
 * const x = tensor([1, 2], { requires_grad: true });
 * backward(x.mul(x).sum());
 * x.grad!.tolist(); // [2, 4]
 * ```
 */
export function backward(
  tensors: OneOrMore<Tensor>,
  grad_tensors?: OneOrMore<Tensor | null> | null | BackwardArgs,
  options: BackwardArgs = {},
): void {
  const [grads, args] = isOptions(grad_tensors)
    ? [(grad_tensors as BackwardArgs).grad_tensors ?? null, grad_tensors as BackwardArgs]
    : [(grad_tensors as OneOrMore<Tensor | null> | null | undefined) ?? options.grad_tensors ?? null, options];
  const list = listOf(tensors);
  const createGraph = args.create_graph ?? false;
  const keepGraph = args.retain_graph ?? createGraph;
  const inputs = args.inputs === undefined || args.inputs === null ? null : listOf(args.inputs);
  if (inputs !== null && inputs.length === 0)
    throw new RuntimeError("'inputs' argument to backward() cannot be empty.");
  const roots = rootsOf(list);
  const cotangents = rootGrads(list, grads === null ? null : listOf(grads));
  if (inputs === null) {
    runBackward(roots, cotangents, { keepGraph, createGraph, captures: null, accumulate: null });
    return;
  }
  const leaves = inputs.filter((t) => gradFnOf(t) === null);
  const others = inputs.filter((t) => gradFnOf(t) !== null);
  const results = runBackward(roots, cotangents, {
    keepGraph,
    createGraph,
    captures: others.map((t) => ({ node: gradFnOf(t)!, index: t.outputNr })),
    accumulate: new Set<Node>(leaves.map(accumulatorOf)),
  });
  others.forEach((t, i) => {
    const grad = results[i] ?? null;
    if (grad === null) return;
    t.gradTensor = t.gradTensor === null ? grad : t.gradTensor.add(grad);
    memory.keep?.(t.gradTensor);
  });
}

/**
 * The gradients of the sum of `outputs` (weighted by `grad_outputs`) with respect to `inputs`, without
 * touching any `grad`.
 * @throws RuntimeError when an input was not used and `allow_unused` is not set
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { grad } from "@tt/autograd";
 * const x = tensor(3, { requires_grad: true });
 * const [dx] = grad(x.mul(x), x, { create_graph: true });
 * const [ddx] = grad(dx!, x);
 * [dx!.item(), ddx!.item()]; // [6, 2]
 * ```
 */
export function grad(
  outputs: OneOrMore<Tensor>,
  inputs: OneOrMore<Tensor>,
  grad_outputs?: OneOrMore<Tensor | null> | null | GradArgs,
  options: GradArgs = {},
): Tensor[] {
  const [grads, args] = isOptions(grad_outputs)
    ? [(grad_outputs as GradArgs).grad_outputs ?? null, grad_outputs as GradArgs]
    : [(grad_outputs as OneOrMore<Tensor | null> | null | undefined) ?? options.grad_outputs ?? null, options];
  const createGraph = args.create_graph ?? false;
  const outs = listOf(outputs);
  const ins = listOf(inputs);
  const roots = rootsOf(outs);
  const cotangents = rootGrads(outs, grads === null ? null : listOf(grads));
  for (const input of ins) {
    if (!input.requires_grad) throw new RuntimeError("One of the differentiated Tensors does not require grad");
  }
  const captures = ins.map((t) => {
    const node = gradFnOf(t);
    return node === null ? { node: accumulatorOf(t), index: 0 } : { node, index: t.outputNr };
  });
  const results = runBackward(roots, cotangents, {
    keepGraph: args.retain_graph ?? createGraph,
    createGraph,
    captures,
    accumulate: null,
  });
  if (args.allow_unused !== true && results.includes(null)) {
    throw new RuntimeError(
      "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.",
    );
  }
  // Without a recorded backward the results are plain values; with one they carry their history.
  return results.map((r) => (r === null || createGraph || modes().inference ? r : detached(r))) as Tensor[];
}

function detached(tensor: Tensor): Tensor {
  return tensor.requires_grad ? tensor.detach() : tensor;
}

/** `tensor.backward(gradient, retain_graph, create_graph, {inputs})`. */
export function backwardOf(tensor: Tensor, args: readonly unknown[]): void {
  const rest = [...args];
  const last = rest.at(-1);
  const options: Record<string, unknown> = isOptions(last) ? { ...(rest.pop() as object) } : {};
  const names = ["gradient", "retain_graph", "create_graph"];
  rest.forEach((value, i) => {
    if (names[i] === undefined) throw new TypeError(`backward() takes from 1 to 5 positional arguments`);
    options[names[i]] = value;
  });
  for (const key of Object.keys(options)) {
    if (!names.includes(key) && key !== "inputs") {
      throw new TypeError(
        `backward() got an unexpected keyword argument '${key}' (valid keyword arguments: gradient, retain_graph, create_graph, inputs)`,
      );
    }
  }
  const { gradient, ...more } = options as { gradient?: Tensor | null } & BackwardArgs;
  backward(tensor, gradient ?? null, more);
}
