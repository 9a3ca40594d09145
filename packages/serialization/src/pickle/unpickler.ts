import { Cursor } from "./cursor.ts";
import { UnpicklingError } from "./errors.ts";
import { op } from "./opcodes.ts";
import { tuple, python_type } from "./python-type.ts";
import { parseFloatText, parseIndex, parseInteger, parseQuoted, parseRawUnicode } from "./text-opcodes.ts";
import { Callable, isBuildable, PyDict, PyFloat, PySet } from "./values.ts";

export interface UnpicklerHooks {
  /** The value that a Python global stands for; throws for every global that is not allowed. */
  find_global(module: string, name: string): unknown;
  /** The object behind a persistent id; absent where none is expected. */
  persistent_load?(id: unknown): unknown;
  /** Texts of Python 2 that are no UTF-8 are bytes, instead of errors. */
  readonly python2?: boolean;
}

const OPCODE_NAMES = new Map<number, string>(Object.entries(op).map(([name, code]) => [code, name]));

/**
 * A pickle machine for protocols 0 to 5 that runs nothing: the only calls it makes are to the
 * `Callable`s its hooks hand out. It does not recurse, and neither its time nor its memory grows
 * faster than the data.
 */
export class Unpickler {
  readonly #cursor: Cursor;
  readonly #hooks: UnpicklerHooks;
  readonly #memo: Map<number, unknown> = new Map();
  #stack: unknown[] = [];
  #marks: unknown[][] = [];

  constructor(bytes: Uint8Array, hooks: UnpicklerHooks, position = 0) {
    this.#cursor = new Cursor(bytes, position);
    this.#hooks = hooks;
  }

  /** Where the pickle ended. */
  get position(): number {
    return this.#cursor.position;
  }

  /** Runs the machine to STOP and gives the one object that is left. */
  load(): unknown {
    for (;;) {
      const start = this.#cursor.position;
      const code = this.#cursor.u8();
      if (code === op.STOP) return this.#pop();
      try {
        this.#step(code);
      } catch (error) {
        if (error instanceof UnpicklingError) throw error;
        const message = error instanceof Error ? error.message : String(error);
        throw new UnpicklingError(`${message} (${OPCODE_NAMES.get(code)} at byte ${start} of the pickle)`, {
          cause: error,
        });
      }
    }
  }

  /** A text of Python 2, which did not tell texts from bytes. */
  #oldText(length: number): string | Uint8Array {
    const start = this.#cursor.position;
    if (this.#hooks.python2 !== true) return this.#cursor.text(length);
    try {
      return this.#cursor.text(length);
    } catch (error) {
      // What is cut off is an error all the same.
      if (this.#cursor.position === start) throw error;
      this.#cursor.position = start;
      return this.#cursor.slice(length).slice();
    }
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw new UnpicklingError("unpickling stack underflow");
    return this.#stack.pop();
  }

  #top(): unknown {
    if (this.#stack.length === 0) throw new UnpicklingError("unpickling stack underflow");
    return this.#stack[this.#stack.length - 1];
  }

  #popMark(): unknown[] {
    const items = this.#stack;
    const below = this.#marks.pop();
    if (!below) throw new UnpicklingError("could not find MARK");
    this.#stack = below;
    return items;
  }

