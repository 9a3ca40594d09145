import { enable_grad, is_grad_enabled, RuntimeError, set_grad_enabled, type Tensor, zeros_like } from "@tt/core";
import { isOptions } from "@tt/core/dispatch";
import {
  checkDependence,
  checkVector,
  finish,
  gradOf,
  listed,
  prepare,
  type TensorFunction,
  type Tensors,
  unlisted,
  withZeros,
} from "./shared.ts";

/** Options of {@link vjp}, {@link jvp}, {@link vhp} and {@link hvp}. */
export interface ProductOptions {
  /** The vector; may be left out where one number is meant. */
  readonly v?: Tensors | null;
  /** Make the results differentiable. */
  readonly create_graph?: boolean;
  /** Throw where an output does not depend on an input, instead of giving zeros. */
  readonly strict?: boolean;
}

type V = Tensors | null | ProductOptions;

function optionsOf(v: V | undefined, options: ProductOptions): Required<ProductOptions> {
  const given = isOptions(v) ? (v as ProductOptions) : { v: (v as Tensors | null | undefined) ?? null, ...options };
  return { v: given.v ?? null, create_graph: given.create_graph ?? false, strict: given.strict ?? false };
}

function vectorFor(v: Tensors, name: string, createGraph: boolean, like: readonly Tensor[], isList: boolean): Tensor[] {
  const vector = prepare(listed(v, "v", name)[1], createGraph, false);
  checkVector(vector, like, isList);
  return vector;
}

function gradModeFor<R>(createGraph: boolean, fn: () => R): R {
  return set_grad_enabled(createGraph || is_grad_enabled(), fn);
}

/**
 * The outputs of `func` and the product of `v` (of the outputs' shapes) with its Jacobian: `[outputs, vjp]`.
 * @example
 * ```ts
 * import { ones, tensor } from "@tt/core";
 * import { functional } from "@tt/autograd";
 * const [y, g] = functional.vjp((x) => x.mul(x), tensor([1, 2]), ones(2));
 * // y = [1, 4], g = [2, 4]
 * ```
 */
export function vjp(func: TensorFunction, inputs: Tensors, v?: V, options: ProductOptions = {}): [Tensors, Tensors] {
  const { v: given, create_graph, strict } = optionsOf(v, options);
  const { isInputs, xs, isOutputs, ys, vector } = enable_grad(() => {
    const [isInputs, list] = listed(inputs, "inputs", "vjp");
    const xs = prepare(list, create_graph, true);
    const [isOutputs, ys] = listed(func(...xs), "outputs of the user-provided function", "vjp");
    checkDependence(ys, "outputs", strict);
    if (given === null && (ys.length !== 1 || ys[0]!.numel() !== 1)) {
      throw new RuntimeError(
        "The vector v can only be None if the user-provided function returns a single Tensor with a single element.",
      );
    }
    const vector = given === null ? null : vectorFor(given, "vjp", create_graph, ys, isOutputs);
    return { isInputs, xs, isOutputs, ys, vector };
  });
  const product = gradModeFor(create_graph, () =>
    withZeros(gradOf(ys, xs, vector, { create_graph }), xs, strict, create_graph, "back"),
  );
  return [unlisted(isOutputs, finish(ys, create_graph)), unlisted(isInputs, finish(product, create_graph))];
}

function checkInputVector(given: Tensors | null, xs: readonly Tensor[]): void {
  if (given === null && (xs.length !== 1 || xs[0]!.numel() !== 1)) {
    throw new RuntimeError(
      `The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.`,
    );
  }
}

/**
 * The outputs of `func` and the product of its Jacobian with `v` (of the inputs' shapes): `[outputs, jvp]`.
 * Computed by differentiating twice backwards.
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { functional } from "@tt/autograd";
 * const [, t] = functional.jvp((x) => x.mul(x), tensor([1, 2]), tensor([1, 0]));
 * // t = [2, 0]
 * ```
 */
