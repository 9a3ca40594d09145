import { is_tensor, no_grad, RuntimeError, type Tensor } from "@tt/core";
import { grad } from "../backward.ts";

/** Options of {@link gradcheck}. */
export interface GradcheckOptions {
  /** Step of the finite differences. */
  readonly eps?: number;
  readonly atol?: number;
  readonly rtol?: number;
  /** Throw with the difference (the default) or give false. */
  readonly raise_exception?: boolean;
  /** Allow outputs' gradients to be undefined for some inputs. */
  readonly check_undefined_grad?: boolean;
  /** How far repeated backward runs may differ. */
  readonly nondet_tol?: number;
}

/** Raised when analytical and numerical gradients differ. */
export class GradcheckError extends RuntimeError {
  override name = "GradcheckError";
}

type Fn = (...inputs: Tensor[]) => Tensor | readonly Tensor[] | null;

const outputsOf = (fn: Fn, inputs: readonly Tensor[]): Tensor[] => {
  const result = fn(...inputs);
  const list = is_tensor(result) ? [result] : (result ?? []);
  return list.filter((t) => is_tensor(t) && t.dtype.category >= 2 && t.requires_grad);
};

/** Real and imaginary parts, or the elements, in row-major order. */
const numbers = (tensor: Tensor): number[] =>
  Array.from(tensor.detach().cpu().contiguous().numpy() as Float64Array, Number);

/**
 * Compares the gradients of `fn` at `inputs` with finite differences. Inputs that require grad should
 * be float64.
 *
 * @throws GradcheckError with the two Jacobians' first difference
 * @example
 * ```ts
 * import { tensor, float64 } from "@tt/core";
 * import { gradcheck } from "@tt/autograd";
 * const x = tensor([0.5, 1.5], { dtype: float64, requires_grad: true });
 * gradcheck((t) => t.mul(t), [x]); // true
 * ```
 */
export function gradcheck(fn: Fn, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, raise_exception = true, nondet_tol = 0 } = options;
  try {
    const leaves = inputs.filter((t) => is_tensor(t) && t.requires_grad);
    if (leaves.length === 0) {
      throw new GradcheckError(
        "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True.",
      );
    }
    const outputs = outputsOf(fn, inputs);
    outputs.forEach((output, o) => {
      const analytical = analyticalJacobian(output, leaves);
      const again = analyticalJacobian(outputsOf(fn, inputs)[o]!, leaves);
      leaves.forEach((leaf, i) => {
        compareRepeated(analytical[i]!, again[i]!, nondet_tol);
        const numerical = numericalJacobian(fn, inputs, leaf, o, eps);
        compare(analytical[i]!, numerical, o, i, atol, rtol);
      });
    });
    return true;
  } catch (error) {
    if (!raise_exception && error instanceof GradcheckError) return false;
    throw error;
  }
}

/** Rows: output entries (real and imaginary parts apart); columns: input entries. */
type Jacobian = number[][];

function analyticalJacobian(output: Tensor, leaves: readonly Tensor[]): Jacobian[] {
  const jacobians: Jacobian[] = leaves.map(() => []);
  const entries = output.numel() * output.dtype.lanes;
  for (let k = 0; k < entries; k++) {
    const cotangent = output.detach().new_zeros(output.shape).cpu();
    (cotangent.numpy() as Float64Array)[k] = 1;
    const grads = grad(output, leaves, {
      grad_outputs: cotangent.to(output.device),
      retain_graph: true,
      allow_unused: true,
    });
    grads.forEach((g, i) => {
      const leaf = leaves[i]!;
      jacobians[i]!.push(g === null ? new Array<number>(leaf.numel() * leaf.dtype.lanes).fill(0) : numbers(g));
    });
  }
  return jacobians;
}

function numericalJacobian(fn: Fn, inputs: readonly Tensor[], leaf: Tensor, o: number, eps: number): Jacobian {
  const columns: number[][] = [];
  const evaluate = (): number[] => {
    const result = fn(...inputs);
    const list = is_tensor(result) ? [result] : (result ?? []);
    return numbers(list.filter((t) => is_tensor(t) && t.requires_grad)[o]!);
  };
  // Entries are moved one by one in the leaf's own memory, whatever its strides.
  const { lanes } = leaf.dtype;
  const array = leaf.array as Float64Array;
  forEachOffset(leaf, (offset) => {
    for (let lane = 0; lane < lanes; lane++) {
      const at = offset * lanes + lane;
      const before = array[at]!;
      array[at] = before + eps;
      const up = evaluate();
      array[at] = before - eps;
      const down = evaluate();
      array[at] = before;
      columns.push(up.map((u, i) => (u - down[i]!) / (2 * eps)));
    }
  });
  const rows = columns[0]?.length ?? 0;
  return Array.from({ length: rows }, (_, r) => columns.map((c) => c[r]!));
}

function forEachOffset(tensor: Tensor, visit: (offset: number) => void): void {
  const { shape, strides } = tensor;
  const walk = (dim: number, offset: number): void => {
    if (dim === shape.length) return visit(offset);
    for (let i = 0; i < shape[dim]!; i++) walk(dim + 1, offset + i * strides[dim]!);
    return undefined;
  };
  walk(0, tensor.offset);
}

function compareRepeated(a: Jacobian, b: Jacobian, tolerance: number): void {
  a.forEach((row, i) =>
    row.forEach((value, j) => {
      if (Math.abs(value - b[i]![j]!) > tolerance) {
        throw new GradcheckError(
          "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different values, although analytical gradient matches numerical gradient.",
        );
      }
    }),
  );
}

function compare(a: Jacobian, n: Jacobian, o: number, i: number, atol: number, rtol: number): void {
  a.forEach((row, r) =>
    row.forEach((value, c) => {
      const want = n[r]![c]!;
      if (Math.abs(value - want) <= atol + rtol * Math.abs(want)) return;
      throw new GradcheckError(
        `Jacobian mismatch for output ${o} with respect to input ${i},\nnumerical: ${want} at (${c}, ${r})\nanalytical: ${value}`,
      );
    }),
  );
}

/**
 * As {@link gradcheck} for the gradients themselves: checks second derivatives.
 * @param grad_outputs - cotangents; by default numbers that depend on the position
 */
export function gradgradcheck(
  fn: Fn,
  inputs: readonly Tensor[],
  grad_outputs?: readonly Tensor[] | null,
  options: GradcheckOptions = {},
): boolean {
  const outputs = outputsOf(fn, inputs);
  const cotangents = (grad_outputs ?? outputs.map(cotangentFor)).map((t) => {
    const own = t.detach().clone();
    own.requires_grad = true;
    return own;
  });
  const first: Fn = (...all) => {
    const xs = all.slice(0, inputs.length);
    const gs = all.slice(inputs.length);
    const outs = outputsOf(fn, xs);
    const wanted = xs.filter((t) => is_tensor(t) && t.requires_grad);
    const grads = grad(outs, wanted, { grad_outputs: gs, create_graph: true, allow_unused: true });
    return grads.filter((g) => g !== null && g.requires_grad);
  };
  return gradcheck(first, [...inputs, ...cotangents], options);
}

function cotangentFor(output: Tensor): Tensor {
  return no_grad(() => {
    const out = output.new_zeros(output.shape).cpu();
    const array = out.numpy() as Float64Array;
    for (let k = 0; k < array.length; k++) array[k] = Math.cos(0.7 * k + 0.3);
    return out.to(output.device);
  });
}
