/** torch.nn.utils.parametrize: parameters computed from others by modules. */
import { no_grad, Parameter, type Tensor, Tensor as TensorClass, ValueError } from "@tt/core";
import { isOptions } from "@tt/core/dispatch";
import { ModuleDict } from "../containers/lists.ts";
import { KeyError } from "../module/errors.ts";
import { Module } from "../module/module.ts";

type Attributes = Record<string, unknown>;

/** A module that computes a parameter; `right_inverse` gives what it is computed from. */
export interface Parametrization extends Module {
  right_inverse?(value: Tensor): Tensor | readonly Tensor[];
}

let caching = 0;
const cache = new Map<object, Tensor>();

/** While `body` runs, every parametrized parameter is computed once at most. */
export function cached<T>(body: () => T): T {
  caching++;
  try {
    return body();
  } finally {
    if (--caching === 0) cache.clear();
  }
}

/** The parametrizations of one parameter, in order, and the tensors they start from. */
export class ParametrizationList extends Module {
  readonly is_tensor: boolean;
  readonly ntensors: number;
  readonly unsafe: boolean;

  constructor(modules: Iterable<Parametrization>, original: Tensor, unsafe: boolean | { unsafe?: boolean } = false) {
    super();
    [...modules].forEach((module, i) => this.register_module(String(i), module));
    this.unsafe = typeof unsafe === "boolean" ? unsafe : (unsafe.unsafe ?? false);
    const inverse = this.inverted(original);
    this.is_tensor = !Array.isArray(inverse);
    const tensors = this.is_tensor ? [inverse as Tensor] : (inverse as readonly Tensor[]);
    this.ntensors = tensors.length;
    tensors.forEach((tensor, i) => {
      const name = this.is_tensor ? "original" : `original${i}`;
      if (original instanceof Parameter) {
        // The parameter stays the same object, so that an optimizer built before keeps it.
        if (this.is_tensor) original.data = tensor.detach();
        this.register_parameter(
          name,
          this.is_tensor ? original : new Parameter(tensor.detach(), original.requires_grad),
        );
      } else this.register_buffer(name, tensor);
    });
  }

  /** Adds a parametrization after the others. */
  append(module: Parametrization): this {
    this.register_module(String([...this.children()].length), module);
    return this;
  }

  private *parametrizations(): IterableIterator<Parametrization> {
    for (const child of this.children()) yield child as Parametrization;
  }

  private inverted(value: Tensor): Tensor | readonly Tensor[] {
    return no_grad(() => {
      let current: Tensor | readonly Tensor[] = value.detach();
      for (const module of [...this.parametrizations()].toReversed()) {
        if (module.right_inverse !== undefined) current = module.right_inverse(current as Tensor);
      }
      return current;
    });
  }

  /** @internal the tensors the parametrization starts from */
  originals(): Tensor[] {
    const own = this as unknown as Record<string, Tensor>;
    return this.is_tensor ? [own["original"]!] : Array.from({ length: this.ntensors }, (_, i) => own[`original${i}`]!);
  }

  /** Sets the originals so that the parameter becomes `value`, as far as the parametrizations allow. */
  right_inverse(value: Tensor): void {
    no_grad(() => {
      const inverse = this.inverted(value);
      const tensors = this.is_tensor ? [inverse as Tensor] : (inverse as readonly Tensor[]);
      this.originals().forEach((original, i) => original.copy_(tensors[i]!));
    });
  }

  /** The parameter's present value. */
  override forward(): Tensor {
    const originals = this.originals();
    let value: unknown = null;
    for (const module of this.parametrizations()) {
      value =
        value === null
          ? (module as unknown as (...t: Tensor[]) => Tensor)(...originals)
          : (module as unknown as (t: Tensor) => Tensor)(value as Tensor);
    }
    return value as Tensor;
  }
}

interface Parametrized {
  parametrizations?: ModuleDict<ParametrizationList>;
}

const listOf = (module: Module, name: string): ParametrizationList | undefined => {
  const dict = (module as Parametrized).parametrizations as unknown as Record<string, ParametrizationList> | undefined;
  return dict === undefined ? undefined : dict[name];
};

/** Whether the module, or its parameter `tensor_name`, has parametrizations. */
export function is_parametrized(module: Module, tensor_name: string | null = null): boolean {
  const { parametrizations } = module as Parametrized;
  if (!(parametrizations instanceof ModuleDict)) return false;
  return tensor_name === null ? [...parametrizations.children()].length > 0 : listOf(module, tensor_name) !== undefined;
}

/** Gives the module a class of its own on which parameters can be computed. */
function specialise(module: Module): void {
  const before = Object.getPrototypeOf(module) as Module;
  const name = `Parametrized${before._get_name.call(module)}`;
  const own = Object.create(before) as Module;
  Object.defineProperty(own, "_get_name", { value: () => name, configurable: true });
  Object.setPrototypeOf(module, own);
  module.register_module("parametrizations", new ModuleDict());
}

