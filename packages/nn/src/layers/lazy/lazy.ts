import { RuntimeError, Tensor } from "@tt/core";
import type { Module } from "../../module/module.ts";
import { is_lazy } from "../../module/uninitialized.ts";

/** Sets attributes that the class declares read-only. */
export function assign(module: Module, values: Readonly<Record<string, unknown>>): void {
  Object.assign(module, values);
}

/** Whether any own parameter or buffer of the module still waits for its shape. */
export function hasUninitialized(module: Module): boolean {
  return [...module.ownParameters(), ...module.ownBuffers()].some(([, tensor]) => is_lazy(tensor));
}

/** The first argument of a lazy module's first call, whose shape settles the parameters'. */
export function firstInput(args: readonly unknown[]): Tensor {
  const [input] = args;
  if (input instanceof Tensor) return input;
  throw new RuntimeError("a lazy module needs a tensor as its first argument");
}

interface Class {
  readonly prototype: object;
}

/** Makes the lazy module one of the class it stands for; a subclass of the lazy class stays what it is. */
export function settle(module: Module & { readonly cls_to_become: Class }, lazy: Class): void {
  if (Object.getPrototypeOf(module) === lazy.prototype) Object.setPrototypeOf(module, module.cls_to_become.prototype);
}
