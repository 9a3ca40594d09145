import { is_tensor, Parameter, Tensor } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { type ModulesOptions, type NamedArgs, readModules, readNamed } from "./arguments.ts";
import { Callable } from "./callable.ts";
import { AttributeError, KeyError } from "./errors.ts";
import type { Module } from "./module.ts";
import { ModuleState } from "./state.ts";

/** Every tree is one of a module: the class is only divided over files. */
const isModule = (value: unknown): value is Module => value instanceof ModuleTree;
const whole = (tree: ModuleTree): Module => tree as Module;

/** What a module is made of: own parameters, buffers and children by name, and all those below. */
export abstract class ModuleTree extends Callable {
  /** Training mode, which dropout and normalisation look at. */
  training: boolean;
  /** @internal */
  declare readonly moduleState: ModuleState;

  constructor() {
    super();
    Object.defineProperty(this, "moduleState", { value: new ModuleState() });
    this.training = true;
  }

  /** Registers a parameter under `name`; null stands for "none". */
  register_parameter(name: string, param: Parameter | null): void {
    this.checkName(name);
    if (param !== null && !(param instanceof Parameter)) {
      throw new TypeError(
        `cannot assign '${pythonTypeName(param)}' object to parameter '${name}' (torch.nn.Parameter or None required)`,
      );
    }
    if (param === null) this.moduleState.none.add(name);
    (this as Record<string, unknown>)[name] = param;
  }

  /** Registers a tensor that belongs to the state but is not trained. */
  register_buffer(name: string, tensor: Tensor | null, persistent: boolean | { persistent?: boolean } = true): void {
    this.checkName(name);
    if (tensor !== null && !is_tensor(tensor)) {
      throw new TypeError(
        `cannot assign '${pythonTypeName(tensor)}' object to buffer '${name}' (torch Tensor or None required)`,
      );
    }
    const keep = typeof persistent === "boolean" ? persistent : (persistent.persistent ?? true);
    this.moduleState.buffers.add(name);
    if (!keep) this.moduleState.nonPersistent.add(name);
    (this as Record<string, unknown>)[name] = tensor;
  }

  /** Registers a child module under `name`. */
  register_module(name: string, module: Module | null): void {
    this.add_module(name, module);
  }

  /** Registers a child module under `name`. */
  add_module(name: string, module: Module | null): void {
    if (module !== null && !isModule(module)) {
      throw new TypeError(`${pythonTypeName(module)} is not a Module subclass`);
    }
    this.checkName(name);
    (this as Record<string, unknown>)[name] = module;
  }

  private checkName(name: string): void {
    if (typeof name !== "string") throw new TypeError(`name should be a string. Got ${pythonTypeName(name)}`);
    if (name.includes(".")) throw new KeyError('parameter name can\'t contain "."');
    if (name === "") throw new KeyError('parameter name can\'t be empty string ""');
  }

  /** Direct children with their names; a module that appears twice is given once. */
  *named_children(): IterableIterator<[string, Module]> {
    const seen = new Set<Module>();
    for (const [name, value] of Object.entries(this)) {
      if (isModule(value) && !seen.has(value)) {
        seen.add(value);
        yield [name, value];
      }
    }
  }

  /** Direct children. */
  *children(): IterableIterator<Module> {
    for (const [, child] of this.named_children()) yield child;
  }

  /** This module and all below it with their qualified names, each once. */
  named_modules(options?: ModulesOptions): IterableIterator<[string, Module]>;
  named_modules(
    memo?: Set<Module> | null,
    prefix?: string | ModulesOptions,
    remove_duplicate?: boolean | ModulesOptions,
  ): IterableIterator<[string, Module]>;
  *named_modules(...args: unknown[]): IterableIterator<[string, Module]> {
    const { memo, prefix, remove_duplicate } = readModules(args);
    const seen = memo ?? new Set<Module>();
    if (seen.has(whole(this))) return;
    if (remove_duplicate) seen.add(whole(this));
    yield [prefix, whole(this)];
    for (const [name, value] of Object.entries(this)) {
      if (!isModule(value)) continue;
      yield* value.named_modules(seen, prefix === "" ? name : `${prefix}.${name}`, remove_duplicate);
    }
  }