export function jvp(func: TensorFunction, inputs: Tensors, v?: V, options: ProductOptions = {}): [Tensors, Tensors] {
  const { v: given, create_graph, strict } = optionsOf(v, options);
  const { isOutputs, ys, vector, cotangents, gradInputs } = enable_grad(() => {
    const [isInputs, list] = listed(inputs, "inputs", "jvp");
    const xs = prepare(list, create_graph, true);
    const vector = given === null ? null : vectorFor(given, "jvp", create_graph, xs, isInputs);
    checkInputVector(given, xs);
    const [isOutputs, ys] = listed(func(...xs), "outputs of the user-provided function", "jvp");
    checkDependence(ys, "outputs", strict);
    // Backward is linear in them: their values do not matter.
    const cotangents = ys.map((y) => zeros_like(y).requires_grad_());
    const gradInputs = gradOf(ys, xs, cotangents, { create_graph: true });
    checkDependence(gradInputs, "grad_inputs", strict);
    return { isOutputs, ys, vector, cotangents, gradInputs };
  });
  const product = gradModeFor(create_graph, () =>
    withZeros(gradOf(gradInputs, cotangents, vector, { create_graph }), ys, strict, create_graph, "back_trick"),
  );
  return [unlisted(isOutputs, finish(ys, create_graph)), unlisted(isOutputs, finish(product, create_graph))];
}

interface Prepared {
  readonly isInputs: boolean;
  readonly xs: Tensor[];
  readonly vector: Tensor[] | null;
  readonly y: Tensor;
  readonly jacobian: readonly (Tensor | null)[];
}

function secondOrder(
  func: TensorFunction,
  inputs: Tensors,
  { v, create_graph, strict }: Required<ProductOptions>,
  name: string,
): Prepared {
  const [isInputs, list] = listed(inputs, "inputs", name);
  const xs = prepare(list, create_graph, true);
  const vector = v === null ? null : vectorFor(v, name, create_graph, xs, isInputs);
  checkInputVector(v, xs);
  const [isOutputs, ys] = listed(func(...xs), "outputs of the user-provided function", name);
  checkDependence(ys, "outputs", strict);
  if (isOutputs) throw new RuntimeError(`The function given to ${name} should return a single Tensor`);
  const y = ys[0]!;
  if (y.numel() !== 1) {
    throw new RuntimeError(`The Tensor returned by the function given to ${name} should contain a single element`);
  }
  const jacobian = gradOf([y], xs, null, { create_graph: true });
  checkDependence(jacobian, "jacobian", strict);
  return { isInputs, xs, vector, y, jacobian };
}

/** `func`'s single number and the product of `v` with its Hessian: `[output, vhp]`. */
export function vhp(func: TensorFunction, inputs: Tensors, v?: V, options: ProductOptions = {}): [Tensor, Tensors] {
  const given = optionsOf(v, options);
  const { create_graph, strict } = given;
  const { isInputs, xs, vector, y, jacobian } = enable_grad(() => secondOrder(func, inputs, given, "vhp"));
  const product = gradModeFor(create_graph, () =>
    withZeros(gradOf(jacobian, xs, vector, { create_graph }), xs, strict, create_graph, "double_back"),
  );
  return [finish([y], create_graph)[0]!, unlisted(isInputs, finish(product, create_graph))];
}

/**
 * `func`'s single number and the product of its Hessian with `v`: `[output, hvp]`. {@link vhp} gives the same
 * numbers for functions that are twice continuously differentiable, faster.
 */
export function hvp(func: TensorFunction, inputs: Tensors, v?: V, options: ProductOptions = {}): [Tensor, Tensors] {
  const given = optionsOf(v, options);
  const { create_graph, strict } = given;
  const { isInputs, xs, vector, y, cotangents, twice } = enable_grad(() => {
    const prepared = secondOrder(func, inputs, given, "hvp");
    const cotangents = prepared.xs.map((x) => zeros_like(x).requires_grad_());
    const twice = gradOf(prepared.jacobian, prepared.xs, cotangents, { create_graph: true });
    checkDependence(prepared.jacobian, "hessian", strict);
    return { ...prepared, cotangents, twice };
  });
  const product = gradModeFor(create_graph, () =>
    withZeros(gradOf(twice, cotangents, vector, { create_graph }), xs, strict, create_graph, "double_back_trick"),
  );
  return [finish([y], create_graph)[0]!, unlisted(isInputs, finish(product, create_graph))];
}
