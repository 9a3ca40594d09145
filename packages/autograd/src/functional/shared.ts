import { is_tensor, RuntimeError, type Tensor, zeros_like } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { grad } from "../backward.ts";

/** One tensor, or several in a list; results come in the same form. */
export type Tensors = Tensor | readonly Tensor[];

/** A function of tensors that gives a tensor or several. */
export type TensorFunction = (...inputs: Tensor[]) => Tensors;

/** Gradients by input, null where there is none. */
export type MaybeTensors = readonly (Tensor | null)[];

/** The tensors as a list, and whether they were one. */
export function listed(value: unknown, what: string, fn: string): [isList: boolean, list: readonly Tensor[]] {
  const isList = Array.isArray(value);
  const list = (isList ? value : [value]) as readonly unknown[];
  list.forEach((item, i) => {
    if (is_tensor(item)) return;
    const which = isList ? `value at index ${i}` : `given ${what}`;
    throw new TypeError(
      `The ${what} given to ${fn} must be either a Tensor or a tuple of Tensors but the ${which} has type ${pythonTypeName(item)}.`,
    );
  });
  return [isList, list as readonly Tensor[]];
}

/** The inverse of {@link listed}. */
export function unlisted<T>(isList: boolean, list: readonly T[]): T | T[] {
  return isList ? [...list] : list[0]!;
}

/**
 * New tensor objects for the inputs, so that a tensor that the function captures is told from its argument:
 * connected to the old ones where a graph is asked for, else without history.
 */
export function prepare(inputs: readonly Tensor[], createGraph: boolean, needGraph: boolean): Tensor[] {
  return inputs.map((input) =>
    createGraph && input.requires_grad ? input.view_as(input) : input.detach().requires_grad_(needGraph),
  );
}

/** Results without history, unless a graph was asked for. */
export function finish(tensors: readonly Tensor[], createGraph: boolean): Tensor[] {
  return createGraph ? [...tensors] : tensors.map((t) => t.detach());
}

export function checkVector(v: readonly Tensor[], other: readonly Tensor[], isList: boolean): void {
  if (other.length !== v.length) {
    throw new RuntimeError(
      isList
        ? `v is a tuple of invalid length: should be ${other.length} but got ${v.length}.`
        : "The given v should contain a single Tensor.",
    );
  }
  v.forEach((el, i) => {
    const { shape } = other[i]!;
    if (el.shape.length === shape.length && el.shape.every((s, d) => s === shape[d])) return;
    const entry = isList ? `Entry ${i} in ` : "";
    throw new RuntimeError(
      `${entry}v has invalid size: should be torch.Size([${shape.join(", ")}]) but got torch.Size([${el.shape.join(", ")}]).`,
    );
  });
}

type Kind = "outputs" | "grad_inputs" | "jacobian" | "hessian";

const INDEPENDENT: Readonly<Record<Kind, (i: number) => string>> = {
  outputs: (i) =>
    `Output ${i} of the user-provided function does not require gradients. The outputs must be computed in a differentiable manner from the input when running in strict mode.`,
  grad_inputs: (i) =>
    `The gradient with respect to input ${i} is independent of the inputs of the user-provided function. This is not allowed in strict mode.`,
  jacobian: (i) =>
    `While computing the hessian, found that the jacobian of the user-provided function with respect to input ${i} is independent of the input. This is not allowed in strict mode. You should ensure that your function is twice differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for example).`,
  hessian: (i) =>
    `The hessian of the user-provided function with respect to input ${i} is independent of the input. This is not allowed in strict mode. You should ensure that your function is thrice differentiable and that the hessian depends on the inputs.`,
};

/** In strict mode, throws where something does not depend on the inputs. */
export function checkDependence(tensors: MaybeTensors, kind: Kind, strict: boolean): void {
  if (!strict) return;
  tensors.forEach((t, i) => {
    if (t === null) {
      throw new RuntimeError(
        `The output of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
      );
    }
    if (!t.requires_grad) throw new RuntimeError(INDEPENDENT[kind](i));
  });
}

/** As `grad`, leaving out outputs without history. */
export function gradOf(
  outputs: MaybeTensors,
  inputs: readonly Tensor[],
  grad_outputs: MaybeTensors | null,
  options: { readonly create_graph: boolean; readonly retain_graph?: boolean },
): MaybeTensors {
  const kept = outputs.flatMap((t, i) => (t?.requires_grad === true ? [i] : []));
  if (kept.length === 0) return inputs.map(() => null);
  return grad(
    kept.map((i) => outputs[i]!),
    inputs,
    kept.map((i) => grad_outputs?.[i] ?? null),
    { ...options, allow_unused: true },
  );
}

type Stage = "back" | "back_trick" | "double_back" | "double_back_trick";

const MISSING: Readonly<Record<Stage, (i: number) => string>> = {
  back: (i) =>
    `The output of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
  back_trick: (i) =>
    `The gradient with respect to the input is independent of entry ${i} in the grad_outputs when using the double backward trick to compute forward mode gradients. This is not allowed in strict mode.`,
  double_back: (i) =>
    `The jacobian of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
  double_back_trick: (i) =>
    `The hessian of the user-provided function is independent of entry ${i} in the grad_jacobian. This is not allowed in strict mode as it prevents from using the double backward trick to replace forward mode AD.`,
};

/** Zeros for missing gradients; an error in strict mode. */
export function withZeros(
  grads: MaybeTensors,
  like: readonly Tensor[],
  strict: boolean,
  createGraph: boolean,
  stage: Stage,
): Tensor[] {
  return grads.map((g, i) => {
    if (g === null) {
      if (strict) throw new RuntimeError(MISSING[stage](i));
      return zeros_like(like[i]!);
    }
    if (strict && createGraph && !g.requires_grad) {
      const what = stage.startsWith("double") ? "hessian" : "jacobian";
      throw new RuntimeError(
        `The ${what} of the user-provided function is independent of input ${i}. This is not allowed in strict mode when create_graph=True.`,
      );
    }
    return g;
  });
}
