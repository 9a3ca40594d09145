/** Python's own types among the globals a pickle may name. */
import { UnpicklingError } from "./errors.ts";
import { mark } from "./python-type.ts";
import { Callable, PyDict, PyFloat, PySet } from "./values.ts";

export interface PythonGlobalHooks {
  complex(re: number, im: number): unknown;
}

/**
 * The allowed globals of Python's standard library, by path. `budget` limits what calls may copy: a
 * small pickle could otherwise ask for copies of one long string over and over.
 */
export function pythonGlobals(hooks: PythonGlobalHooks, budget: Budget): Map<string, unknown> {
  const table = new Map<string, unknown>();
  const builtin = (name: string, call: (...args: unknown[]) => unknown): void => {
    const callable = new Callable(`builtins.${name}`, call);
    table.set(`builtins.${name}`, callable);
    table.set(`__builtin__.${name}`, callable);
  };
  const items = (name: string, iterable: unknown): unknown[] => {
    if (iterable === undefined) return [];
    if (iterable instanceof PySet) return budget.spend(iterable.items);
    if (!Array.isArray(iterable)) throw new UnpicklingError(`${name}() expects a list or tuple`);
    return budget.spend(iterable);
  };

  builtin("set", (iterable) => new PySet(items("set", iterable)));
  builtin("frozenset", (iterable) => new PySet(items("frozenset", iterable), true));
  builtin("list", (iterable) => items("list", iterable));
  builtin("dict", (pairs) => dict("dict", items("dict", pairs)));
  builtin("bytes", (text, encoding) => toBytes(text, encoding, budget));
  builtin("bytearray", (text, encoding) => mark(toBytes(text, encoding, budget), "bytearray"));
  builtin("complex", (re, im) => hooks.complex(number(re), im === undefined ? 0 : number(im)));

  table.set("_codecs.encode", new Callable("_codecs.encode", (text, encoding) => toBytes(text, encoding, budget)));
  table.set(
    "collections.OrderedDict",
    new Callable("collections.OrderedDict", (pairs) => dict("OrderedDict", items("OrderedDict", pairs))),
  );
  table.set(
    "collections.Counter",
    new Callable("collections.Counter", (counts) => {
      if (!(counts instanceof PyDict)) return dict("Counter", items("Counter", counts));
      const counter = new PyDict("Counter");
      for (const [key, value] of budget.spend([...counts.entries])) counter.entries.set(key, value);
      return counter;
    }),
  );
  // Types that make a defaultdict's missing values; a checkpoint has no business calling them.
  for (const name of ["int", "float", "str", "bool", "tuple"]) {
    const type = new Callable(`builtins.${name}`, () => {
      throw new UnpicklingError(`${name} cannot be called by a checkpoint`);
    });
    for (const module of ["builtins", "__builtin__"]) table.set(`${module}.${name}`, type);
    // What protocol 2 calls them.
    if (name === "int") table.set("__builtin__.long", type);
    if (name === "str") table.set("__builtin__.unicode", type);
  }
  table.set(
    "collections.defaultdict",
    new Callable("collections.defaultdict", (factory) => {
      if (factory !== undefined && factory !== null && !(factory instanceof Callable))
        throw new UnpicklingError("a defaultdict's factory is not a function");
      const result = new PyDict("defaultdict");
      if (factory) result.factory = factory;
      return result;
    }),
  );
  return table;
}

/** Bounds the work of calls by a multiple of the pickle's size. */
export class Budget {
  #left: number;

  constructor(pickleBytes: number) {
    this.#left = 16 * pickleBytes + 65536;
  }

  charge(amount: number): void {
    this.#left -= amount;
    if (this.#left < 0) throw new UnpicklingError("the pickle copies far more data than it holds; refusing to go on");
  }

  /** A copy of the items, paid for. */
  spend<T>(items: readonly T[]): T[] {
    this.charge(items.length);
    return items.slice();
  }
}

function dict(kind: "dict" | "OrderedDict" | "Counter", pairs: readonly unknown[]): PyDict {
  const result = new PyDict(kind);
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new UnpicklingError(`${kind}() expects pairs of key and value`);
    result.entries.set(pair[0], pair[1]);
  }
  return result;
}

function number(value: unknown): number {
  if (value instanceof PyFloat) return value.value;
  if (typeof value !== "number") throw new UnpicklingError("complex() expects numbers");
  return value;
}

const utf8 = new TextEncoder();

/** `bytes`, as protocol 2 writes them: a str of the same code points, encoded as latin1. */
function toBytes(text: unknown, encoding: unknown, budget: Budget): Uint8Array {
  if (text === undefined) return new Uint8Array(0);
  if (text instanceof Uint8Array) {
    budget.charge(text.length);
    return text.slice();
  }
  if (typeof text !== "string") throw new UnpicklingError("bytes are expected to be encoded as a str");
  budget.charge(text.length);
  const name = typeof encoding === "string" ? encoding.toLowerCase().replace(/[-_]/g, "") : "";
  if (name === "utf8") return utf8.encode(text);
  if (name !== "latin1" && name !== "iso88591" && name !== "ascii")
    throw new UnpicklingError("bytes have an encoding that is not supported");
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) throw new UnpicklingError("a latin1 string holds characters beyond U+00FF");
    bytes[i] = code;
  }
  return bytes;
}
