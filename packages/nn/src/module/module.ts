/// <reference lib="esnext.disposable" preserve="true" />
import {
  type Device,
  type DeviceLike,
  device as toDevice,
  DType,
  is_tensor,
  NotImplementedError,
  Parameter,
  type RemovableHandle,
  RuntimeError,
  Tensor,
} from "@tt/core";
import { memory, pythonTypeName } from "@tt/core/dispatch";
import { type ModulesOptions, type NamedArgs, readModules, readNamed } from "./arguments.ts";
import { Callable } from "./callable.ts";
import { AttributeError, KeyError } from "./errors.ts";
import { callWithHooks } from "./call.ts";
import { loadStateDict, saveStateDict } from "./state_dict.ts";
import {
  addHook,
  type BackwardHook,
  type BackwardPreHook,
  type ForwardHook,
  type ForwardPreHook,
  type IncompatibleKeys,
  type LoadPostHook,
  type LoadPreHook,
  ModuleState,
  type StateDict,
  type StateDictHook,
} from "./state.ts";

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Module {
  /** Runs `forward` with the module's hooks. */
  (...args: Parameters<this["forward"]>): ReturnType<this["forward"]>;
}

/**
 * Base class of networks and layers. Own properties that hold modules and parameters are registered
 * by being assigned, in order; the instance itself is a function that runs {@link Module.forward}.
 *
 * @example
 * ```ts
 * import { Module, Linear } from "@tt/nn";
 * import { rand, type Tensor } from "@tt/core";
 * class Net extends Module {
 *   fc = new Linear(4, 2);
 *   override forward(x: Tensor): Tensor {
 *     return this.fc(x).relu();
 *   }
 * }
 * const net = new Net();
 * net(rand(3, 4)).shape; // [3, 2]
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export abstract class Module extends Callable {
  /** Training mode, which dropout and normalisation look at. */
  training: boolean;
  /** @internal */
  declare readonly moduleState: ModuleState;

  constructor() {
    super();
    Object.defineProperty(this, "moduleState", { value: new ModuleState() });
    this.training = true;
  }

  /** What the module computes. Subclasses give it their own signature. */
  // oxlint-disable-next-line typescript/no-explicit-any
  abstract forward(...args: any[]): any;

  /** @internal what calling the instance does */
  call_(args: unknown[]): unknown {
    return this.moduleState.hasCallHooks || globalHooks.hasCallHooks
      ? callWithHooks(this, args, globalHooks)
      : (this.forward as (...a: unknown[]) => unknown)(...args);
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
    if (module !== null && !(module instanceof Module)) {
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
      if (value instanceof Module && !seen.has(value)) {
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
    if (seen.has(this)) return;
    if (remove_duplicate) seen.add(this);
    yield [prefix, this];
    for (const [name, value] of Object.entries(this)) {
      if (!(value instanceof Module)) continue;
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
    const modules: Iterable<[string, Module]> = recurse ? this.named_modules(new Set(), prefix) : [[prefix, this]];
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
    // oxlint-disable-next-line typescript/no-this-alias
    let module: Module = this;
    if (target === "") return module;
    for (const name of target.split(".")) {
      const next = (module as unknown as Record<string, unknown>)[name];
      if (next === undefined) throw new AttributeError(`${module.constructor.name} has no attribute \`${name}\``);
      if (!(next instanceof Module)) throw new AttributeError(`\`${name}\` is not an nn.Module`);
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
    fn(this);
    return this;
  }

  /** @internal applies `fn` to parameters, gradients and buffers, keeping the objects */
  _apply(fn: (tensor: Tensor) => Tensor): this {
    for (const child of this.children()) child._apply(fn);
    for (const [, param] of this.ownParameters()) {
      param.data = fn(param.data);
      const { gradTensor } = param;
      if (gradTensor !== null) gradTensor.data = fn(gradTensor.data);
    }
    for (const [name, buffer] of this.ownBuffers()) {
      const made = fn(buffer);
      memory.keep?.(made);
      (this as Record<string, unknown>)[name] = made;
    }
    return this;
  }

  /**
   * Moves parameters and buffers to a device, floating-point ones to a dtype. The parameters stay
   * the same objects, so an optimizer built before keeps working.
   */
  to(device: DeviceLike | null, dtype?: DType | null): this;
  to(dtype: DType): this;
  to(options: { device?: DeviceLike | null; dtype?: DType | null }): this;
  to(other: Tensor): this;
  to(
    first: DeviceLike | DType | Tensor | { device?: DeviceLike | null; dtype?: DType | null } | null,
    second?: DType | null,
  ): this {
    let target: Device | null = null;
    let dtype: DType | null = second ?? null;
    if (first instanceof DType) dtype = first;
    else if (first instanceof Tensor) {
      target = first.device;
      dtype = first.dtype;
    } else if (typeof first === "string") target = toDevice(first);
    else if (first !== null && "type" in first) target = first;
    else if (first !== null) {
      target = first.device === null || first.device === undefined ? null : toDevice(first.device);
      dtype = first.dtype ?? null;
    }
    if (dtype !== null && dtype.category < 2) {
      throw new TypeError(
        `nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=${dtype.toString()}`,
      );
    }
    return this._apply((t) => t.to(target ?? t.device, t.dtype.category >= 2 && dtype !== null ? dtype : t.dtype));
  }

  /** Moves everything to a device without keeping the values. */
  to_empty(device: DeviceLike | { device: DeviceLike }): this {
    const target = typeof device === "object" && "device" in device ? device.device : device;
    return this._apply((t) => t.new_empty(t.shape, { device: target }));
  }

  /** Memory is shared between workers where the backend shares it; nothing needs doing here. */
  share_memory(): this {
    return this;
  }

  /** What a subclass wants to have in the state dict besides tensors, under `_extra_state`. */
  get_extra_state(): unknown {
    throw new RuntimeError(
      "Reached a code path in Module.get_extra_state() that should never be called. Please file an issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug.",
    );
  }

  /** Takes back what {@link get_extra_state} gave. */
  set_extra_state(_state: unknown): void {
    throw new RuntimeError(
      "Reached a code path in Module.set_extra_state() that should never be called. Please file an issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug.",
    );
  }

  /** Moves everything to the cpu. */
  cpu(): this {
    return this.to("cpu");
  }

  /** @throws RuntimeError always: there is no CUDA in JavaScript; see {@link to} for the devices there are */
  cuda(_device?: unknown): never {
    throw new RuntimeError("Torch not compiled with CUDA enabled");
  }

  private castFloats(name: "float" | "double" | "half" | "bfloat16"): this {
    return this._apply((t) => (t.dtype.category >= 2 ? t[name]() : t));
  }

  /** Floating-point parameters and buffers to float32. */
  float(): this {
    return this.castFloats("float");
  }

  /** Floating-point parameters and buffers to float64. */
  double(): this {
    return this.castFloats("double");
  }

  /** Floating-point parameters and buffers to float16. */
  half(): this {
    return this.castFloats("half");
  }

  /** Floating-point parameters and buffers to bfloat16. */
  bfloat16(): this {
    return this.castFloats("bfloat16");
  }

  /** All parameters and buffers to `dst_type`. */
  type(dst_type: DType): this {
    return this._apply((t) => t.to(dst_type));
  }

  /** Sets the gradients of all parameters to zero, or to null. */
  zero_grad(set_to_none: boolean | { set_to_none?: boolean } = false): void {
    const none = typeof set_to_none === "boolean" ? set_to_none : (set_to_none.set_to_none ?? false);
    for (const param of this.parameters()) zeroGrad(param, none);
  }

  /** Switches recording for all parameters. */
  requires_grad_(requires_grad: boolean | { requires_grad?: boolean } = true): this {
    const wanted = typeof requires_grad === "boolean" ? requires_grad : (requires_grad.requires_grad ?? true);
    for (const param of this.parameters()) param.requires_grad = wanted;
    return this;
  }

  /**
   * Parameters and persistent buffers by qualified name, sharing memory with the module.
   * @param options - `prefix` is put before every name; `keep_vars` gives the parameters themselves
   */
  state_dict(options: { destination?: StateDict; prefix?: string; keep_vars?: boolean } = {}): StateDict {
    return saveStateDict(this, options.destination ?? {}, options.prefix ?? "", options.keep_vars ?? false);
  }

  /**
   * Copies values from a state dict. When anything does not fit, nothing is changed.
   * @throws RuntimeError with PyTorch's list of missing, unexpected and ill-shaped entries
   */
  load_state_dict(state_dict: StateDict, strict: boolean | { strict?: boolean } = true): IncompatibleKeys {
    return loadStateDict(this, state_dict, typeof strict === "boolean" ? strict : (strict.strict ?? true));
  }

  /** Calls `hook(module, args)` before every forward; what it returns replaces the arguments. */
  register_forward_pre_hook(hook: ForwardPreHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this.moduleState.forwardPre, hook, options.prepend);
  }

  /** Calls `hook(module, args, output)` after every forward; what it returns replaces the output. */
  register_forward_hook(hook: ForwardHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this.moduleState.forward, hook, options.prepend);
  }

  /** Calls `hook(module, grad_input, grad_output)` when gradients of the inputs have been computed. */
  register_full_backward_hook(hook: BackwardHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this.moduleState.backward, hook, options.prepend);
  }

  /** The former name of {@link register_full_backward_hook}. */
  register_backward_hook(hook: BackwardHook): RemovableHandle {
    return this.register_full_backward_hook(hook);
  }

  /** Calls `hook(module, grad_output)` before gradients of the module are computed. */
  register_full_backward_pre_hook(hook: BackwardPreHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this.moduleState.backwardPre, hook, options.prepend);
  }

  /** Calls `hook(module, state_dict, prefix)` after `state_dict()`. */
  register_state_dict_hook(hook: StateDictHook): RemovableHandle {
    return addHook(this.moduleState.stateDict, hook);
  }

  /** Calls `hook(module, state_dict, prefix)` before this module loads. */
  register_load_state_dict_pre_hook(hook: LoadPreHook): RemovableHandle {
    return addHook(this.moduleState.loadPre, hook);
  }

  /** Calls `hook(module, incompatible_keys)` after `load_state_dict()`. */
  register_load_state_dict_post_hook(hook: LoadPostHook): RemovableHandle {
    return addHook(this.moduleState.loadPost, hook);
  }

  /** The arguments as Python prints them between the parentheses. */
  extra_repr(): string {
    return "";
  }

  /** The name printed before the parentheses. */
  _get_name(): string {
    return this.constructor.name;
  }

  /** PyTorch's text of the module and its children. */
  override toString(): string {
    const extra = this.extra_repr();
    const lines = Object.entries(this)
      .filter((entry): entry is [string, Module] => entry[1] instanceof Module)
      .map(([name, child]) => `(${name}): ${child.toString().replaceAll("\n", "\n  ")}`);
    const head = `${this._get_name()}(`;
    const extras = extra === "" ? [] : extra.split("\n");
    if (lines.length === 0 && extras.length <= 1) return `${head}${extra})`;
    return `${head}\n  ${[...extras, ...lines].join("\n  ")}\n)`;
  }
}

Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Module): string {
    return this.toString();
  },
  configurable: true,
});

/** Hooks that run for every module. */
export const globalHooks: ModuleState = new ModuleState();

/** Sets one gradient to zero, or to null. */
export function zeroGrad(param: Tensor, none: boolean): void {
  const { gradTensor } = param;
  if (gradTensor === null) return;
  if (none) param.gradTensor = null;
  else if (gradTensor.grad_fn !== null) gradTensor.detach_().zero_();
  else {
    gradTensor.requires_grad = false;
    gradTensor.zero_();
  }
}

// Abstract for the type checker only: JavaScript, and casts, can leave it out.
Object.defineProperty(Module.prototype, "forward", {
  value(this: Module): never {
    throw new NotImplementedError(`Module [${this.constructor.name}] is missing the required "forward" function`);
  },
  writable: true,
  configurable: true,
});
