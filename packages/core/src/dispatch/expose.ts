import { Tensor } from "../tensor/tensor.ts";
import { bindArgs, bindOperands, mismatch, NO_SELF, pythonTypeName } from "./args.ts";
import { call, callInplace, callOut } from "./call.ts";
import { type Bound, type Op, OPS } from "./op.ts";

/** A public function over one or more overloads. */
export interface OpFunction {
  (...args: unknown[]): unknown;
  /** PyTorch-style signatures of the overloads. */
  readonly schema: readonly string[];
}

const groups = new Map<string, Op[]>();
let grouped = 0;

/** Overloads of a public name in order of definition. */
export function overloads(name: string): readonly Op[] {
  for (; grouped < OPS.length; grouped++) {
    const op = OPS[grouped]!;
    for (const key of [op.name, ...(op.record.aliases ?? [])]) {
      const list = groups.get(key);
      if (list === undefined) groups.set(key, [op]);
      else list.push(op);
    }
  }
  return groups.get(name) ?? [];
}

/** Binds to the first overload that fits and calls it. */
function dispatch(ops: readonly Op[], self: unknown, args: readonly unknown[], inplace: boolean): unknown {
  let firstMessage = "";
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i]!;
    const bound = (bindOperands(op, self, args) ?? bindArgs(op.schema, self, args, op.takesOut)) as Bound[] | null;
    if (bound === null) {
      if (i === 0) firstMessage = mismatch;
      continue;
    }
    if (inplace || op.mutates) return callInplace(op, bound);
    if (bound.length > op.schema.params.length) {
      const out = bound.pop() as Tensor | null;
      if (out !== null) return callOut(op, bound, out);
    }
    return op.single ? call(op, bound) : nameResults(op, call(op, bound));
  }
  const name = ops[0]!.name;
  if (ops.length === 1) throw new TypeError(firstMessage);
  const got = [...(self === NO_SELF ? [] : [self]), ...args].map(pythonTypeName).join(", ");
  const expected = ops.map((op) => ` * ${op.schema.text.slice(op.schema.fullName.length).replace(/\s*->.*$/, "")}`);
  throw new TypeError(
    `${name}() received an invalid combination of arguments - got (${got}), but expected one of:\n${expected.join("\n")}`,
  );
}

/** Gives several results the names of the schema, as PyTorch's named tuples have. */
function nameResults(op: Op, result: unknown): unknown {
  const { returns } = op.schema;
  if (Array.isArray(result)) {
    for (let i = 0; i < returns.length; i++) {
      Object.defineProperty(result, returns[i]!.name, { value: result[i], enumerable: false, configurable: true });
    }
  }
  return result;
}

/** The overloads' signatures; once more with the argument names of PyTorch's documentation where those differ. */
function signatures(ops: readonly Op[]): string[] {
  return ops.flatMap(({ record: { synonyms = {} }, schema: { text } }) => [
    text,
    ...Object.entries(synonyms).map(([other, name]) => text.replace(new RegExp(`\\b${name}(?=[,=)]|$)`), other)),
  ]);
}

/** The public function of that name. */
export function torchFunction(name: string): OpFunction {
  const ops = overloads(name).filter(isFunction);
  if (ops.length === 0) throw new Error(`no op is called "${name}"`);
  const fn = (...args: unknown[]): unknown => dispatch(ops, NO_SELF, args, false);
  Object.defineProperty(fn, "name", { value: name });
  Object.defineProperty(fn, "schema", { value: signatures(ops) });
  return fn as OpFunction;
}

/** The public function `name_` that writes into its first argument. */
export function torchFunctionInplace(name: string): OpFunction {
  const ops = overloads(name.slice(0, -1)).filter((op) => op.record.inplace === "function");
  if (ops.length === 0) throw new Error(`no op is called "${name}"`);
  const fn = (...args: unknown[]): unknown => dispatch(ops, NO_SELF, args, true);
  Object.defineProperty(fn, "name", { value: name });
  Object.defineProperty(fn, "schema", { value: signatures(ops) });
  return fn as OpFunction;
}

/** Puts methods (and in-place methods) of all ops defined so far on Tensor.prototype. */
export function installMethods(): void {
  overloads("");
  for (const [name, ops] of groups) {
    const methods = ops.filter(isMethod);
    if (methods.length > 0 && !Object.hasOwn(Tensor.prototype, name)) {
      define(name, methods, function (this: Tensor, ...args: unknown[]): unknown {
        return dispatch(methods, this, args, false);
      });
    }
    const inplace = methods.filter((op) => op.record.inplace);
    if (inplace.length > 0 && !Object.hasOwn(Tensor.prototype, `${name}_`)) {
      define(`${name}_`, inplace, function (this: Tensor, ...args: unknown[]): unknown {
        return dispatch(inplace, this, args, true);
      });
    }
  }
}

/** Whether the op is offered as a method of Tensor. */
export function isMethod(op: Op): boolean {
  const variants = op.record.variants ?? "both";
  return (
    (variants === "both" || variants === "method") &&
    op.schema.params[0]?.type.startsWith("Tensor") === true &&
    !op.schema.params[0].list
  );
}

/** Whether the op is offered as a function. */
export function isFunction(op: Op): boolean {
  const variants = op.record.variants ?? "both";
  return variants === "both" || variants === "function";
}

function define(name: string, ops: readonly Op[], value: unknown): void {
  Object.defineProperty(value, "schema", { get: () => signatures(ops) });
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true, enumerable: false });
}