  /** This module and all below it, each once. */
  *modules(): IterableIterator<Module> {
    for (const [, module] of this.named_modules()) yield module;
  }

  /** @internal own parameters in order */
  *ownParameters(): IterableIterator<[string, Parameter]> {
    const { buffers } = this.moduleState;
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Parameter && !buffers.has(name)) yield [name, value];
    }
  }

  /** @internal own buffers in order */
  *ownBuffers(): IterableIterator<[string, Tensor]> {
    for (const name of this.moduleState.buffers) {
      const value = (this as Record<string, unknown>)[name];
      if (value instanceof Tensor) yield [name, value];
    }
  }

  private *gather<T extends Tensor>(
    own: (module: Module) => Iterable<[string, T]>,
    prefix: string,
    recurse: boolean,
  ): IterableIterator<[string, T]> {
    const seen = new Set<T>();
    const modules: Iterable<[string, Module]> = recurse
      ? this.named_modules(new Set(), prefix)
      : [[prefix, whole(this)]];
    for (const [path, module] of modules) {
      for (const [name, value] of own(module)) {
        if (seen.has(value)) continue;
        seen.add(value);
        yield [path === "" ? name : `${path}.${name}`, value];
      }
    }
  }

  /** Parameters with their qualified names; shared ones once. */
  named_parameters(...args: NamedArgs): IterableIterator<[string, Parameter]> {
    const { prefix, recurse } = readNamed(args);
    return this.gather((m) => m.ownParameters(), prefix, recurse);
  }

  /** Parameters; shared ones once. */
  *parameters(recurse: boolean | { recurse?: boolean } = true): IterableIterator<Parameter> {
    for (const [, value] of this.named_parameters("", recurse)) yield value;
  }

  /** Buffers with their qualified names. */
  named_buffers(...args: NamedArgs): IterableIterator<[string, Tensor]> {
    const { prefix, recurse } = readNamed(args);
    return this.gather((m) => m.ownBuffers(), prefix, recurse);
  }

  /** Buffers. */
  *buffers(recurse: boolean | { recurse?: boolean } = true): IterableIterator<Tensor> {
    for (const [, value] of this.named_buffers("", recurse)) yield value;
  }

  /** The submodule at a dotted path; the module itself for "". */
  get_submodule(target: string): Module {
    let module = whole(this);
    if (target === "") return module;
    for (const name of target.split(".")) {
      const next = (module as unknown as Record<string, unknown>)[name];
      if (next === undefined) throw new AttributeError(`${module.constructor.name} has no attribute \`${name}\``);
      if (!isModule(next)) throw new AttributeError(`\`${name}\` is not an nn.Module`);
      module = next;
    }
    return module;
  }

  /** The parameter at a dotted path. */
  get_parameter(target: string): Parameter {
    const [module, name] = this.locate(target);
    const value = (module as unknown as Record<string, unknown>)[name];
    if (value === undefined) throw new AttributeError(`${module.constructor.name} has no attribute \`${name}\``);
    if (!(value instanceof Parameter)) throw new AttributeError(`\`${name}\` is not an nn.Parameter`);
    return value;
  }

  /** The buffer at a dotted path. */
  get_buffer(target: string): Tensor {
    const [module, name] = this.locate(target);
    if (!module.moduleState.buffers.has(name)) throw new AttributeError(`\`${name}\` is not a buffer`);
    return (module as unknown as Record<string, Tensor>)[name]!;
  }

  private locate(target: string): [Module, string] {
    const dot = target.lastIndexOf(".");
    return [this.get_submodule(dot < 0 ? "" : target.slice(0, dot)), target.slice(dot + 1)];
  }

  /** Switches this module and all below it to training (or evaluation) mode. */
  train(mode: boolean | { mode?: boolean } = true): this {
    if (typeof mode === "object" && mode !== null) return this.train(mode.mode ?? true);
    if (typeof mode !== "boolean") throw new TypeError("training mode is expected to be boolean");
    this.training = mode;
    for (const child of this.children()) child.train(mode);
    return this;
  }

  /** Switches to evaluation mode. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `fn` with every module below and then this one. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(whole(this));
    return this;
  }
}
