import { Parameter, RuntimeError, Tensor } from "@tt/core";
import { Module } from "@tt/nn";
import { ScriptObject } from "@tt/serialization";
import type { Interpreter } from "./interpreter.ts";
import { type Attributes, type ScriptClass, ScriptInstance } from "./interpreter.ts";

/**
 * A module of a TorchScript archive. Its parameters, buffers and submodules are those of the archive, under the same names,
 * and calling it runs the archive's code. Methods exported besides `forward` are methods of it.
 */
export class ScriptModule extends Module implements Attributes {
  declare readonly scriptClass: ScriptClass;
  declare private readonly interpreter: Interpreter;
  declare private readonly attributes: Map<string, unknown>;

  constructor(interpreter: Interpreter, type: ScriptClass) {
    super();
    // Not own enumerable properties, which are the module's state.
    Object.defineProperties(this, {
      scriptClass: { value: type },
      interpreter: { value: interpreter },
      attributes: { value: new Map<string, unknown>() },
    });
    for (const name of type.definition.methods.keys()) {
      if (name in this) continue;
      Object.defineProperty(this, name, { value: (...args: unknown[]) => interpreter.method(this, type, name, args) });
    }
  }

  /** The class's name in Python. */
  get original_name(): string {
    return this.scriptClass.definition.name;
  }

  /** The code that runs: the file of the module's class. */
  get code(): string {
    return this.interpreter.sourceOf(this.scriptClass.qualifiedName);
  }

  // What the archive's code takes and gives is not known here.
  // oxlint-disable-next-line typescript/no-explicit-any
  override forward(...args: any[]): any {
    return this.interpreter.method(this, this.scriptClass, "forward", args);
  }

  override extra_repr(): string {
    return `original_name=${this.original_name}`;
  }

  /** @internal */
  getAttribute(name: string): unknown {
    if (name === "training") return this.training;
    if (this.attributes.has(name)) return this.attributes.get(name);
    if (Object.hasOwn(this, name)) return (this as unknown as Record<string, unknown>)[name];
    const constant = this.scriptClass.definition.fields.get(name);
    if (constant) return this.interpreter.constant(constant);
    if (constant === null) return null;
    throw new RuntimeError(`'${this.original_name}' object has no attribute '${name}'`);
  }

  /** @internal */
  setAttribute(name: string, value: unknown): void {
    if (name === "training") this.training = Boolean(value);
    else if (this.attributes.has(name) || !Object.hasOwn(this, name)) this.attributes.set(name, value);
    else (this as unknown as Record<string, unknown>)[name] = value;
  }
}

/** Makes modules of an archive's objects; tensors that are one memory in the archive stay one object. */
export class ModuleBuilder {
  readonly #interpreter: Interpreter;
  readonly #made = new Map<ScriptObject, unknown>();
  readonly #parameters = new Map<object, Parameter[]>();

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter;
  }

  build(root: ScriptObject): ScriptModule {
    const module = this.#object(root);
    if (!(module instanceof ScriptModule)) throw new RuntimeError("the archive's data is not a module");
    this.#link(module, new Set());
    return module;
  }

  #object(object: ScriptObject): unknown {
    const made = this.#made.get(object);
    if (made !== undefined) return made;
    const type = this.#interpreter.classOf(object.type);
    if (!type.isModule) {
      const instance = new ScriptInstance(type);
      this.#made.set(object, instance);
      for (const [name, value] of Object.entries(object.attributes)) instance.attributes.set(name, this.#value(value));
      return instance;
    }
    const module = new ScriptModule(this.#interpreter, type);
    this.#made.set(object, module);
    const { parameters, buffers } = type.definition;
    for (const [name, value] of Object.entries(object.attributes)) {
      if (name === "training") module.training = Boolean(value);
      else if (parameters.has(name))
        module.register_parameter(name, value instanceof Tensor ? this.#parameter(value) : null);
      else if (buffers.has(name)) module.register_buffer(name, value instanceof Tensor ? value : null);
      else {
        const own = this.#value(value);
        if (own instanceof ScriptModule) module.add_module(name, own);
        else module.setAttribute(name, own);
      }
    }
    return module;
  }

  #value(value: unknown): unknown {
    if (value instanceof ScriptObject) return this.#object(value);
    return Array.isArray(value) ? value.map((item) => this.#value(item)) : value;
  }

  #parameter(tensor: Tensor): Parameter {
    const known = this.#alias(tensor);
    if (known !== null) return known;
    const parameter = new Parameter(tensor.detach(), tensor.requires_grad);
    const list = this.#parameters.get(tensor.storage);
    if (list === undefined) this.#parameters.set(tensor.storage, [parameter]);
    else list.push(parameter);
    return parameter;
  }

  /** The parameter that is the same part of the same memory. */
  #alias(tensor: Tensor): Parameter | null {
    const same = (a: readonly number[], b: readonly number[]): boolean =>
      a.length === b.length && a.every((value, i) => value === b[i]);
    const list = this.#parameters.get(tensor.storage) ?? [];
    return (
      list.find(
        (one) => one.offset === tensor.offset && same(one.shape, tensor.shape) && same(one.strides, tensor.strides),
      ) ?? null
    );
  }

  /** Lists of weights, as recurrent layers keep them, hold the parameters themselves. */
  #link(module: ScriptModule, seen: Set<ScriptModule>): void {
    if (seen.has(module)) return;
    seen.add(module);
    for (const name of module.scriptClass.definition.fields.keys()) {
      const value = module.getAttribute(name);
      if (Array.isArray(value) && value.some((item) => item instanceof Tensor)) {
        module.setAttribute(
          name,
          value.map((item: unknown) => (item instanceof Tensor ? (this.#alias(item) ?? item) : item)),
        );
      }
    }
    for (const child of module.children()) if (child instanceof ScriptModule) this.#link(child, seen);
  }
}
