import { UnpicklingError } from "./errors.ts";
import {
  isIntegerLike,
  mark,
  ordered_dict,
  rememberFactory,
  rememberFloat,
  rememberKeys,
  rememberOrder,
} from "./python-type.ts";
import { Callable, PyDict, PyFloat, PySet } from "./values.ts";

/** Gives the counterpart of a value; containers are filled later. */
export type Convert = (value: unknown) => unknown;

/** Turns a leaf that is not a Python container (a tensor's description, say) into what the user gets. */
export type Bind = (leaf: object, convert: Convert) => unknown;

/**
 * Turns an unpickler's result into plain JavaScript values: dicts whose keys are all strings, or all
 * non-negative integers, become plain objects, other dicts Maps; lists and tuples arrays; sets Sets; leaves what `bind` makes of them.
 *
 * `before` may put counterparts of leaves into `made`; its `full` fills containers at once.
 *
 * Shared objects stay shared and cycles stay cycles. Works through a list of containers instead of
 * recursing, so depth is no concern.
 */
export function materialize(
  root: unknown,
  bind: Bind,
  before?: (full: Convert, made: Map<object, unknown>) => void,
): unknown {
  const made = new Map<object, unknown>();
  const pending: (() => void)[] = [];

  const convert = (value: unknown): unknown => {
    if (value instanceof PyFloat) return value.value;
    if (typeof value !== "object" || value === null) return value;
    if (made.has(value)) return made.get(value);
    const [result, fill] = begin(value, convert, bind);
    made.set(value, result);
    if (fill) pending.push(fill);
    return result;
  };

  const full = (value: unknown): unknown => {
    const result = convert(value);
    for (let fill = pending.pop(); fill; fill = pending.pop()) fill();
    return result;
  };
  before?.(full, made);
  return full(root);
}

/** The still empty counterpart of `value`, and what fills it once it can be referred to. */
function begin(value: object, convert: Convert, bind: Bind): [result: unknown, fill?: () => void] {
  if (Array.isArray(value)) {
    const fill = (): void => {
      for (let i = 0; i < value.length; i++) {
        if (value[i] instanceof PyFloat) rememberFloat(value, i);
        value[i] = convert(value[i]);
      }
    };
    return [value, fill];
  }
  if (value instanceof PyDict) return beginDict(value, convert);
  if (value instanceof PySet) {
    const set = new Set<unknown>();
    if (value.frozen) mark(set, "frozenset");
    const fill = (): void => {
      for (const item of value.items) {
        const key = convert(item);
        if (item instanceof PyFloat) rememberFloat(set, key);
        set.add(key);
      }
    };
    return [set, fill];
  }
  if (value instanceof Callable) {
    if (value.native !== undefined) return [value.native];
    throw new UnpicklingError(
      `the file holds the function or class ${value.path} itself, which has no JavaScript counterpart`,
    );
  }
  return value instanceof Uint8Array ? [value] : [bind(value, convert)];
}

function beginDict(dict: PyDict, convert: Convert): [result: object, fill: () => void] {
  const keys = [...dict.entries.keys()];
  const ints = keys.length > 0 && keys.every((key) => typeof key === "number" && isIntegerLike(String(key)));
  const plain = ints || keys.every((key) => typeof key === "string");
  const target = plain ? {} : new Map<unknown, unknown>();
  if (dict.kind === "Counter" || dict.kind === "defaultdict") mark(target, dict.kind);
  if (dict.factory) rememberFactory(target, dict.factory.path);
  if (dict.kind === "OrderedDict") ordered_dict(target, convert(dict.attributes?.entries.get("_metadata")));
  const fill = (): void => {
    for (const [from, value] of dict.entries) {
      const key = plain ? String(from) : convert(from);
      if (value instanceof PyFloat) rememberFloat(target, key);
      if (target instanceof Map) target.set(key, convert(value));
      else define(target, key as string, convert(value));
    }
    if (!plain) return;
    if (ints) rememberKeys(target, "int");
    else if (keys.every((key) => isIntegerLike(key as string))) rememberKeys(target, "str");
    rememberForeignOrder(target, keys.map(String));
  };
  return [target, fill];
}

/** JavaScript moves integer-like keys to the front; Python keeps the order of insertion. */
function rememberForeignOrder(target: object, order: readonly string[]): void {
  const own = Object.keys(target);
  if (order.some((key, i) => own[i] !== key)) rememberOrder(target, order);
}

/** Assignment would run the setter of a key named `__proto__`. */
export function define(target: object, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else (target as Record<string, unknown>)[key] = value;
}
