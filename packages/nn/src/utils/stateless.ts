import { RuntimeError, stack, type Tensor } from "@tt/core";
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

/**
 * The parameters and buffers of several modules of one architecture, each stacked along a new dimension 0: with
 * `vmap` and {@link functional_call}, an ensemble in one call.
 * @throws RuntimeError without models, or when they are not all in the same mode or of the same class
 * @example
 * ```ts
 * import { nn, func, rand } from "@tt/torch";
 * const models = [new nn.Linear(3, 2), new nn.Linear(3, 2)];
 * const [params, buffers] = func.stack_module_state(models);
 * const one = (p: typeof params, x: ReturnType<typeof rand>) => func.functional_call(models[0]!, p, x);
 * func.vmap(one, { in_dims: [0, null] })(params, rand(4, 3)).shape; // [2, 4, 2]
 * ```
 */
export function stack_module_state(
  models: readonly Module[],
): [params: Record<string, Tensor>, buffers: Record<string, Tensor>] {
  const [first] = models;
  if (first === undefined) throw new RuntimeError("stack_module_state: Expected at least one model, got 0.");
  if (models.some((m) => m.training !== first.training)) {
    throw new RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.");
  }
  if (models.some((m) => m.constructor !== first.constructor)) {
    throw new RuntimeError("stack_module_state: Expected all models to be of the same class.");
  }
  const stacked = (all: readonly ReadonlyMap<string, Tensor>[]): Record<string, Tensor> =>
    Object.fromEntries(
      [...all[0]!].map(([name, like]) => {
        const tensor = stack(all.map((one) => one.get(name)!.detach()));
        return [name, like.requires_grad ? tensor.requires_grad_() : tensor];
      }),
    );
  return [
    stacked(models.map((m) => new Map(m.named_parameters()))),
    stacked(models.map((m) => new Map(m.named_buffers()))),
  ];
}
