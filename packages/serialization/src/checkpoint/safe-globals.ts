/** What users allow checkpoints to name besides the built-in list: PyTorch's `add_safe_globals`. */
import { UnpicklingError } from "../pickle/errors.ts";
import { type Convert, define } from "../pickle/materialize.ts";
import { type Buildable, Callable } from "../pickle/values.ts";

/**
 * A function of yours, and the Python class or function it stands for, such as
 * `[(args) => new Config(args), "my_project.config.Config"]`. It is called with what the Python
 * one was called with, in JavaScript's terms. The object's state, if it has one, is given to the
 * result's method `__setstate__`; without it the entries become properties.
 */
export type SafeGlobal = readonly [make: (...args: never[]) => unknown, path: string];

let allowed: ReadonlyMap<string, SafeGlobal> = new Map();

/**
 * Allows checkpoints to name these Python classes and functions. Nothing of Python is run: your
 * functions make the objects.
 *
 * @throws TypeError for anything but pairs of a function and a dotted path
 * @example
 * class Config {
 *   lr = 0;
 * }
 * add_safe_globals([[() => new Config(), "train.Config"]]);
 */
export function add_safe_globals(list: readonly SafeGlobal[]): void {
  const next = new Map(allowed);
  for (const entry of list) {
    if (!Array.isArray(entry) || typeof entry[0] !== "function" || !/^[\w.]+\.\w+$/.test(entry[1]))
      throw new TypeError('safe globals are pairs of a function and a Python path: [make, "module.Name"]');
    next.set(entry[1], entry);
  }
  allowed = next;
}

/** What {@link add_safe_globals} has allowed. */
export function get_safe_globals(): SafeGlobal[] {
  return [...allowed.values()];
}

/** Takes back everything that {@link add_safe_globals} has allowed. */
export function clear_safe_globals(): void {
  allowed = new Map();
}

/**
 * Allows these only while `scope` runs, or until the returned object is disposed of.
 *
 * @example
 * const config = safe_globals([[(lr) => ({ lr }), "train.Config"]], () => loadSync("config.pth"));
 */
export function safe_globals(list: readonly SafeGlobal[]): Disposable;
export function safe_globals<T>(list: readonly SafeGlobal[], scope: () => T): T;
export function safe_globals<T>(list: readonly SafeGlobal[], scope?: () => T): T | Disposable {
  const before = allowed;
  const restore = (): void => {
    allowed = before;
  };
  add_safe_globals(list);
  if (!scope) return { [Symbol.dispose]: restore };
  let result: T;
  try {
    result = scope();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}

/** An object that a user's function is to make, once what it is made of is there. */
export class SafeRecord implements Buildable {
  readonly make: (...args: unknown[]) => unknown;
  readonly path: string;
  readonly args: readonly unknown[];
  state: unknown = undefined;

  constructor(make: (...args: unknown[]) => unknown, path: string, args: readonly unknown[]) {
    this.make = make;
    this.path = path;
    this.args = args;
  }

  setstate(state: unknown): void {
    this.state = state;
  }
}

/**
 * What a checkpoint gets when it names `path`: something whose calls are only noted, in `records`.
 * @returns undefined when nobody has allowed it
 */
export function safeGlobal(path: string, records: SafeRecord[]): Callable | undefined {
  const make = allowed.get(path)?.[0] as SafeRecord["make"] | undefined;
  if (!make) return undefined;
  const call = (...args: unknown[]): SafeRecord => {
    const record = new SafeRecord(make, path, args);
    records.push(record);
    return record;
  };
  return new Callable(path, call, make);
}

/**
 * Makes the objects of `records`, which is in the order of creation: arguments can only be older
 * objects, states any.
 *
 * @param convert materializes a value in full
 * @param made gets the objects
 */
export function makeSafeObjects(records: readonly SafeRecord[], convert: Convert, made: Map<object, unknown>): void {
  for (const record of records) made.set(record, record.make(...(convert(record.args) as unknown[])));
  for (const record of records)
    if (record.state !== undefined) setState(made.get(record), convert(record.state), record);
}

function setState(object: unknown, state: unknown, { path }: SafeRecord): void {
  if (typeof object !== "object" || object === null)
    throw new UnpicklingError(`${path} gave no object to set a state of`);
  if ("__setstate__" in object && typeof object.__setstate__ === "function") {
    object.__setstate__(state);
    return;
  }
  if (typeof state !== "object" || state === null || Array.isArray(state) || state instanceof Map)
    throw new UnpicklingError(`the state of a ${path} is no dict of attributes: its class needs a method __setstate__`);
  for (const [name, value] of Object.entries(state)) define(object, name, value);
}
