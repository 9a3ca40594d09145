import { float32 } from "@tt/core";
import { argumentKind, BOOL, builtin, type Expr, type Kind, kindOf, type Program, REAL } from "@tt/core/dispatch";
import type { Code, Lanes } from "./lanes.ts";
import { BOOL_RULES, COSTLY, REAL_RULES } from "./rules.ts";

/** Whether float32 loops can be generated for the program. */
export function isSupported(program: Program): boolean {
  return [...program.locals, program.result].every((expr) => supports(expr, program));
}

function supports(expr: Expr, program: Program): boolean {
  switch (expr.kind) {
    case "select":
      return [expr.condition, expr.consequent, expr.alternate].every((part) => supports(part, program));
    case "call": {
      const rules = argumentsOf(expr, program) === BOOL ? BOOL_RULES : REAL_RULES;
      return Object.hasOwn(rules, expr.fn) && expr.args.every((arg) => supports(arg, program));
    }
    default:
      return true;
  }
}

/** Roughly how many instructions an element takes; more than {@link LIGHT} for elementary functions. */
export function costOf(program: Program): number {
  let cost = 0;
  const visit = (expr: Expr): void => {
    if (expr.kind === "select") {
      cost++;
      for (const part of [expr.condition, expr.consequent, expr.alternate]) visit(part);
    } else if (expr.kind === "call") {
      cost += COSTLY.has(expr.fn) ? 20 : 1;
      for (const arg of expr.args) visit(arg);
    }
  };
  for (const expr of [...program.locals, program.result]) visit(expr);
  return cost;
}

export const LIGHT = 8;

function argumentsOf(expr: Expr & { kind: "call" }, program: Program): Kind {
  const kinds = expr.args.map((arg) => kindOf(arg, program, float32));
  return argumentKind(builtin(expr.fn), kinds, float32);
}

/** Writes the program's code; operands and scalars are given as lanes. A truth value results as a mask. */
export function write(
  c: Code,
  program: Program,
  operands: readonly Lanes[],
  scalars: readonly Lanes[],
): { value: Lanes; kind: Kind } {
  const locals: Lanes[] = [];
  const value = (expr: Expr): Lanes => {
    switch (expr.kind) {
      case "literal":
        return c.float(expr.value);
      case "operand":
        return operands[expr.index]!;
      case "scalar":
        return scalars[expr.index]!;
      case "local":
        return locals[expr.index]!;
      case "select": {
        const kind = kindOf(expr, program, float32);
        return c.select(as(expr.condition, BOOL), as(expr.consequent, kind), as(expr.alternate, kind));
      }
      case "call": {
        const kind = argumentsOf(expr, program);
        const rules = kind === BOOL ? BOOL_RULES : REAL_RULES;
        return rules[expr.fn]!(c, ...expr.args.map((arg) => as(arg, kind)));
      }
    }
  };
  const as = (expr: Expr, kind: Kind): Lanes => convert(c, value(expr), kindOf(expr, program, float32), kind);
  for (const expr of program.locals) locals.push(value(expr));
  return { value: value(program.result), kind: kindOf(program.result, program, float32) };
}

/** Masks become 1 and 0, numbers become masks of those that are not 0. */
export function convert(c: Code, value: Lanes, from: Kind, to: Kind): Lanes {
  if (from === to || (from !== BOOL && to !== BOOL)) return value;
  return to === BOOL ? REAL_RULES["bool"]!(c, value) : c.binary("and", value, c.float(1));
}

export { BOOL, REAL };
