import { no_grad, Parameter, Tensor } from "@tt/core";
import { Module } from "../module/module.ts";

/**
 * A deep copy of a module: `copy.deepcopy`. Parameters and buffers are copied, shared ones stay shared; hooks stay with
 * the original.
 */
export function cloneModule<M extends Module>(module: M, memo: Map<object, unknown> = new Map()): M {
  return no_grad(() => copy(module, memo)) as M;
}

function copy(value: unknown, memo: Map<object, unknown>): unknown {
  if (value === null || (typeof value !== "object" && !(value instanceof Module))) return value;
  const known = memo.get(value);
  if (known !== undefined) return known;
  if (value instanceof Module) return copyModule(value, memo);
  let result: unknown = value;
  if (value instanceof Parameter) result = new Parameter(value.detach().clone(), value.requires_grad);
  else if (value instanceof Tensor) {
    const fresh = value.detach().clone();
    fresh.requires_grad = value.requires_grad;
    result = fresh;
  } else if (Array.isArray(value)) result = value.map((item) => copy(item, memo));
  memo.set(value, result);
  return result;
}

/** A module that runs `forward` of its class without its constructor's work. */
class Blank extends Module {
  override forward(): never {
    throw new Error("a blank module has no forward");
  }
}

function copyModule(module: Module, memo: Map<object, unknown>): Module {
  const fresh = new Blank() as Module;
  Object.setPrototypeOf(fresh, Object.getPrototypeOf(module) as object);
  for (const key of Object.keys(fresh)) delete (fresh as unknown as Record<string, unknown>)[key];
  memo.set(module, fresh);
  for (const [key, value] of Object.entries(module)) {
    (fresh as unknown as Record<string, unknown>)[key] = copy(value, memo);
  }
  const { buffers, nonPersistent, none } = module.moduleState;
  for (const name of buffers) fresh.moduleState.buffers.add(name);
  for (const name of nonPersistent) fresh.moduleState.nonPersistent.add(name);
  for (const name of none) fresh.moduleState.none.add(name);
  return fresh;
}