function inject(module: Module, name: string): void {
  Object.defineProperty(Object.getPrototypeOf(module), name, {
    configurable: true,
    enumerable: false,
    get(this: Module): Tensor {
      const list = listOf(this, name)!;
      if (caching === 0) return list();
      let value = cache.get(list);
      if (value === undefined) cache.set(list, (value = list()));
      return value;
    },
    set(this: Module, value: Tensor) {
      listOf(this, name)!.right_inverse(value);
    },
  });
}

/**
 * Has `parametrization` compute the parameter or buffer `tensor_name` whenever it is read; parametrizations add up.
 * @example
 * ```ts
 * import { Linear, Module, utils } from "@tt/nn";
 * import type { Tensor } from "@tt/core";
 * class Symmetric extends Module {
 *   override forward(x: Tensor): Tensor {
 *     return x.triu().add(x.triu(1).t());
 *   }
 * }
 * const layer = utils.parametrize.register_parametrization(new Linear(3, 3), "weight", new Symmetric());
 * layer.weight.equal(layer.weight.t()); // true
 * ```
 */
export function register_parametrization<M extends Module>(
  module: M,
  tensor_name: string,
  parametrization: Parametrization,
  options: { unsafe?: boolean } = {},
): M {
  const train = parametrization.training;
  parametrization.train(module.training);
  const known = listOf(module, tensor_name);
  if (known !== undefined) {
    const value = (module as unknown as Record<string, Tensor>)[tensor_name]!;
    known.append(parametrization);
    known.right_inverse(value);
    return module;
  }
  const own = module as unknown as Attributes;
  const original = own[tensor_name];
  if (!(original instanceof TensorClass)) {
    parametrization.train(train);
    throw new ValueError(
      `Module '${module.toString()}' does not have a parameter, a buffer, or a parametrized element with name '${tensor_name}'`,
    );
  }
  const list = new ParametrizationList([parametrization], original, options.unsafe ?? false);
  const before = list();
  if (options.unsafe !== true) {
    if (before.dtype !== original.dtype || before.shape.join() !== original.shape.join()) {
      throw new ValueError(
        `Registering a parametrization may not change the shape or dtype of the tensor, unless the \`unsafe\` flag is enabled.\nmodule.${tensor_name} shape: [${original.shape.join(", ")}]\nparametrized shape: [${before.shape.join(", ")}]`,
      );
    }
  }
  if (!is_parametrized(module)) specialise(module);
  delete own[tensor_name];
  module.moduleState.buffers.delete(tensor_name);
  (module as Parametrized).parametrizations!.register_module(tensor_name, list);
  inject(module, tensor_name);
  return module;
}

/** Takes the parametrizations off; the parameter keeps its present value, or with `leave_parametrized: false` its original. */
export function remove_parametrizations<M extends Module>(
  module: M,
  tensor_name: string,
  leave_parametrized: boolean | { leave_parametrized?: boolean } = true,
): M {
  const leave = isOptions(leave_parametrized) ? (leave_parametrized["leave_parametrized"] ?? true) : leave_parametrized;
  const list = listOf(module, tensor_name);
  if (list === undefined)
    throw new ValueError(`Module ${module.toString()} does not have a parametrization on ${tensor_name}`);
  const own = module as unknown as Attributes;
  const [original] = list.originals() as [Tensor];
  if (!leave && !list.is_tensor) {
    throw new ValueError(
      "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.",
    );
  }
  const value = leave ? no_grad(() => list()) : original;
  const trained = list.originals().some((t) => t instanceof Parameter);
  delete (Object.getPrototypeOf(module) as Attributes)[tensor_name];
  const { parametrizations } = module as Parametrized;
  delete (parametrizations as unknown as Attributes)[tensor_name];
  if (!trained) module.register_buffer(tensor_name, value);
  else if (list.is_tensor) {
    original.data = value.detach();
    own[tensor_name] = original;
  } else own[tensor_name] = new Parameter(value.detach());
  if ([...parametrizations!.children()].length === 0) {
    delete own["parametrizations"];
    Object.setPrototypeOf(module, Object.getPrototypeOf(Object.getPrototypeOf(module)) as object);
  }
  return module;
}

/** The class that the module had before it was parametrized. */
export function type_before_parametrizations(module: Module): new (...args: never[]) => Module {
  return module.constructor as new (...args: never[]) => Module;
}

/** Gives `to_module` the parametrizations of `from_module` and the tensors behind them. */
export function transfer_parametrizations_and_params(
  from_module: Module,
  to_module: Module,
  tensor_name: string | null = null,
): Module {
  if (!is_parametrized(from_module)) return to_module;
  const names = Object.keys((from_module as Parametrized).parametrizations!).filter(
    (n) => listOf(from_module, n) instanceof Module,
  );
  for (const name of tensor_name === null ? names : [tensor_name]) {
    const list = listOf(from_module, name);
    if (list === undefined) throw new KeyError(name);
    if (!(name in to_module)) (to_module as unknown as Attributes)[name] = new Parameter(list().detach());
    for (const module of list.children()) register_parametrization(to_module, name, module as Parametrization);
    const target = listOf(to_module, name)!;
    no_grad(() => target.originals().forEach((t, i) => t.copy_(list.originals()[i]!)));
  }
  return to_module;
}
