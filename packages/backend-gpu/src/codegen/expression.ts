import type { DType } from "@tt/core";
import {
  argumentKind,
  BOOL,
  builtin,
  COMPLEX,
  type Expr,
  INTEGER,
  type Kind,
  kindOf,
  type Program,
  returnKind,
} from "@tt/core/dispatch";
import { convert, realLiteral, typeOfKind, type ValueType, wholeLiteral } from "./kinds.ts";
import { REAL_RULES, type Rules, TRUTH_RULES, WHOLE_RULES } from "./rules.ts";

/** Text of a value, and its type. */
export interface Value {
  readonly text: string;
  readonly type: ValueType;
}

function rulesOf(kind: Kind): Rules {
  return kind === BOOL ? TRUTH_RULES : kind === INTEGER ? WHOLE_RULES : REAL_RULES;
}

function argumentsOf(expr: Expr & { kind: "call" }, program: Program, compute: DType): Kind {
  const kinds = expr.args.map((arg) => kindOf(arg, program, compute));
  return argumentKind(builtin(expr.fn), kinds, compute);
}

const supported = new WeakMap<Program, (boolean | undefined)[]>();

/** Whether code can be written for the program; if not, the host computes it. */
export function supports(program: Program, compute: DType): boolean {
  let known = supported.get(program);
  if (known === undefined) supported.set(program, (known = []));
  return (known[compute.id] ??= [...program.locals, program.result].every((expr) => canWrite(expr, program, compute)));
}

function canWrite(expr: Expr, program: Program, compute: DType): boolean {
  if (expr.kind === "select") {
    return [expr.condition, expr.consequent, expr.alternate].every((part) => canWrite(part, program, compute));
  }
  if (expr.kind !== "call") return true;
  const kind = argumentsOf(expr, program, compute);
  if (kind === COMPLEX || returnKind(builtin(expr.fn), kind) === COMPLEX) return false;
  return Object.hasOwn(rulesOf(kind), expr.fn) && expr.args.every((arg) => canWrite(arg, program, compute));
}

/**
 * Writes a program's code.
 *
 * @param operands - of `compute`'s type
 * @param line - adds a statement
 * @param fresh - makes a name
 * @param use - asks for a function of the library
 */
export function writeProgram(
  program: Program,
  compute: DType,
  operands: readonly string[],
  scalars: readonly string[],
  line: (text: string) => void,
  fresh: () => string,
  use: (name: string) => void,
): Value {
  const locals: Value[] = [];
  const type = typeOfKind(compute.category);
  const value = (expr: Expr): Value => {
    switch (expr.kind) {
      case "literal":
        if (type === "bool") return { text: String(expr.value !== 0), type };
        return { text: type === "i32" ? wholeLiteral(expr.value) : realLiteral(expr.value), type };
      case "operand":
        return { text: operands[expr.index]!, type };
      case "scalar":
        return { text: scalars[expr.index]!, type };
      case "local":
        return locals[expr.index]!;
      case "select": {
        const result = typeOfKind(kindOf(expr, program, compute));
        const [no, yes] = [as(expr.alternate, result), as(expr.consequent, result)];
        return { text: `select(${no}, ${yes}, ${as(expr.condition, "bool")})`, type: result };
      }
      case "call": {
        const kind = argumentsOf(expr, program, compute);
        const args = expr.args.map((arg) => named(as(arg, typeOfKind(kind))));
        const text = rulesOf(kind)[expr.fn]!(args, use);
        return { text, type: typeOfKind(returnKind(builtin(expr.fn), kind)) };
      }
    }
  };
  const as = (expr: Expr, to: ValueType): string => {
    const found = value(expr);
    return convert(found.text, found.type, to);
  };
  /** Rules may write an argument more than once. */
  const named = (text: string): string => {
    if (/^[\w.]*$/.test(text)) return text;
    const name = fresh();
    line(`let ${name} = ${text};`);
    return name;
  };
  for (const expr of program.locals) {
    const { text, type: of } = value(expr);
    locals.push({ text: named(text), type: of });
  }
  const { text, type: of } = value(program.result);
  return { text: named(text), type: of };
}
