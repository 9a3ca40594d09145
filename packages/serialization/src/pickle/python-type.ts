/**
 * What a value was in Python, where JavaScript has no type for the difference.
 *
 * A list and a tuple are both arrays, a dict and an OrderedDict both plain objects. The difference
 * is remembered beside the object (not in it), so that loading and saving again gives Python the
 * types it had.
 */
export type PythonType = "tuple" | "torch.Size" | "OrderedDict" | "Counter" | "defaultdict" | "frozenset" | "bytearray";

interface Info {
  type?: PythonType;
  /** Slots that held a float with an integral value. */
  floats?: Set<unknown>;
  /** What a dict's integer-like keys were; see {@link hasIntKeys}. */
  keys?: "int" | "str";
  /** Key order, where integer-like keys made the object's own order differ. */
  order?: readonly string[];
  /** The name of the type that makes a defaultdict's missing values. */
  factory?: string;
}

const infos = new WeakMap<object, Info>();

function infoOf(value: object): Info {
  let info = infos.get(value);
  if (!info) infos.set(value, (info = {}));
  return info;
}

/** Where packages that do not know this one say what a value is in Python. */
const PYTHON_TYPE = Symbol.for("tt.python_type");

/** The Python type remembered for `value`, if any. */
export function python_type(value: object): PythonType | undefined {
  return infos.get(value)?.type ?? (value as { [PYTHON_TYPE]?: PythonType })[PYTHON_TYPE];
}

export function mark<T extends object>(value: T, type: PythonType): T {
  infoOf(value).type = type;
  return value;
}

/**
 * Marks an array as a Python tuple: it is saved as `(a, b)` instead of `[a, b]`. Arrays that were
 * tuples in a loaded file are marked already.
 *
 * @returns the same array
 * @example
 * const point = tuple([1, 2]);
 * python_type(point); // "tuple"
 */
export function tuple<T extends readonly unknown[]>(items: T): T {
  return mark(items, "tuple");
}

/**
 * Marks a plain object (or Map) as a `collections.OrderedDict`, the type of PyTorch's state dicts.
 *
 * @param metadata becomes the attribute `_metadata`, which is not enumerable
 * @returns the same object
 * @example
 * python_type(ordered_dict({ weight: 1 })); // "OrderedDict"
 */
export function ordered_dict<T extends object>(dict: T, metadata?: unknown): T {
  if (metadata !== undefined)
    Object.defineProperty(dict, "_metadata", {
      value: metadata,
      enumerable: false,
      writable: true,
      configurable: true,
    });
  return mark(dict, "OrderedDict");
}

/** The `_metadata` attribute of a state dict: an own property that is not enumerable. */
export function metadataOf(dict: object): unknown {
  const property = Object.getOwnPropertyDescriptor(dict, "_metadata");
  return property && !property.enumerable ? property.value : undefined;
}

export function rememberFloat(container: object, slot: unknown): void {
  (infoOf(container).floats ??= new Set()).add(slot);
}

export function wasFloat(container: object, slot: unknown): boolean {
  return infos.get(container)?.floats?.has(slot) ?? false;
}

const INTEGER_LIKE = /^(0|[1-9]\d{0,15})$/;

/** Whether a key of an object could stand for a Python int. */
export function isIntegerLike(key: string): boolean {
  return INTEGER_LIKE.test(key) && Number.isSafeInteger(Number(key));
}

export function rememberKeys(dict: object, keys: "int" | "str"): void {
  infoOf(dict).keys = keys;
}

/**
 * Whether a plain object with these keys stands for a dict with int keys: when all keys are
 * integers, as in `{ 0: "a", 1: "b" }` and in an optimizer's state, unless they are known to have
 * been str, or the object is an OrderedDict (a state dict, whose keys are names).
 */
export function hasIntKeys(dict: object, keys: readonly string[]): boolean {
  if (keys.length === 0 || !keys.every(isIntegerLike)) return false;
  const known = infos.get(dict)?.keys;
  return known === undefined ? python_type(dict) !== "OrderedDict" && metadataOf(dict) === undefined : known === "int";
}

export function rememberFactory(dict: object, name: string): void {
  infoOf(dict).factory = name;
}

export function factoryOf(dict: object): string | undefined {
  return infos.get(dict)?.factory;
}

export function rememberOrder(dict: object, order: readonly string[]): void {
  infoOf(dict).order = order;
}

/** Own enumerable string keys in the order Python had them, as long as they are the same keys. */
export function keysInOrder(dict: object): readonly string[] {
  const keys = Object.keys(dict);
  const order = infos.get(dict)?.order;
  const same = order !== undefined && order.length === keys.length && order.every((key) => Object.hasOwn(dict, key));
  return same ? order : keys;
}

/** A tuple whose numbers are all floats, whatever their values. */
export function floats(items: readonly number[]): readonly number[] {
  const result = tuple([...items]);
  items.forEach((_, i) => rememberFloat(result, i));
  return result;
}
