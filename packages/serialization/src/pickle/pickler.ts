import { writeInteger, writeText } from "./encode.ts";
import { PicklingError } from "./errors.ts";
import { op } from "./opcodes.ts";
import {
  factoryOf,
  hasIntKeys,
  keysInOrder,
  metadataOf,
  ordered_dict,
  python_type,
  tuple,
  wasFloat,
} from "./python-type.ts";
import { GlobalName } from "./values.ts";
import { ByteWriter } from "../io/byte-writer.ts";

/** How an object is rebuilt in Python: `callable(*args)`. */
export interface Reduction {
  callable: GlobalName;
  args: readonly unknown[];
}

export interface PicklerHooks {
  /** A persistent id (a tuple) for objects whose data is kept outside the pickle. */
  persistent_id?(value: object): readonly unknown[] | undefined;
  /** How to rebuild, or by what global to name, an object that is not a plain container. */
  reduce?(value: object): Reduction | GlobalName | undefined;
}

type Entries = readonly (readonly [unknown, unknown])[];

/** Python gives up at about this depth as well (its recursion limit of 1000 frames). */
const MAX_DEPTH = 900;
const BATCH = 1000;

const SET = new GlobalName("__builtin__", "set");
const FROZENSET = new GlobalName("__builtin__", "frozenset");
const BYTES = new GlobalName("__builtin__", "bytes");
const BYTEARRAY = new GlobalName("__builtin__", "bytearray");
const ENCODE = new GlobalName("_codecs", "encode");
const SIZE = new GlobalName("torch", "Size");
const ORDERED_DICT = new GlobalName("collections", "OrderedDict");
const COUNTER = new GlobalName("collections", "Counter");
const DEFAULT_DICT = new GlobalName("collections", "defaultdict");

/**
 * Writes pickles of protocol 2, opcode for opcode as CPython's pickler does, which is what
 * `torch.save` uses.
 *
 * Plain objects are dicts with str keys, or with int keys when all of them are integers; Maps are
 * dicts with keys of any type. An integral number is saved as an int, any other (and -0) as a
 * float; a slot that held a float when it was loaded stays a float. bigints are ints.
 */
export class Pickler {
  readonly #out: ByteWriter = new ByteWriter();
  readonly #hooks: PicklerHooks;
  readonly #memo: Map<unknown, number> = new Map();
  readonly #globals: Map<string, GlobalName> = new Map();
  #memoSize = 0;
  #depth = 0;

  constructor(hooks: PicklerHooks = {}) {
    this.#hooks = hooks;
  }

  dump(value: unknown): Uint8Array {
    this.#out.u8(op.PROTO);
    this.#out.u8(2);
    this.#save(value, false);
    this.#out.u8(op.STOP);
    return this.#out.bytes();
  }

  #save(value: unknown, float: boolean): void {
    switch (typeof value) {
      case "undefined":
        return this.#out.u8(op.NONE);
      case "boolean":
        return this.#out.u8(value ? op.NEWTRUE : op.NEWFALSE);
      case "number":
        return this.#number(value, float);
      case "bigint":
        return writeInteger(this.#out, value);
      case "string":
        return this.#string(value);
      case "object":
        break;
      case "function":
        // tt's modules are functions.
        if ("state_dict" in value) throw refusal(value);
        throw new PicklingError("Can't pickle a function: checkpoints hold data only");
      default:
        throw new PicklingError(`Can't pickle a ${typeof value}: checkpoints hold data only`);
    }
    if (value === null) return this.#out.u8(op.NONE);
    if (value instanceof GlobalName) return this.#global(value);
    if (++this.#depth > MAX_DEPTH) throw new PicklingError(`the object is nested more than ${MAX_DEPTH} levels deep`);
    this.#object(value);
    this.#depth--;
  }

  #number(value: number, float: boolean): void {
    if (float || !Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.#out.u8(op.BINFLOAT);
      this.#out.f64(value);
    } else {
      writeInteger(this.#out, value);
    }
  }

  #string(value: string): void {
    if (this.#get(value)) return;
    writeText(this.#out, value);
    this.#put(value);
  }

  #global(value: GlobalName): void {
    const known = this.#globals.get(value.path) ?? value;
    this.#globals.set(value.path, known);
    if (this.#get(known)) return;
    this.#out.u8(op.GLOBAL);
    this.#out.ascii(`${value.module}\n${value.name}\n`);
    this.#put(known);
  }

  #object(value: object): void {
    const id = this.#hooks.persistent_id?.(value);
    if (id) {
      this.#save(tuple(id), false);
      this.#out.u8(op.BINPERSID);
      return;
    }
    if (this.#get(value)) return;
    if (Array.isArray(value)) {
      const type = python_type(value);
      if (type === "torch.Size") this.#reduce({ callable: SIZE, args: [tuple([...value])] }, value);
      else if (type === "tuple") this.#tuple(value);
      else this.#list(value);
      return;
    }
    if (value instanceof Map) return this.#dict(value, [...value]);
    if (value instanceof Set) {
      const items = [...value] as unknown[];
      return this.#reduce(
        { callable: python_type(value) === "frozenset" ? FROZENSET : SET, args: [items] },
        value,
        (i) => wasFloat(value, items[i]),
      );
    }
    if (value instanceof Uint8Array) return this.#bytes(value);
    const reduction = this.#hooks.reduce?.(value);
    if (reduction instanceof GlobalName) return this.#global(reduction);
    if (reduction) return this.#reduce(reduction, value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw refusal(value);
    const keys = keysInOrder(value);
    const ints = hasIntKeys(value, keys);
    const entries = keys.map((key) => [key, (value as Record<string, unknown>)[key]] as const);
    this.#dict(value, entries, ints ? Number : undefined);
  }

  #list(items: readonly unknown[], isFloat: (i: number) => boolean = (i) => wasFloat(items, i)): void {
    this.#out.u8(op.EMPTY_LIST);
    this.#put(items);
    this.#batches(items.length, op.APPEND, op.APPENDS, (i) => this.#save(items[i], isFloat(i)));
  }

