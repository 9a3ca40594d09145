import { enable_grad, RuntimeError, NotImplementedError, stack, type Tensor, zeros_like } from "@tt/core";
import { basisOf, jacfwd } from "../func/jacobian.ts";
import { vmap } from "../func/vmap/vmap.ts";
import {
  checkDependence,
  finish,
  gradOf,
  listed,
  prepare,
  type TensorFunction,
  type Tensors,
  unlisted,
} from "./shared.ts";

type Strategy = "reverse-mode" | "forward-mode";

/** Options of {@link jacobian}. */
export interface JacobianOptions {
  /** Make the result differentiable. */
  readonly create_graph?: boolean;
  /** Throw where an output does not depend on an input, instead of giving zeros. */
  readonly strict?: boolean;
  /** Compute all rows at once, batched. */
  readonly vectorize?: boolean;
  /** Rows by backward passes, or columns by forward ones (needs `vectorize`). */
  readonly strategy?: Strategy;
}

/** Options of {@link hessian}. */
export interface HessianOptions extends Omit<JacobianOptions, "strategy"> {
  readonly outer_jacobian_strategy?: Strategy;
}

/** A tensor; for several inputs or outputs a list, for both a list of lists by output and input. */
export type Jacobian = Tensor | Tensor[] | Tensor[][];

/**
 * The Jacobian of `func` at `inputs`: shape `[...output.shape, ...input.shape]`, for each pair of output and input
 * where there are several.
 *
 * @throws RuntimeError in strict mode when an output does not depend on an input
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { functional } from "@tt/autograd";
 * functional.jacobian((x) => x.mul(x), tensor([1, 2])); // [[2, 0], [0, 4]]
 * ```
 */
export function jacobian(func: TensorFunction, inputs: Tensors, options: JacobianOptions = {}): Jacobian {
  const { create_graph = false, strict = false, vectorize = false, strategy = "reverse-mode" } = options;
  if (strategy === "forward-mode") return forward(func, inputs, { create_graph, strict, vectorize });
  return enable_grad(() => {
    const [isInputs, list] = listed(inputs, "inputs", "jacobian");
    const xs = prepare(list, create_graph, true);
    const [isOutputs, ys] = listed(func(...xs), "outputs of the user-provided function", "jacobian");
    checkDependence(ys, "outputs", strict);
    if (vectorize && strict) {
      throw new RuntimeError(
        "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. Please either set `strict=False` or `vectorize=False`.",
      );
    }
    const rows = vectorize ? rowsAtOnce(ys, xs, create_graph) : rowsOneByOne(ys, xs, create_graph, strict);
    return unlisted(
      isOutputs,
      rows.map((row) => unlisted(isInputs, finish(row, create_graph))),
    ) as Jacobian;
  });
}

function rowsOneByOne(
  ys: readonly Tensor[],
  xs: readonly Tensor[],
  create_graph: boolean,
  strict: boolean,
): Tensor[][] {
  return ys.map((y, o) => {
    const rows: Tensor[][] = xs.map(() => []);
    const flat = y.reshape([-1]);
    for (let k = 0; k < y.numel(); k++) {
      const grads = gradOf([flat.at(k)], xs, null, { create_graph, retain_graph: true });
      grads.forEach((g, i) => {
        if (g === null && strict) {
          throw new RuntimeError(
            `Output ${o} of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
          );
        }
        if (g !== null && strict && create_graph && !g.requires_grad) {
          throw new RuntimeError(
            `The jacobian of the user-provided function is independent of input ${o}. This is not allowed in strict mode when create_graph=True.`,
          );
        }
        rows[i]!.push(g ?? zeros_like(xs[i]!));
      });
    }
    return rows.map((grads, i) => {
      const shape = [...y.shape, ...xs[i]!.shape];
      return grads.length === 0 ? y.new_zeros(shape) : stack(grads).view(shape);
    });
  });
}

function rowsAtOnce(ys: readonly Tensor[], xs: readonly Tensor[], create_graph: boolean): Tensor[][] {
  const counts = ys.map((y) => y.numel());
  const pull = (...cotangents: Tensor[]): Tensor[] =>
    gradOf(ys, xs, cotangents, { create_graph, retain_graph: true }).map((g, i) => g ?? zeros_like(xs[i]!));
  const all = vmap(pull)(...basisOf(ys));
  const byInput = all.map((g) => g.split(counts, 0));
  return ys.map((y, o) => xs.map((x, i) => byInput[i]![o]!.reshape([...y.shape, ...x.shape])));
}

function forward(
  func: TensorFunction,
  inputs: Tensors,
  { create_graph, strict, vectorize }: { create_graph: boolean; strict: boolean; vectorize: boolean },
): Jacobian {
  if (create_graph) {
    throw new NotImplementedError(
      'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported together (yet). Please either set `create_graph=False` or `strategy="reverse-mode"`.',
    );
  }
  if (strict) {
    throw new RuntimeError(
      'torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported together (yet). Please either set `strict=False` or `strategy="reverse-mode"`.',
    );
  }
  if (!vectorize) {
    throw new NotImplementedError(
      "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for `vectorize=True`.",
    );
  }
  const [isInputs, xs] = listed(inputs, "inputs", "jacobian");
  const columns = jacfwd(func, { argnums: xs.map((_, i) => i) })(...xs) as unknown as Tensor[] | Tensor[][];
  const isOutputs = Array.isArray(columns[0]);
  const rows = (isOutputs ? columns : [columns]) as Tensor[][];
  return unlisted(
    isOutputs,
    rows.map((row) => unlisted(isInputs, row)),
  ) as Jacobian;
}

/**
 * The Hessian of `func`, which gives a single number: shape `[...input.shape, ...input.shape]`, for each pair of
 * inputs where there are several.
 *
 * @throws RuntimeError when `func` gives more than a number
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { functional } from "@tt/autograd";
 * functional.hessian((x) => x.pow(3).sum(), tensor([1, 2])); // [[6, 0], [0, 12]]
 * ```
 */
export function hessian(func: TensorFunction, inputs: Tensors, options: HessianOptions = {}): Jacobian {
  const { create_graph = false, strict = false, vectorize = false, outer_jacobian_strategy = "reverse-mode" } = options;
  const [isInputs] = listed(inputs, "inputs", "hessian");
  const single = (...xs: Tensor[]): Tensor => {
    const [isOutputs, ys] = listed(func(...xs), "outputs of the user-provided function", "hessian");
    checkDependence(ys, "outputs", strict);
    if (isOutputs) throw new RuntimeError("The function given to hessian should return a single Tensor");
    if (ys[0]!.numel() !== 1) {
      throw new RuntimeError("The Tensor returned by the function given to hessian should contain a single element");
    }
    return ys[0]!.squeeze();
  };
  const inner = (...xs: Tensor[]): Tensor[] => {
    const rows = jacobian(single, xs, { create_graph: true }) as Tensor[];
    checkDependence(rows, "jacobian", strict);
    return rows;
  };
  const outer = { create_graph, strict, vectorize, strategy: outer_jacobian_strategy };
  const blocks = jacobian(inner, isInputs ? inputs : [inputs as Tensor], outer) as Tensor[][];
  return isInputs ? blocks : blocks[0]![0]!;
}
