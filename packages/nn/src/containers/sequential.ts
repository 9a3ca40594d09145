import { IndexError } from "@tt/core";
import type { Tensor } from "@tt/core";
import { Module } from "../module/module.ts";

type Entries = Readonly<Record<string, Module>>;

/** The position that a possibly negative index means. */
export function positionOf(index: number, length: number): number {
  if (index < -length || index >= length) throw new IndexError(`index ${index} is out of range`);
  return index < 0 ? index + length : index;
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Sequential {
  (input: Tensor): Tensor;
  <T>(input: T): T;
}

/**
 * Runs modules one after the other.
 * @example
 * ```ts
 * import { Sequential, Linear, ReLU } from "@tt/nn";
 * const model = new Sequential(new Linear(64, 32), new ReLU(), new Linear(32, 10));
 * model.at(0).toString(); // "Linear(in_features=64, out_features=32, bias=True)"
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class Sequential extends Module {
  [index: number]: Module;

  /** @param modules - modules, numbered from 0, or one object of named modules */
  constructor(...modules: readonly Module[] | [Entries]) {
    super();
    const [first] = modules;
    if (modules.length === 1 && !(first instanceof Module)) {
      for (const [name, module] of Object.entries(first)) this.add_module(name, module);
    } else (modules as readonly Module[]).forEach((module, i) => this.add_module(String(i), module));
  }

  override forward<T>(input: T): T {
    let value: unknown = input;
    for (const module of this.children_()) value = (module as (x: unknown) => unknown)(value);
    return value as T;
  }

  private children_(): Module[] {
    return Object.values(this).filter((value): value is Module => value instanceof Module);
  }

  /** How many modules there are. */
  get size(): number {
    return this.children_().length;
  }

  /** The module at `index`, counted from the end when negative. */
  at(index: number): Module {
    const all = this.children_();
    return all[positionOf(index, all.length)]!;
  }

  /** The modules from `start` up to `end` as a Sequential of their own. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(
      Object.fromEntries(
        Object.entries(this)
          .filter(([, v]) => v instanceof Module)
          .slice(start, end),
      ),
    );
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    this.add_module(String(this.size), module);
    return this;
  }

  /** Adds the modules of another Sequential (or any iterable) at the end. */
  extend(modules: Iterable<Module>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  /** Puts a module before position `index`. */
  insert(index: number, module: Module): this {
    const all = this.children_();
    all.splice(index < 0 ? index + all.length : index, 0, module);
    all.forEach((m, i) => this.add_module(String(i), m));
    return this;
  }

  /** Takes the module at `index` out and gives it. */
  pop(index: number): Module {
    const names = Object.entries(this).filter(([, v]) => v instanceof Module);
    const [taken] = names.splice(positionOf(index, names.length), 1);
    for (const key of Object.keys(this)) {
      if ((this as unknown as Record<string, unknown>)[key] instanceof Module)
        delete (this as unknown as Record<string, unknown>)[key];
    }
    names.forEach(([name, module], i) => this.add_module(/^\d+$/.test(name) ? String(i) : name, module));
    return taken![1];
  }

  /** The modules in order. */
  *[Symbol.iterator](): IterableIterator<Module> {
    yield* this.children_();
  }
}