  #tuple(items: readonly unknown[]): void {
    const n = items.length;
    if (n === 0) return this.#out.u8(op.EMPTY_TUPLE);
    if (n > 3) this.#out.u8(op.MARK);
    for (let i = 0; i < n; i++) this.#save(items[i], wasFloat(items, i));
    if (this.#memo.has(items)) {
      // The tuple contains itself (through a list) and has been written meanwhile.
      if (n > 3) this.#out.u8(op.POP_MARK);
      else for (let i = 0; i < n; i++) this.#out.u8(op.POP);
      this.#get(items);
      return;
    }
    this.#out.u8(n > 3 ? op.TUPLE : op.TUPLE1 + n - 1);
    this.#put(items);
  }

  #dict(dict: object, entries: Entries, asKey?: (key: string) => number): void {
    const type = python_type(dict);
    const metadata = metadataOf(dict);
    if (type === "Counter") {
      this.#global(COUNTER);
      this.#out.u8(op.EMPTY_DICT);
      this.#put({});
      this.#setItems(dict, entries, asKey);
      this.#out.u8(op.TUPLE1);
      this.#put({});
      this.#out.u8(op.REDUCE);
      this.#put(dict);
      return;
    }
    if (type === "OrderedDict" || metadata !== undefined) {
      this.#global(ORDERED_DICT);
      this.#out.u8(op.EMPTY_TUPLE);
      this.#out.u8(op.REDUCE);
    } else if (type === "defaultdict") {
      const [module = "", name = ""] = (factoryOf(dict) ?? "").split(/\.(?=\w+$)/);
      this.#global(DEFAULT_DICT);
      if (name === "") this.#out.u8(op.EMPTY_TUPLE);
      else this.#tuple([new GlobalName(module === "builtins" ? "__builtin__" : module, name)]);
      this.#out.u8(op.REDUCE);
    } else {
      this.#out.u8(op.EMPTY_DICT);
    }
    this.#put(dict);
    this.#setItems(dict, entries, asKey);
    if (metadata !== undefined) {
      this.#save({ _metadata: asOrderedDict(metadata) }, false);
      this.#out.u8(op.BUILD);
    }
  }

  #setItems(dict: object, entries: Entries, asKey?: (key: string) => number): void {
    this.#batches(entries.length, op.SETITEM, op.SETITEMS, (i) => {
      const [key, value] = entries[i]!;
      this.#save(asKey ? asKey(key as string) : key, false);
      this.#save(value, wasFloat(dict, key));
    });
  }

  #batches(count: number, one: number, many: number, save: (i: number) => void): void {
    for (let start = 0; start < count; start += BATCH) {
      const end = Math.min(start + BATCH, count);
      if (end - start > 1) this.#out.u8(op.MARK);
      for (let i = start; i < end; i++) save(i);
      this.#out.u8(end - start > 1 ? many : one);
    }
  }

  #bytes(value: Uint8Array): void {
    const bytearray = python_type(value) === "bytearray";
    if (value.length === 0) return this.#reduce({ callable: bytearray ? BYTEARRAY : BYTES, args: [] }, value);
    const chunks: string[] = [];
    for (let i = 0; i < value.length; i += 4096) chunks.push(String.fromCharCode(...value.subarray(i, i + 4096)));
    this.#reduce(
      { callable: bytearray ? BYTEARRAY : ENCODE, args: [chunks.join(""), bytearray ? "latin-1" : "latin1"] },
      value,
    );
  }

  #reduce(reduction: Reduction, value: object, isFloat?: (i: number) => boolean): void {
    this.#global(reduction.callable);
    const [first] = reduction.args;
    if (isFloat && Array.isArray(first)) {
      this.#list(first, isFloat);
      this.#out.u8(op.TUPLE1);
      this.#put({});
    } else {
      this.#save(python_type(reduction.args) === "tuple" ? reduction.args : tuple([...reduction.args]), false);
    }
    this.#out.u8(op.REDUCE);
    this.#put(value);
  }

  #get(value: unknown): boolean {
    const index = this.#memo.get(value);
    if (index === undefined) return false;
    if (index < 256) {
      this.#out.u8(op.BINGET);
      this.#out.u8(index);
    } else {
      this.#out.u8(op.LONG_BINGET);
      this.#out.u32(index);
    }
    return true;
  }

  #put(value: unknown): void {
    const index = this.#memoSize++;
    this.#memo.set(value, index);
    if (index < 256) {
      this.#out.u8(op.BINPUT);
      this.#out.u8(index);
    } else {
      this.#out.u8(op.LONG_BINPUT);
      this.#out.u32(index);
    }
  }
}

/** PyTorch's metadata is an OrderedDict as well. */
function asOrderedDict(metadata: unknown): unknown {
  if (typeof metadata !== "object" || metadata === null || metadata instanceof Map || python_type(metadata))
    return metadata;
  return ordered_dict({ ...metadata });
}

function refusal(value: object): PicklingError {
  return new PicklingError(`Can't pickle ${className(value)} object: ${advice(value)}`);
}

function className(value: object): string {
  return value.constructor?.name || "unnamed";
}

function advice(value: object): string {
  if ("state_dict" in value) return "save its state_dict() instead";
  if (ArrayBuffer.isView(value)) return "make it a tensor first (torch.tensor or torch.from_numpy)";
  return "checkpoints hold tensors, numbers, strings, arrays, plain objects, Maps and Sets";
}
