import { no_grad, Parameter, type RemovableHandle, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { callOp, isOptions } from "@tt/core/dispatch";
import type { Module } from "../module/module.ts";

type Attributes = Record<string, unknown>;

/** `x` divided by its norm. */
export const normalized = (x: Tensor, eps: number): Tensor => callOp("nn_normalize", x, 2, [0], eps, null);

/** The weight as a matrix whose rows are dimension `dim`. */
export function weightMatrix(weight: Tensor, dim: number): Tensor {
  const order = [dim, ...[...weight.shape.keys()].filter((d) => d !== dim)];
  return weight.permute(order).reshape([weight.shape[dim]!, -1]);
}

/** The dimension of outputs: 1 for transposed convolutions. */
export function outputDim(module: Module): number {
  return /^(Lazy)?ConvTranspose/.test(module.constructor.name) ? 1 : 0;
}

interface SpectralOptions {
  name?: string;
  n_power_iterations?: number;
  eps?: number;
  dim?: number | null;
}

interface Installed {
  readonly handle: RemovableHandle;
  readonly compute: (iterate: boolean) => Tensor;
}

const installed = new WeakMap<Module, Map<string, Installed>>();

/**
 * Divides a parameter by its largest singular value (Miyato et al. 2018), estimated by power iteration before every
 * forward pass in training; `weight_orig` is what is trained.
 */
export function spectral_norm<M extends Module>(
  module: M,
  name: string | SpectralOptions = "weight",
  n_power_iterations = 1,
  eps = 1e-12,
  dim: number | null = null,
): M {
  if (isOptions(name)) {
    const o = name as SpectralOptions;
    return spectral_norm(module, o.name ?? "weight", o.n_power_iterations ?? 1, o.eps ?? 1e-12, o.dim ?? null);
  }
  const key = name as string;
  const known = installed.get(module) ?? new Map<string, Installed>();
  if (known.has(key)) throw new RuntimeError(`Cannot register two spectral_norm hooks on the same parameter ${key}`);
  if (n_power_iterations <= 0) {
    throw new ValueError(
      `Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`,
    );
  }
  const own = module as unknown as Attributes;
  const weight = own[key];
  if (!(weight instanceof Parameter)) throw new ValueError(`spectral_norm: ${key} is not a parameter of the module`);
  const axis = dim ?? outputDim(module);
  const [u, v] = no_grad(() => {
    const matrix = weightMatrix(weight, axis);
    const start = (n: number): Tensor => normalized(weight.new_empty([n]).normal_(0, 1), eps);
    return [start(matrix.shape[0]!), start(matrix.shape[1]!)];
  });
  delete own[key];
  module.register_parameter(`${key}_orig`, weight);
  own[key] = weight.data;
  module.register_buffer(`${key}_u`, u);
  module.register_buffer(`${key}_v`, v);
  const compute = (iterate: boolean): Tensor => {
    const original = own[`${key}_orig`] as Tensor;
    const matrix = weightMatrix(original, axis);
    let left = own[`${key}_u`] as Tensor;
    let right = own[`${key}_v`] as Tensor;
    if (iterate) {
      no_grad(() => {
        for (let i = 0; i < n_power_iterations; i++) {
          right.copy_(normalized(matrix.t().mv(left), eps));
          left.copy_(normalized(matrix.mv(right), eps));
        }
        [left, right] = [left.clone(), right.clone()];
      });
    }
    return original.div(left.dot(matrix.mv(right)));
  };
  const handle = module.register_forward_pre_hook((m) => {
    own[key] = compute(m.training);
  });
  known.set(key, { handle, compute });
  installed.set(module, known);
  return module;
}

/** Undoes {@link spectral_norm}: the parameter keeps its present value. */
export function remove_spectral_norm<M extends Module>(module: M, name = "weight"): M {
  const found = installed.get(module)?.get(name);
  if (found === undefined) throw new ValueError(`spectral_norm of '${name}' not found in ${module.toString()}`);
  const own = module as unknown as Attributes;
  const weight = no_grad(() => found.compute(false));
  found.handle.remove();
  installed.get(module)!.delete(name);
  for (const key of [name, `${name}_u`, `${name}_v`, `${name}_orig`]) {
    delete own[key];
    module.moduleState.buffers.delete(key);
  }
  own[name] = new Parameter(weight.detach());
  return module;
}
