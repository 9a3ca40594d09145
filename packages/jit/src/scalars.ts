/** TorchScript's operators on numbers, strings, lists and dicts. */
import { Device, DType, IndexError, pyRepr, type PyValue, RuntimeError, Tensor } from "@tt/core";

export interface ScalarOperator {
  /** Undefined leaves the call to tt's function of the name. */
  readonly run: (args: readonly unknown[]) => unknown;
  /** Whether it is also for lists and dicts of tensors. */
  readonly takesTensors?: true;
}

type Num = number;

/** A value as Python's `str` gives it. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => pyRepr(item as PyValue)).join(", ")}]`;
  return typeof value === "string" ? value : pyRepr(value as PyValue);
}

/** Equality of values, lists element by element. */
function equal(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (a instanceof DType || b instanceof DType) return a === b;
  if (a instanceof Device && b instanceof Device) return a.toString() === b.toString();
  return a === b;
}

const place = (list: { readonly length: number }, index: Num): number => {
  const at = index < 0 ? index + list.length : index;
  if (at < 0 || at >= list.length) throw new IndexError("list index out of range");
  return at;
};

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** Python's remainder has the divisor's sign. */
const remainder = (a: Num, b: Num): number => {
  if (b === 0) throw new RuntimeError("division by zero");
  return a - b * Math.floor(a / b);
};

const numbers = (run: (a: Num, b: Num) => unknown): ScalarOperator => ({
  run: ([a, b]) => (typeof a === "number" && typeof b === "number" ? run(a, b) : undefined),
});
const number = (run: (a: Num) => unknown): ScalarOperator => ({
  run: ([a]) => (typeof a === "number" ? run(a) : undefined),
});
const compare = (run: (a: never, b: never) => boolean): ScalarOperator => ({
  run: ([a, b]) => run(a as never, b as never),
});
const always = (run: (args: readonly unknown[]) => unknown): ScalarOperator => ({ run, takesTensors: true });
const text = (run: (self: string, ...args: string[]) => unknown): ScalarOperator => ({
  run: ([self, ...args]) => (typeof self === "string" ? run(self, ...(args as string[])) : undefined),
});
/** For lists alone. */
const list = (run: (list: unknown[], args: readonly unknown[]) => unknown): ScalarOperator =>
  always(([self, ...args]) => (isList(self) ? run(self, args) : undefined));
const dict = (run: (map: Map<unknown, unknown>, args: readonly unknown[]) => unknown): ScalarOperator =>
  always(([self, ...args]) => (self instanceof Map ? run(self, args) : undefined));
/** The first that knows the arguments. */
const either = (...options: readonly ScalarOperator[]): ScalarOperator =>
  always((args) => {
    for (const option of options) {
      if (option.takesTensors !== true && args.some((arg) => arg instanceof Tensor)) continue;
      const result = option.run(args);
      if (result !== undefined) return result;
    }
    return undefined;
  });

function slice(items: unknown[] | string, [start, end, step]: readonly unknown[]): unknown {
  const size = items.length;
  const clamp = (value: Num): number => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  const from = clamp((start as Num | null) ?? 0);
  const to = clamp((end as Num | null) ?? size);
  const by = (step as Num | undefined) ?? 1;
  const picked = Array.from(items).filter((_, i) => i >= from && i < to && (i - from) % by === 0);
  return typeof items === "string" ? picked.join("") : picked;
}

function item([of, index]: readonly unknown[]): unknown {
  if (isList(of)) return of[place(of, index as Num)];
  if (typeof of === "string") return of[place(of, index as Num)];
  if (of instanceof Map) {
    if (!of.has(index)) throw new RuntimeError(`KeyError: ${pyRepr(index as PyValue)}`);
    return of.get(index);
  }
  return undefined;
}

function format([template, ...args]: readonly unknown[]): string {
  let next = 0;
  return String(template).replace(/\{\}/g, () => show(args[next++]));
}

/** Finds an extreme of numbers, or of a list of them. */
const extreme = (pick: (...values: number[]) => number): ScalarOperator => ({
  run: (args) => {
    const values = args.length === 1 && isList(args[0]) ? args[0] : args;
    return values.every((value) => typeof value === "number") ? pick(...(values as number[])) : undefined;
  },
});

const rounded = (x: Num): number => {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 ? below : rest > 0.5 ? below + 1 : below % 2 === 0 ? below : below + 1;
};

const unary: Readonly<Record<string, (x: Num) => unknown>> = {
  neg: (x) => -x,
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  round: rounded,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  isinf: (x) => Math.abs(x) === Infinity,
  isnan: Number.isNaN,
};

/** The number in a tensor of one element, or what the text says. */
const scalar = (value: unknown): number => Number(value instanceof Tensor ? value.item() : value);