  #popTuple(count: number): unknown[] {
    if (this.#stack.length < count) throw new UnpicklingError("unpickling stack underflow");
    return tuple(this.#stack.splice(this.#stack.length - count, count));
  }

  #recall(index: number): unknown {
    if (!this.#memo.has(index)) throw new UnpicklingError(`Memo value not found at index ${index}`);
    return this.#memo.get(index);
  }

  #step(code: number): void {
    const cursor = this.#cursor;
    const stack = this.#stack;
    switch (code) {
      case op.MARK:
        this.#marks.push(stack);
        this.#stack = [];
        return;
      case op.POP:
        // Popping a bare mark is what Python does when a tuple turns out to contain itself.
        if (stack.length === 0) this.#popMark();
        else stack.pop();
        return;
      case op.POP_MARK:
        this.#popMark();
        return;
      case op.DUP:
        stack.push(this.#top());
        return;
      case op.NONE:
        stack.push(null);
        return;
      case op.NEWTRUE:
        stack.push(true);
        return;
      case op.NEWFALSE:
        stack.push(false);
        return;
      case op.PROTO: {
        const protocol = cursor.u8();
        if (protocol > 5) throw new UnpicklingError(`unsupported pickle protocol: ${protocol}`);
        return;
      }
      case op.FRAME:
        cursor.u64();
        return;

      case op.BININT:
        stack.push(cursor.i32());
        return;
      case op.BININT1:
        stack.push(cursor.u8());
        return;
      case op.BININT2:
        stack.push(cursor.u16());
        return;
      case op.LONG1:
        stack.push(cursor.long(cursor.u8()));
        return;
      case op.LONG4:
        stack.push(cursor.long(cursor.u32()));
        return;
      case op.INT: {
        const line = cursor.line();
        stack.push(line === "01" ? true : line === "00" ? false : parseInteger(line));
        return;
      }
      case op.LONG:
        stack.push(parseInteger(cursor.line()));
        return;
      case op.BINFLOAT:
        stack.push(float(cursor.f64()));
        return;
      case op.FLOAT:
        stack.push(float(parseFloatText(cursor.line())));
        return;

      case op.BINUNICODE:
        stack.push(cursor.text(cursor.u32()));
        return;
      case op.SHORT_BINUNICODE:
        stack.push(cursor.text(cursor.u8()));
        return;
      case op.BINSTRING:
        stack.push(this.#oldText(cursor.u32()));
        return;
      case op.SHORT_BINSTRING:
        stack.push(this.#oldText(cursor.u8()));
        return;
      case op.BINUNICODE8:
        stack.push(cursor.text(cursor.u64()));
        return;
      case op.STRING:
        stack.push(parseQuoted(cursor.line()));
        return;
      case op.UNICODE:
        stack.push(parseRawUnicode(cursor.line()));
        return;
      case op.BINBYTES:
        stack.push(cursor.slice(cursor.u32()).slice());
        return;
      case op.SHORT_BINBYTES:
        stack.push(cursor.slice(cursor.u8()).slice());
        return;
      case op.BINBYTES8:
        stack.push(cursor.slice(cursor.u64()).slice());
        return;
      case op.BYTEARRAY8:
        stack.push(this.#find("builtins", "bytearray", cursor.slice(cursor.u64())));
        return;

      case op.EMPTY_TUPLE:
        stack.push(tuple([]));
        return;
      case op.TUPLE1:
      case op.TUPLE2:
      case op.TUPLE3:
        stack.push(this.#popTuple(code - op.TUPLE1 + 1));
        return;
      case op.TUPLE: {
        const items = this.#popMark();
        this.#stack.push(tuple(items));
        return;
      }
      case op.EMPTY_LIST:
        stack.push([]);
        return;
      case op.LIST: {
        const items = this.#popMark();
        this.#stack.push(items);
        return;
      }
      case op.APPEND: {
        const item = this.#pop();
        this.#list().push(item);
        return;
      }
      case op.APPENDS: {
        const items = this.#popMark();
        const list = this.#list();
        for (const item of items) list.push(item);
        return;
      }
      case op.EMPTY_DICT:
        stack.push(new PyDict());
        return;
      case op.DICT: {
        const items = this.#popMark();
        this.#stack.push(new PyDict());
        this.#setItems(items);
        return;
      }
      case op.SETITEM: {
        const value = this.#pop();
        this.#setItems([this.#pop(), value]);
        return;
      }
      case op.SETITEMS:
        this.#setItems(this.#popMark());
        return;
      case op.EMPTY_SET:
        stack.push(new PySet([]));
        return;
      case op.ADDITEMS: {
        const items = this.#popMark();
        const set = this.#top();
        if (!(set instanceof PySet) || set.frozen) throw new UnpicklingError("Can only add items to sets");
        for (const item of items) set.items.push(item);
        return;
      }
      case op.FROZENSET: {
        const items = this.#popMark();
        this.#stack.push(new PySet(items, true));
        return;
      }

      case op.GET:
        stack.push(this.#recall(parseIndex(cursor.line())));
        return;
      case op.BINGET:
        stack.push(this.#recall(cursor.u8()));
        return;
      case op.LONG_BINGET:
        stack.push(this.#recall(cursor.u32()));
        return;
      case op.PUT:
        this.#memo.set(parseIndex(cursor.line()), this.#top());
        return;
      case op.BINPUT:
        this.#memo.set(cursor.u8(), this.#top());
        return;
      case op.LONG_BINPUT:
        this.#memo.set(cursor.u32(), this.#top());
        return;
      case op.MEMOIZE:
        this.#memo.set(this.#memo.size, this.#top());
        return;

      case op.GLOBAL: {
        const module = cursor.line();
        stack.push(this.#hooks.find_global(module, cursor.line()));
        return;
      }
      case op.STACK_GLOBAL: {
        const name = this.#pop();
        const module = this.#pop();
        if (typeof module !== "string" || typeof name !== "string")
          throw new UnpicklingError("STACK_GLOBAL requires str");
        stack.push(this.#hooks.find_global(module, name));
        return;
      }
      case op.REDUCE:
      case op.NEWOBJ: {
        const args = this.#pop();
        stack.push(this.#call(this.#pop(), args));
        return;
      }
      case op.NEWOBJ_EX: {
        const kwargs = this.#pop();
        const args = this.#pop();
        if (!(kwargs instanceof PyDict) || kwargs.entries.size > 0)
          throw new UnpicklingError("keyword arguments of NEWOBJ_EX are not supported");
        stack.push(this.#call(this.#pop(), args));
        return;
      }
      case op.INST: {
        const module = cursor.line();
        const callable = this.#hooks.find_global(module, cursor.line());
        const args = this.#popMark();
        this.#stack.push(this.#call(callable, tuple(args)));
        return;
      }
      case op.OBJ: {
        const [callable, ...args] = this.#popMark();
        this.#stack.push(this.#call(callable, tuple(args)));
        return;
      }
      case op.BUILD: {
        const state = this.#pop();
        const object = this.#top();
        if (!isBuildable(object))
          throw new UnpicklingError(
            `Can only build Tensor, Parameter, OrderedDict or Counter objects, but got ${describe(object)}`,
          );
        object.setstate(state);
        return;
      }
      case op.BINPERSID:
        stack.push(this.#persistent(this.#pop()));
        return;
      case op.PERSID:
        stack.push(this.#persistent(cursor.line()));
        return;
      default: {
        const name = OPCODE_NAMES.get(code);
        if (name) throw new UnpicklingError(`Unsupported operand ${name} in pickle`);
        throw new UnpicklingError(`invalid load key, '\\x${code.toString(16).padStart(2, "0")}'.`);
      }
    }
  }

  #list(): unknown[] {
    const list = this.#top();
    if (!Array.isArray(list) || python_type(list))
      throw new UnpicklingError(`Can only append to lists, but got ${describe(list)}`);
    return list;
  }

  #setItems(items: unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof PyDict)) throw new UnpicklingError(`Can only set items of dicts, but got ${describe(dict)}`);
    if (items.length % 2) throw new UnpicklingError("odd number of items for SETITEMS");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (key instanceof PyDict || (key instanceof PySet && !key.frozen) || (Array.isArray(key) && !python_type(key))) {
        throw new UnpicklingError(`unhashable type: '${describe(key)}'`);
      }
      dict.entries.set(key, items[i + 1]);
    }
  }

  #find(module: string, name: string, argument: unknown): unknown {
    return this.#call(this.#hooks.find_global(module, name), tuple([argument]));
  }

  #call(callable: unknown, args: unknown): unknown {
    if (!(callable instanceof Callable))
      throw new UnpicklingError(`Trying to call ${describe(callable)}, which is not an allowed function`);
    if (!Array.isArray(args) || python_type(args) !== "tuple")
      throw new UnpicklingError(`the arguments of ${callable.path} are not a tuple`);
    return callable.call(...(args as unknown[]));
  }

  #persistent(id: unknown): unknown {
    if (!this.#hooks.persistent_load)
      throw new UnpicklingError(
        "A load persistent id instruction was encountered, but no persistent_load function was specified.",
      );
    return this.#hooks.persistent_load(id);
  }
}

function float(value: number): number | PyFloat {
  return Number.isInteger(value) ? new PyFloat(value) : value;
}

export function describe(value: unknown): string {
  if (value === null) return "None";
  if (value instanceof Callable) return value.path;
  if (value instanceof PyDict) return value.kind;
  if (value instanceof PySet) return value.frozen ? "frozenset" : "set";
  if (value instanceof PyFloat) return "float";
  if (value instanceof Uint8Array) return "bytes";
  if (Array.isArray(value)) return python_type(value) ?? "list";
  if (typeof value === "object") return value.constructor?.name ?? "object";
  return (
    { string: "str", number: Number.isInteger(value) ? "int" : "float", bigint: "int", boolean: "bool" }[
      typeof value as "string"
    ] ?? typeof value
  );
}
