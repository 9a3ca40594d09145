import type { Tensor } from "@tt/core";
import type { Module } from "../module/module.ts";

type Attributes = Record<string, unknown>;

/**
 * Calls a module with other parameters and buffers than its own, by qualified name; the module stays as it was.
 * @param args - one argument, or a list of them
 * @param kwargs - passed as the last argument
 */
export function functional_call<M extends Module>(
  module: M,
  parameters_and_buffers: Readonly<Record<string, Tensor>>,
  args: unknown,
  kwargs: Readonly<Record<string, unknown>> | null = null,
): ReturnType<M["forward"]> {
  const undo: (() => void)[] = [];
  try {
    for (const [path, tensor] of Object.entries(parameters_and_buffers)) {
      const dot = path.lastIndexOf(".");
      const owner = module.get_submodule(dot < 0 ? "" : path.slice(0, dot)) as unknown as Attributes;
      const name = path.slice(dot + 1);
      if (!(name in owner)) throw new Error(`'${module.constructor.name}' has no parameter or buffer '${path}'`);
      const before = owner[name];
      undo.push(() => (owner[name] = before));
      owner[name] = tensor;
    }
    const list = Array.isArray(args) ? (args as unknown[]) : [args];
    return module.call_(kwargs === null ? list : [...list, kwargs]) as ReturnType<M["forward"]>;
  } finally {
    for (const back of undo.toReversed()) back();
  }
}
