/** torch.nn.utils.prune: setting weights to zero, by masks. */
import type { Parameter } from "@tt/core";
import { no_grad, type RemovableHandle, type Tensor, ValueError } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import type { Module } from "../module/module.ts";

type Attributes = Record<string, unknown>;
type Amount = number;

const installed = new WeakMap<Module, Map<string, { method: BasePruningMethod; handle: RemovableHandle }>>();

/** A way to choose what is pruned. */
export abstract class BasePruningMethod {
  abstract readonly PRUNING_TYPE: "unstructured" | "structured" | "global";
  /** @internal the parameter it is applied to */
  _tensor_name = "";

  /** The mask for tensor `t`, at most what `default_mask` keeps. */
  abstract compute_mask(t: Tensor, default_mask: Tensor): Tensor;

  /** The parameter with its mask applied. */
  apply_mask(module: Module): Tensor {
    const own = module as unknown as Record<string, Tensor>;
    return own[`${this._tensor_name}_mask`]!.to(own[`${this._tensor_name}_orig`]!.dtype).mul(
      own[`${this._tensor_name}_orig`]!,
    );
  }

  /** The pruned form of a tensor. */
  prune(t: Tensor, default_mask: Tensor | null = null, importance_scores: Tensor | null = null): Tensor {
    const scores = importance_scores ?? t;
    return t.mul(this.compute_mask(scores, default_mask ?? t.new_ones(t.shape)));
  }

  /** Takes the pruning off; the parameter stays as pruned. */
  remove(module: Module): void {
    const own = module as unknown as Attributes;
    const name = this._tensor_name;
    const weight = no_grad(() => this.apply_mask(module));
    const original = own[`${name}_orig`] as Parameter;
    original.data = weight.detach();
    for (const key of [name, `${name}_orig`, `${name}_mask`]) delete own[key];
    module.moduleState.buffers.delete(`${name}_mask`);
    own[name] = original;
  }
}

function pruneBy(module: Module, name: string, method: BasePruningMethod, importance: Tensor | null = null): Module {
  const known = installed.get(module) ?? new Map<string, { method: BasePruningMethod; handle: RemovableHandle }>();
  installed.set(module, known);
  const own = module as unknown as Attributes;
  const before = known.get(name);
  method._tensor_name = name;
  let mask: Tensor;
  if (before === undefined) {
    const original = own[name] as Parameter;
    mask = method.compute_mask((importance ?? original).detach(), original.detach().new_ones(original.shape));
    delete own[name];
    module.register_parameter(`${name}_orig`, original);
  } else {
    const original = own[`${name}_orig`] as Parameter;
    before.handle.remove();
    const container = new PruningContainer();
    if (before.method instanceof PruningContainer) for (const m of before.method) container.add_pruning_method(m);
    else container.add_pruning_method(before.method);
    container._tensor_name = name;
    container.add_pruning_method(method);
    const scores = importance ?? original;
    mask = container.compute_mask(scores.detach(), (own[`${name}_mask`] as Tensor).to(original.dtype));
    method = container;
    method._tensor_name = name;
  }
  module.register_buffer(`${name}_mask`, mask);
  const compute = (): void => {
    own[name] = method.apply_mask(module);
  };
  compute();
  known.set(name, { method, handle: module.register_forward_pre_hook(compute) });
  return module;
}

/** How many of `size` elements an amount (a share, or a count) means. */
function countOf(amount: Amount, size: number): number {
  if (amount < 0 || (!Number.isInteger(amount) && amount > 1)) {
    throw new ValueError(`amount=${amount} should either be a float in the range [0, 1] or a non-negative integer`);
  }
  // Python tells 1 from 1.0; here a whole number is a count, so that all of them is said by their number.
  const count = Number.isInteger(amount) ? amount : Math.round(amount * size);
  if (count > size) {
    throw new ValueError(`amount=${amount} should be smaller than the number of parameters to prune=${size}`);
  }
  return count;
}

/** Zeroes of `mask` at flat positions. */
function without(mask: Tensor, positions: Tensor): Tensor {
  const flat = mask.clone().reshape([-1]);
  return flat.index_fill(0, positions, 0).reshape(mask.shape);
}

const smallest = (values: Tensor, count: number): Tensor =>
  (callOp("topk", values.reshape([-1]), count, 0, false, true) as unknown as [Tensor, Tensor])[1];

