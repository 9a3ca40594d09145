import { NotImplementedError, RuntimeError, Tensor } from "@tt/core";
import type { Block, ClassDef, Expression, FunctionDef, SourceFile } from "./ast.ts";
import { callOperator, type Named, prim } from "./operators.ts";
import { parse } from "./parse.ts";

/** An object of a class that the archive defines and that is no module. */
export class ScriptInstance {
  readonly type: ScriptClass;
  readonly attributes: Map<string, unknown> = new Map();

  constructor(type: ScriptClass) {
    this.type = type;
  }
}

/** What the interpreter sees of a module: see ScriptModule. */
export interface Attributes {
  getAttribute(name: string): unknown;
  setAttribute(name: string, value: unknown): void;
  readonly scriptClass: ScriptClass;
}

export interface ScriptClass {
  readonly qualifiedName: string;
  readonly definition: ClassDef;
  readonly isModule: boolean;
}

type Scope = Map<string, unknown>;

/** A name that stands for no value yet: `torch`, `ops.prim`, `__torch__.torch.nn.functional`. */
class Path {
  readonly parts: readonly string[];
  constructor(parts: readonly string[]) {
    this.parts = parts;
  }
}

class Returned {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** Deeper calls are endless ones. */
const MAX_CALLS = 500;

/** Names of types and functions of the language itself. */
const LANGUAGE = new Set([
  "annotate",
  "unchecked_cast",
  "uninitialized",
  "getattr",
  "range",
  "int",
  "float",
  "bool",
  "str",
  "isinstance",
]);

/** Runs the code of one archive. */
export class Interpreter {
  readonly #sources: ReadonlyMap<string, string>;
  readonly #files = new Map<string, SourceFile>();
  readonly #constants: Readonly<Record<string, unknown>>;
  #calls = 0;

  constructor(sources: ReadonlyMap<string, string>, constants: readonly unknown[]) {
    this.#sources = sources;
    this.#constants = Object.fromEntries(constants.map((value, i) => [`c${i}`, value]));
  }

  /** Source text of a class's file. */
  sourceOf(qualifiedName: string): string {
    return this.#sources.get(`${qualifiedName.split(".").slice(0, -1).join("/")}.py`) ?? "";
  }

  #file(parts: readonly string[]): SourceFile | null {
    const path = `${parts.join("/")}.py`;
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const source = this.#sources.get(path);
    if (source === undefined) return null;
    const file = parse(source);
    this.#files.set(path, file);
    return file;
  }

  /** The class of a qualified name. @throws RuntimeError when the archive has no code of it */
  classOf(qualifiedName: string): ScriptClass {
    const parts = qualifiedName.split(".");
    const definition = this.#file(parts.slice(0, -1))?.classes.get(parts.at(-1)!);
    if (definition === undefined) throw new RuntimeError(`the archive has no code of ${qualifiedName}`);
    return { qualifiedName, definition, isModule: definition.base === "Module" };
  }

  /** The value of a final attribute. */
  constant(expression: Expression): unknown {
    return this.#evaluate(expression, new Map());
  }

  method(self: unknown, type: ScriptClass, name: string, args: readonly unknown[], named: Named = {}): unknown {
    const found = type.definition.methods.get(name);
    if (found === undefined)
      throw new RuntimeError(`'${type.qualifiedName}' object has no attribute or method '${name}'`);
    return this.#run(found, [self, ...args], named);
  }