export const scalarOperators: Readonly<Record<string, ScalarOperator>> = {
  ...Object.fromEntries(Object.entries(unary).map(([name, run]) => [name, number(run)])),
  int: always(([a]) => Math.trunc(scalar(a))),
  Int: always(([a]) => Math.trunc(scalar(a))),
  float: always(([a]) => scalar(a)),
  Float: always(([a]) => scalar(a)),
  bool: always(([a]) => Boolean(a instanceof Tensor ? a.item() : a)),
  Bool: always(([a]) => Boolean(a instanceof Tensor ? a.item() : a)),
  str: always(([a]) => show(a)),
  add: either(
    numbers((a, b) => a + b),
    text((a, b) => a + b),
    list((a, [b]) => (isList(b) ? [...a, ...b] : undefined)),
  ),
  sub: numbers((a, b) => a - b),
  mul: either(
    numbers((a, b) => a * b),
    list((a, [n]) => (typeof n === "number" ? Array.from({ length: n }, () => a).flat() : undefined)),
  ),
  div: numbers((a, b) => a / b),
  floordiv: numbers((a, b) => {
    if (b === 0) throw new RuntimeError("division by zero");
    return Math.floor(a / b);
  }),
  remainder: numbers(remainder),
  pow: numbers((a, b) => a ** b),
  max: extreme(Math.max),
  min: extreme(Math.min),
  sum: { run: ([a]) => (isList(a) ? (a as number[]).reduce((s, x) => s + x, 0) : undefined) },
  eq: compare((a, b) => equal(a, b)),
  ne: compare((a, b) => !equal(a, b)),
  lt: compare((a, b) => a < b),
  le: compare((a, b) => a <= b),
  gt: compare((a, b) => a > b),
  ge: compare((a, b) => a >= b),
  __and__: compare((a, b) => Boolean(a && b)),
  __or__: compare((a, b) => Boolean(a || b)),
  __xor__: compare((a, b) => Boolean(a) !== Boolean(b)),
  __not__: always(([a]) => !(a instanceof Tensor ? Boolean(a.item()) : Boolean(a))),
  __is__: always(([a, b]) => a === b),
  __isnot__: always(([a, b]) => a !== b),
  __contains__: always(([of, value]) =>
    of instanceof Map
      ? of.has(value)
      : typeof of === "string"
        ? of.includes(String(value))
        : (of as unknown[]).some((one) => equal(one, value)),
  ),
  __getitem__: always(item),
  _set_item: always(([of, key, value]) => {
    if (of instanceof Map) of.set(key, value);
    else (of as unknown[])[place(of as unknown[], key as Num)] = value;
    return null;
  }),
  Delete: always(([of, key]) => {
    if (of instanceof Map) of.delete(key);
    else (of as unknown[]).splice(place(of as unknown[], key as Num), 1);
    return null;
  }),
  len: always(([of]) => (of instanceof Map ? of.size : (of as { length: number } | null)?.length)),
  list: always(([of]) => (typeof of === "string" || isList(of) ? Array.from(of) : undefined)),
  append: list((of, [value]) => {
    of.push(value);
    return of;
  }),
  extend: list((of, [values]) => {
    of.push(...(values as unknown[]));
    return null;
  }),
  insert: list((of, [at, value]) => {
    of.splice(at as Num, 0, value);
    return null;
  }),
  pop: either(
    list((of, [at]) => {
      if (of.length === 0) throw new IndexError("pop from empty list");
      return of.splice(place(of, (at as Num | undefined) ?? -1), 1)[0];
    }),
    dict((of, [key, fallback]) => {
      const value = of.has(key) ? of.get(key) : fallback;
      of.delete(key);
      return value ?? null;
    }),
  ),
  reverse: list((of) => {
    of.reverse();
    return null;
  }),
  clear: always(([of]) => {
    if (of instanceof Map) of.clear();
    else (of as unknown[]).length = 0;
    return null;
  }),
  sort: list((of, [reverse]) => {
    const sign = reverse === true ? -1 : 1;
    of.sort((a, b) => sign * ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0));
    return null;
  }),
  slice: {
    run: ([of, ...bounds]) => (isList(of) || typeof of === "string" ? slice(of, bounds) : undefined),
    takesTensors: true,
  },
  keys: dict((of) => [...of.keys()]),
  values: dict((of) => [...of.values()]),
  items: dict((of) => [...of.entries()]),
  get: dict((of, [key, fallback]) => (of.has(key) ? of.get(key) : (fallback ?? null))),
  update: dict((of, [other]) => {
    for (const [key, value] of other as Map<unknown, unknown>) of.set(key, value);
    return null;
  }),
  copy: always(([of]) => (of instanceof Map ? new Map(of) : isList(of) ? [...of] : undefined)),
  format: always(format),
  join: text((self, values) => (values as unknown as string[]).join(self)),
  split: text((self, by) => self.split(by ?? /\s+/)),
  strip: text((self) => self.trim()),
  lower: text((self) => self.toLowerCase()),
  upper: text((self) => self.toUpperCase()),
  startswith: text((self, start) => self.startsWith(start)),
  endswith: text((self, end) => self.endsWith(end)),
  replace: text((self, from, to) => self.replaceAll(from, to)),
  find: text((self, part) => self.indexOf(part)),
  warn: always(([message]) => {
    console.warn(show(message));
    return null;
  }),
};