/** Prunes nothing. */
export class Identity extends BasePruningMethod {
  readonly PRUNING_TYPE = "unstructured";
  override compute_mask(_t: Tensor, default_mask: Tensor): Tensor {
    return default_mask;
  }
  static override apply(module: Module, name: string): Module {
    return pruneBy(module, name, new Identity());
  }
}

/** Prunes elements at random. */
export class RandomUnstructured extends BasePruningMethod {
  readonly PRUNING_TYPE = "unstructured";
  readonly amount: Amount;
  constructor(amount: Amount) {
    super();
    this.amount = amount;
  }
  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const count = countOf(this.amount, t.numel());
    if (count === 0) return default_mask.clone();
    return without(default_mask, smallest(t.new_empty(t.shape).uniform_(), count));
  }
  static override apply(module: Module, name: string, amount: Amount): Module {
    return pruneBy(module, name, new RandomUnstructured(amount));
  }
}

/** Prunes the elements of smallest magnitude. */
export class L1Unstructured extends BasePruningMethod {
  readonly PRUNING_TYPE = "unstructured";
  readonly amount: Amount;
  constructor(amount: Amount) {
    super();
    this.amount = amount;
  }
  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const count = countOf(this.amount, t.numel());
    return count === 0 ? default_mask.clone() : without(default_mask, smallest(t.abs(), count));
  }
  static override apply(module: Module, name: string, amount: Amount, importance_scores: Tensor | null = null): Module {
    return pruneBy(module, name, new L1Unstructured(amount), importance_scores);
  }
}

/** A mask that keeps all but `dropped` slices along `dim`. */
function withoutSlices(mask: Tensor, dim: number, dropped: Tensor): Tensor {
  return mask.mul(mask.new_ones(mask.shape).index_fill(dim, dropped, 0));
}

const axisOf = (dim: number, t: Tensor): number => (dim < 0 ? dim + t.ndim : dim);

/** Prunes whole channels at random. */
export class RandomStructured extends BasePruningMethod {
  readonly PRUNING_TYPE = "structured";
  readonly amount: Amount;
  readonly dim: number;
  constructor(amount: Amount, dim = -1) {
    super();
    this.amount = amount;
    this.dim = dim;
  }
  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const axis = axisOf(this.dim, t);
    const size = t.shape[axis]!;
    const count = countOf(this.amount, size);
    if (count === 0) return default_mask;
    return withoutSlices(default_mask, axis, smallest(t.new_empty([size]).uniform_(), count));
  }
  static override apply(module: Module, name: string, amount: Amount, dim = -1): Module {
    return pruneBy(module, name, new RandomStructured(amount, dim));
  }
}

/** Prunes the channels of smallest n-norm. */
export class LnStructured extends BasePruningMethod {
  readonly PRUNING_TYPE = "structured";
  readonly amount: Amount;
  readonly n: number | "fro";
  readonly dim: number;
  constructor(amount: Amount, n: number | "fro", dim = -1) {
    super();
    this.amount = amount;
    this.n = n;
    this.dim = dim;
  }
  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const axis = axisOf(this.dim, t);
    const count = countOf(this.amount, t.shape[axis]!);
    if (count === 0) return default_mask;
    const others = [...t.shape.keys()].filter((d) => d !== axis);
    const norms = callOp("norm", t, this.n, others, false, null);
    return withoutSlices(default_mask, axis, smallest(norms, count));
  }
  static override apply(
    module: Module,
    name: string,
    amount: Amount,
    n: number | "fro",
    dim: number,
    importance_scores: Tensor | null = null,
  ): Module {
    return pruneBy(module, name, new LnStructured(amount, n, dim), importance_scores);
  }
}

/** Prunes by a mask that is given. */
export class CustomFromMask extends BasePruningMethod {
  readonly PRUNING_TYPE = "global";
  readonly mask: Tensor;
  constructor(mask: Tensor) {
    super();
    this.mask = mask;
  }
  override compute_mask(_t: Tensor, default_mask: Tensor): Tensor {
    return default_mask.mul(this.mask.to(default_mask.dtype));
  }
  static override apply(module: Module, name: string, mask: Tensor): Module {
    return pruneBy(module, name, new CustomFromMask(mask));
  }
}

