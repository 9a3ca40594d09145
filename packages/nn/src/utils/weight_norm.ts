import { Parameter, type RemovableHandle, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import type { Module } from "../module/module.ts";
import { isOptions } from "@tt/core/dispatch";

type Attributes = Record<string, unknown>;

/** The 2-norm over all dimensions but `dim` (null: over all), with those of size 1. */
export function norm_except_dim(v: Tensor, pow = 2, dim: number | null = 0): Tensor {
  const axis = dim === null || dim === -1 ? null : dim < 0 ? dim + v.ndim : dim;
  if (axis === null) return callOp("norm", v, pow, null, false, null);
  const others = [...v.shape.keys()].filter((d) => d !== axis);
  return others.length === 0 ? v.abs() : callOp("norm", v, pow, others, true, null);
}

interface Installed {
  readonly handle: RemovableHandle;
  readonly compute: () => Tensor;
}

const installed = new WeakMap<Module, Map<string, Installed>>();

/**
 * Splits a parameter into direction and length (Salimans and Kingma 2016): `weight_g` and `weight_v` are trained, and
 * `weight` is computed before every forward pass.
 */
export function weight_norm<M extends Module>(
  module: M,
  name: string | { name?: string; dim?: number | null } = "weight",
  dim: number | null = 0,
): M {
  if (isOptions(name))
    return weight_norm(module, name["name"] ?? "weight", name["dim"] === undefined ? 0 : name["dim"]);
  const key = name;
  const known = installed.get(module) ?? new Map<string, Installed>();
  if (known.has(key)) throw new RuntimeError(`Cannot register two weight_norm hooks on the same parameter ${key}`);
  const own = module as unknown as Attributes;
  const weight = own[key];
  if (!(weight instanceof Parameter)) throw new ValueError(`weight_norm: ${key} is not a parameter of the module`);
  delete own[key];
  module.register_parameter(`${key}_g`, new Parameter(norm_except_dim(weight.detach(), 2, dim)));
  module.register_parameter(`${key}_v`, new Parameter(weight.data));
  const compute = (): Tensor => {
    const v = own[`${key}_v`] as Tensor;
    return v.mul((own[`${key}_g`] as Tensor).div(norm_except_dim(v, 2, dim)));
  };
  own[key] = compute();
  const handle = module.register_forward_pre_hook(() => {
    own[key] = compute();
  });
  known.set(key, { handle, compute });
  installed.set(module, known);
  return module;
}

/** Undoes {@link weight_norm}: the parameter keeps its present value. */
export function remove_weight_norm<M extends Module>(module: M, name = "weight"): M {
  const found = installed.get(module)?.get(name);
  if (found === undefined) throw new ValueError(`weight_norm of '${name}' not found in ${module.toString()}`);
  const own = module as unknown as Attributes;
  const weight = found.compute();
  found.handle.remove();
  installed.get(module)!.delete(name);
  for (const key of [name, `${name}_g`, `${name}_v`]) delete own[key];
  own[name] = new Parameter(weight.detach());
  return module;
}
