import { Parameter, Tensor } from "@tt/core";
import { KeyError } from "../module/errors.ts";
import { Module } from "../module/module.ts";
import { positionOf } from "./sequential.ts";

/** Modules in a list that registers them. */
export class ModuleList<M extends Module = Module> extends Module {
  [index: number]: M;

  constructor(modules: Iterable<M> = []) {
    super();
    for (const module of modules) this.append(module);
  }

  override forward(): never {
    throw new TypeError("ModuleList has no forward");
  }

  private items(): M[] {
    return Object.values(this).filter((value): value is M => value instanceof Module);
  }

  /** How many modules there are. */
  get size(): number {
    return this.items().length;
  }

  /** The module at `index`, counted from the end when negative. */
  at(index: number): M {
    const all = this.items();
    return all[positionOf(index, all.length)]!;
  }

  /** Takes the module at `index` (the last one) out and gives it. */
  pop(index = -1): M {
    const all = this.items();
    const [taken] = all.splice(positionOf(index, all.length), 1);
    for (const key of Object.keys(this))
      if (/^\d+$/.test(key)) delete (this as unknown as Record<string, unknown>)[key];
    for (const [i, module] of all.entries()) this.add_module(String(i), module);
    return taken!;
  }

  /** Adds a module at the end. */
  append(module: M): this {
    this.add_module(String(this.size), module);
    return this;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<M>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  /** Puts a module before position `index`. */
  insert(index: number, module: M): this {
    const all = this.items();
    all.splice(index < 0 ? index + all.length : index, 0, module);
    all.forEach((m, i) => this.add_module(String(i), m));
    return this;
  }

  /** The modules in order. */
  *[Symbol.iterator](): IterableIterator<M> {
    yield* this.items();
  }
}

/** Modules in a dictionary that registers them. */
export class ModuleDict<M extends Module = Module> extends Module {
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super();
    this.update(modules);
  }

  override forward(): never {
    throw new TypeError("ModuleDict has no forward");
  }

  /** The module called `key`. */
  get(key: string): M | undefined {
    const value = (this as unknown as Record<string, unknown>)[key];
    return Object.hasOwn(this, key) && value instanceof Module ? (value as M) : undefined;
  }

  /** Registers a module under `key`. */
  set(key: string, module: M): this {
    this.add_module(key, module);
    return this;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Takes the module called `key` out and gives it. */
  pop(key: string): M | undefined {
    const module = this.get(key);
    delete (this as unknown as Record<string, unknown>)[key];
    return module;
  }

  clear(): void {
    for (const key of this.keys()) this.pop(key);
  }

  update(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>): void {
    const entries = Symbol.iterator in modules ? modules : Object.entries(modules);
    for (const [key, module] of entries) this.set(key, module);
  }

  entries(): [string, M][] {
    return Object.entries(this).filter((e): e is [string, M] => (e[1] as unknown) instanceof Module);
  }

  /** Names and modules, as `entries`. */
  items(): [string, M][] {
    return this.entries();
  }

  keys(): string[] {
    return this.entries().map(([key]) => key);
  }

  values(): M[] {
    return this.entries().map(([, value]) => value);
  }

  /** How many modules there are. */
  get size(): number {
    return this.entries().length;
  }
}

function describe(value: unknown): string {
  if (!(value instanceof Tensor)) return `Object of type: ${typeof value}`;
  const what = value instanceof Parameter ? "Parameter" : "Tensor";
  return `${what} containing: [${value.dtype.toString()} of size ${value.shape.join("x")}]`;
}

/** Parameters in a list that registers them; plain tensors become parameters. */
export class ParameterList extends Module {
  constructor(values: Iterable<Tensor> = []) {
    super();
    for (const value of values) this.append(value);
  }

  override forward(): never {
    throw new TypeError("ParameterList should not be called.");
  }

  private items(): Parameter[] {
    return Object.values(this).filter((value): value is Parameter => value instanceof Parameter);
  }

  get size(): number {
    return this.items().length;
  }

  at(index: number): Parameter {
    const all = this.items();
    return all[positionOf(index, all.length)]!;
  }

  append(value: Tensor): this {
    this.register_parameter(String(this.size), value instanceof Parameter ? value : new Parameter(value));
    return this;
  }

  extend(values: Iterable<Tensor>): this {
    for (const value of values) this.append(value);
    return this;
  }

  *[Symbol.iterator](): IterableIterator<Parameter> {
    yield* this.items();
  }

  override extra_repr(): string {
    return this.items()
      .map((value, i) => `  (${i}): ${describe(value)}`)
      .join("\n");
  }
}

/** Parameters in a dictionary that registers them; plain tensors become parameters. */
export class ParameterDict extends Module {
  constructor(parameters: Readonly<Record<string, Tensor>> = {}) {
    super();
    for (const [key, value] of Object.entries(parameters)) this.set(key, value);
  }

  override forward(): never {
    throw new TypeError("ParameterDict should not be called.");
  }

  get(key: string): Parameter | undefined {
    const value = (this as unknown as Record<string, unknown>)[key];
    return value instanceof Parameter ? value : undefined;
  }

  set(key: string, value: Tensor): this {
    this.register_parameter(key, value instanceof Parameter ? value : new Parameter(value));
    return this;
  }

  entries(): [string, Parameter][] {
    return Object.entries(this).filter((e): e is [string, Parameter] => (e[1] as unknown) instanceof Parameter);
  }

  /** Names and parameters, as `entries`. */
  items(): [string, Parameter][] {
    return this.entries();
  }

  keys(): string[] {
    return this.entries().map(([key]) => key);
  }

  values(): Parameter[] {
    return this.entries().map(([, value]) => value);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  update(parameters: Readonly<Record<string, Tensor>>): void {
    for (const [key, value] of Object.entries(parameters)) this.set(key, value);
  }

  /** The parameter called `key`; `value` is put there when there is none. */
  setdefault(key: string, value: Tensor): Parameter {
    if (!this.has(key)) this.set(key, value);
    return this.get(key)!;
  }

  /** Takes the parameter called `key` out and gives it. */
  pop(key: string): Parameter | undefined {
    const value = this.get(key);
    delete (this as unknown as Record<string, unknown>)[key];
    return value;
  }

  /** Takes the last parameter out and gives it with its name. */
  popitem(): [string, Parameter] {
    const last = this.entries().at(-1);
    if (last === undefined) throw new KeyError("popitem(): dictionary is empty");
    this.pop(last[0]);
    return last;
  }

  clear(): void {
    for (const key of this.keys()) this.pop(key);
  }

  /** A dictionary of the same parameters. */
  copy(): ParameterDict {
    return new ParameterDict(Object.fromEntries(this.entries()));
  }

  /** A dictionary with the given names, all for the parameter `value`. */
  fromkeys(keys: Iterable<string>, value: Tensor): ParameterDict {
    return new ParameterDict(Object.fromEntries([...keys].map((key) => [key, value])));
  }

  get size(): number {
    return this.entries().length;
  }

  override extra_repr(): string {
    return this.entries()
      .map(([key, value]) => `  (${key}): ${describe(value)}`)
      .join("\n");
  }
}
