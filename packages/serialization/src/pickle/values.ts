/** What an unpickler makes before the result is turned into plain JavaScript values. */

/** A thing a pickle may name and call, standing for the Python global `path`. */
export class Callable {
  readonly path: string;
  readonly call: (...args: unknown[]) => unknown;
  /** The JavaScript function it is, where a file holds the thing itself. */
  readonly native: unknown;

  constructor(path: string, call: (...args: unknown[]) => unknown, native?: unknown) {
    this.path = path;
    this.call = call;
    this.native = native;
  }
}

/** A Python global by name only: what a pickle refers to, and what a pickler writes. */
export class GlobalName {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An object whose state a pickle may set (the BUILD opcode). */
export interface Buildable {
  setstate(state: unknown): void;
}

export function isBuildable(value: unknown): value is Buildable {
  return typeof value === "object" && value !== null && "setstate" in value && typeof value.setstate === "function";
}

export type DictKind = "dict" | "OrderedDict" | "Counter" | "defaultdict";

/** A dict being built: keys keep their types until all of them are known. */
export class PyDict implements Buildable {
  readonly kind: DictKind;
  readonly entries: Map<unknown, unknown> = new Map();
  attributes: PyDict | undefined;
  /** What makes a defaultdict's missing values. */
  factory: Callable | undefined;

  constructor(kind: DictKind = "dict") {
    this.kind = kind;
  }

  setstate(state: unknown): void {
    if (this.kind === "dict" || this.kind === "defaultdict" || !(state instanceof PyDict)) {
      throw new TypeError(`Can only build Tensor, Parameter, OrderedDict or Counter objects, but got ${this.kind}`);
    }
    this.attributes = state;
  }
}

/** A float whose value is integral, which a JavaScript number could not tell from an int. */
export class PyFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A `set` or `frozenset` being built. */
export class PySet {
  readonly frozen: boolean;
  readonly items: unknown[];

  constructor(items: unknown[], frozen = false) {
    this.items = items;
    this.frozen = frozen;
  }
}