  #run(definition: FunctionDef, args: readonly unknown[], named: Named): unknown {
    const { name, params, body } = definition;
    if (args.length > params.length) {
      throw new RuntimeError(
        `${name}() expected at most ${params.length} argument(s) but received ${args.length} argument(s)`,
      );
    }
    const scope: Scope = new Map();
    params.forEach((param, i) => {
      if (i < args.length) scope.set(param.name, args[i]);
      else if (param.name in named) scope.set(param.name, named[param.name]);
      else if (param.byDefault !== null) scope.set(param.name, this.#evaluate(param.byDefault, scope));
      else throw new RuntimeError(`${name}() is missing value for argument '${param.name}'`);
    });
    for (const key of Object.keys(named)) {
      if (!params.some((param) => param.name === key))
        throw new RuntimeError(`${name}() got an unexpected keyword argument '${key}'`);
    }
    if (++this.#calls > MAX_CALLS) throw new RuntimeError(`${name}() calls itself without an end`);
    try {
      const returned = this.#block(body, scope);
      return returned === null ? null : returned.value;
    } finally {
      this.#calls--;
    }
  }

  #block(body: Block, scope: Scope): Returned | null {
    for (const statement of body) {
      switch (statement.kind) {
        case "pass":
          break;
        case "expression":
          this.#evaluate(statement.value, scope);
          break;
        case "assign": {
          const values = statement.values.map((value) => this.#evaluate(value, scope));
          const list = statement.spread ? (values[0] as unknown[]) : values;
          statement.targets.forEach((target, i) => this.#assign(target, list[i], scope));
          break;
        }
        case "return":
          return new Returned(statement.value === null ? null : this.#evaluate(statement.value, scope));
        case "if": {
          const branch = truth(this.#evaluate(statement.test, scope)) ? statement.body : statement.otherwise;
          const returned = this.#block(branch, scope);
          if (returned !== null) return returned;
          break;
        }
        case "while":
          while (truth(this.#evaluate(statement.test, scope))) {
            const returned = this.#block(statement.body, scope);
            if (returned !== null) return returned;
          }
          break;
        case "for":
          for (const value of this.#evaluate(statement.over, scope) as Iterable<unknown>) {
            scope.set(statement.variable, value);
            const returned = this.#block(statement.body, scope);
            if (returned !== null) return returned;
          }
          break;
      }
    }
    return null;
  }

  #assign(target: Expression, value: unknown, scope: Scope): void {
    if (target.kind === "name") scope.set(target.name, value);
    else if (target.kind === "tuple")
      target.items.forEach((item, i) => this.#assign(item, (value as unknown[])[i], scope));
    else if (target.kind === "attribute") {
      const object = this.#evaluate(target.of, scope);
      if (object instanceof ScriptInstance) object.attributes.set(target.name, value);
      else if (isModule(object)) object.setAttribute(target.name, value);
      else throw new RuntimeError(`TorchScript: cannot set attribute ${target.name}`);
    } else throw new RuntimeError(`TorchScript: cannot assign to this ${target.kind}`);
  }

  #evaluate(expression: Expression, scope: Scope): unknown {
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "name":
        return this.#name(expression.name, scope);
      case "negate":
        return -(this.#evaluate(expression.of, scope) as number);
      case "list":
      case "tuple":
        return expression.items.map((item) => this.#evaluate(item, scope));
      case "dict":
        return new Map(expression.entries.map(([k, v]) => [this.#evaluate(k, scope), this.#evaluate(v, scope)]));
      case "attribute":
        return this.#attribute(this.#evaluate(expression.of, scope), expression.name);
      case "index": {
        const of = this.#evaluate(expression.of, scope);
        return of instanceof Path ? of : callOperator("__getitem__", [of, this.#evaluate(expression.at, scope)], {});
      }
      case "call":
        return this.#call(expression, scope);
    }
  }

  #name(name: string, scope: Scope): unknown {
    if (scope.has(name)) return scope.get(name);
    if (name === "inf") return Infinity;
    if (name === "nan") return NaN;
    if (name === "CONSTANTS") return this.#constants;
    return new Path([name]);
  }

  #attribute(of: unknown, name: string): unknown {
    if (of instanceof Path) return new Path([...of.parts, name]);
    if (of === this.#constants) return this.#constants[name];
    if (of instanceof ScriptInstance) {
      if (of.attributes.has(name)) return of.attributes.get(name);
      throw new RuntimeError(`'${of.type.qualifiedName}' object has no attribute '${name}'`);
    }
    if (isModule(of)) return of.getAttribute(name);
    return prim(name, [of]);
  }

  #call({ callee, args, named }: Extract<Expression, { kind: "call" }>, scope: Scope): unknown {
    if (callee.kind === "name" && LANGUAGE.has(callee.name) && !scope.has(callee.name))
      return this.#language(callee.name, args, scope);
    const values = args.map((arg) => this.#evaluate(arg, scope));
    const keywords = Object.fromEntries(named.map(([name, value]) => [name, this.#evaluate(value, scope)]));
    if (callee.kind === "attribute") {
      const of = this.#evaluate(callee.of, scope);
      if (of instanceof ScriptInstance) return this.method(of, of.type, callee.name, values, keywords);
      if (isModule(of)) return this.method(of, of.scriptClass, callee.name, values, keywords);
      if (of instanceof Path) return this.#callPath([...of.parts, callee.name], values, keywords);
      throw new RuntimeError(`TorchScript: cannot call ${callee.name} here`);
    }
    const target = this.#evaluate(callee, scope);
    if (target instanceof Path) return this.#callPath(target.parts, values, keywords);
    throw new RuntimeError("TorchScript: this is not a function");
  }

  #language(name: string, args: readonly Expression[], scope: Scope): unknown {
    const value = (i: number): unknown => this.#evaluate(args[i]!, scope);
    switch (name) {
      case "annotate":
      case "unchecked_cast":
        return value(1);
      case "uninitialized":
        return null;
      case "getattr":
        return this.#attribute(value(0), String(value(1)));
      case "range": {
        const [from, to, step] =
          args.length === 1
            ? [0, value(0) as number, 1]
            : [value(0) as number, value(1) as number, args.length > 2 ? (value(2) as number) : 1];
        return counting(from, to, step);
      }
      case "isinstance":
        throw new NotImplementedError("TorchScript: isinstance is not supported");
      default:
        return callOperator(name, [value(0)], {});
    }
  }

  #callPath(parts: readonly string[], args: readonly unknown[], named: Named): unknown {
    const [root] = parts;
    if (root === "torch") return callOperator(parts.slice(1).join("."), args, named);
    if (root === "ops") {
      const name = parts.slice(2).join(".");
      if (parts[1] === "prim") return prim(name, args);
      if (parts[1] === "aten") return callOperator(name, args, named);
      throw new NotImplementedError(
        `TorchScript: the archive uses the operator ${parts.slice(1).join("::")}, which tt does not have`,
      );
    }
    if (root === "__torch__") return this.#callDefined(parts, args, named);
    throw new RuntimeError(`TorchScript: ${parts.join(".")} is not defined`);
  }

  #callDefined(parts: readonly string[], args: readonly unknown[], named: Named): unknown {
    const name = parts.at(-1)!;
    const file = this.#file(parts.slice(0, -1));
    const definition = file?.functions.get(name);
    if (definition !== undefined) return this.#run(definition, args, named);
    const type = this.classOf(parts.join("."));
    // Named tuples are tuples here, as they are in their module's code.
    if (type.definition.base === "NamedTuple") return [...args];
    const instance = new ScriptInstance(type);
    if (type.definition.methods.has("__init__")) this.method(instance, type, "__init__", args, named);
    return instance;
  }
}

function isModule(value: unknown): value is Attributes {
  return typeof value === "function" && "scriptClass" in value;
}

function truth(value: unknown): boolean {
  return value instanceof Tensor ? Boolean(value.item()) : Boolean(value);
}

function* counting(from: number, to: number, step: number): Generator<number> {
  for (let i = from; step > 0 ? i < to : i > to; i += step) yield i;
}