/** Several methods one after the other; the last looks only at what the others left. */
export class PruningContainer extends BasePruningMethod {
  readonly PRUNING_TYPE = "unstructured";
  private readonly methods: BasePruningMethod[];
  constructor(...methods: BasePruningMethod[]) {
    super();
    this.methods = methods;
  }
  add_pruning_method(method: BasePruningMethod): void {
    this.methods.push(method);
  }
  [Symbol.iterator](): IterableIterator<BasePruningMethod> {
    return this.methods[Symbol.iterator]();
  }
  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const method = this.methods.at(-1)!;
    if (method.PRUNING_TYPE === "global") return method.compute_mask(t, default_mask);
    if (method.PRUNING_TYPE === "unstructured") {
      const left = default_mask.reshape([-1]).nonzero().select(1, 0);
      const partial = method.compute_mask(
        t.reshape([-1]).index_select(0, left),
        default_mask.reshape([-1]).index_select(0, left),
      );
      return default_mask.reshape([-1]).index_copy(0, left, partial).reshape(default_mask.shape);
    }
    const axis = axisOf((method as LnStructured).dim, t);
    const others = [...t.shape.keys()].filter((d) => d !== axis);
    const alive = (others.length === 0 ? default_mask : default_mask.sum(others)).nonzero().select(1, 0);
    const partial = method.compute_mask(t.index_select(axis, alive), default_mask.index_select(axis, alive));
    return default_mask.index_copy(axis, alive, partial);
  }
}

/** Masks a parameter with ones. */
export function identity<M extends Module>(module: M, name: string): M {
  return pruneBy(module, name, new Identity()) as M;
}

/** Prunes elements of a parameter at random: a share of them, or a whole number. */
export function random_unstructured<M extends Module>(module: M, name: string, amount: Amount): M {
  return pruneBy(module, name, new RandomUnstructured(amount)) as M;
}

/** Prunes the elements of a parameter with the smallest magnitudes (or scores). */
export function l1_unstructured<M extends Module>(
  module: M,
  name: string,
  amount: Amount,
  importance_scores: Tensor | null = null,
): M {
  return pruneBy(module, name, new L1Unstructured(amount), importance_scores) as M;
}

/** Prunes slices along `dim` at random. */
export function random_structured<M extends Module>(module: M, name: string, amount: Amount, dim: number): M {
  return pruneBy(module, name, new RandomStructured(amount, dim)) as M;
}

/** Prunes the slices along `dim` with the smallest n-norms. */
export function ln_structured<M extends Module>(
  module: M,
  name: string,
  amount: Amount,
  n: number | "fro",
  dim: number,
  importance_scores: Tensor | null = null,
): M {
  return pruneBy(module, name, new LnStructured(amount, n, dim), importance_scores) as M;
}

/** Prunes a parameter by a mask of ones and zeros. */
export function custom_from_mask<M extends Module>(module: M, name: string, mask: Tensor): M {
  return pruneBy(module, name, new CustomFromMask(mask)) as M;
}

/** Prunes many parameters together, comparing all their elements. */
export function global_unstructured(
  parameters: readonly (readonly [Module, string])[],
  pruning_method: new (amount: Amount) => BasePruningMethod,
  options: { amount: Amount; importance_scores?: ReadonlyMap<Module, Tensor> | null },
): void {
  const tensors = parameters.map(([module, name]) => {
    const own = module as unknown as Record<string, Tensor | undefined>;
    return (options.importance_scores?.get(module) ?? own[`${name}_orig`] ?? own[name]!).detach();
  });
  const masks = parameters.map(([module, name], i) => {
    const own = module as unknown as Record<string, Tensor | undefined>;
    return own[`${name}_mask`] ?? tensors[i]!.new_ones(tensors[i]!.shape);
  });
  const container = new PruningContainer(new pruning_method(options.amount));
  const flat = (list: readonly Tensor[]): Tensor =>
    callOp(
      "cat",
      list.map((t) => t.reshape([-1])),
      0,
    );
  const final = container.compute_mask(flat(tensors), flat(masks));
  let at = 0;
  parameters.forEach(([module, name], i) => {
    const count = tensors[i]!.numel();
    custom_from_mask(module, name, final.narrow(0, at, count).view(tensors[i]!.shape));
    at += count;
  });
}

/** Takes the pruning of a parameter off; its zeros stay. */
export function remove<M extends Module>(module: M, name: string): M {
  const found = installed.get(module)?.get(name);
  if (found === undefined) {
    throw new ValueError(
      `Parameter '${name}' of module ${module.toString()} has to be pruned before pruning can be removed`,
    );
  }
  found.method.remove(module);
  found.handle.remove();
  installed.get(module)!.delete(name);
  return module;
}

/** Whether the module or one below it is pruned. */
export function is_pruned(module: Module): boolean {
  for (const part of module.modules()) if ((installed.get(part)?.size ?? 0) > 0) return true;
  return false;
}
