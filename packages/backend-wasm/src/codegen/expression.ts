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
import type { Machine } from "./machine.ts";
import { type Value } from "./machine.ts";
import { BOOL_RULES } from "./rules/bool.ts";
import { COMPLEX_RULES } from "./rules/complex.ts";
import { INT_RULES } from "./rules/int.ts";
import { hasRealRule, REAL_RULES } from "./rules/real.ts";

/** A tensor's element: its value in the computation's dtype, and as a truth value, loaded when first asked for. */
export interface Operand {
  value(): Value;
  truth(): Value;
}

/** Whether code can be written for the program, in lanes of `bits`. */
export function supports(program: Program, compute: DType, bits: number): boolean {
  const half = compute.itemsize === 2 && compute.category === 2;
  return every(program, (expr) => {
    if (expr.kind !== "call") return true;
    const kind = argumentsOf(expr, program, compute);
    if (returnKind(builtin(expr.fn), kind) === COMPLEX || kind === COMPLEX)
      return Object.hasOwn(COMPLEX_RULES, expr.fn);
    if (kind === BOOL) return Object.hasOwn(BOOL_RULES, expr.fn);
    if (kind !== INTEGER) return hasRealRule(expr.fn, half);
    return Object.hasOwn(INT_RULES, expr.fn) && (INT_RULES[expr.fn]!.from ?? 32) <= bits;
  });
}

/** Whether `test` holds for all parts of the program. */
function every(program: Program, test: (expr: Expr) => boolean): boolean {
  const visit = (expr: Expr): boolean => {
    if (!test(expr)) return false;
    if (expr.kind === "select") return visit(expr.condition) && visit(expr.consequent) && visit(expr.alternate);
    return expr.kind !== "call" || expr.args.every(visit);
  };
  return [...program.locals, program.result].every(visit);
}

/** Builtins of a few instructions. */
const CHEAP: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "lt",
  "le",
  "gt",
  "ge",
  "eq",
  "ne",
  "bool",
  "abs",
  "sign",
  "square",
  "relu",
  "logical_and",
  "logical_or",
  "logical_not",
  "and",
  "or",
  "xor",
  "not",
  "floor",
  "ceil",
  "trunc",
  "round",
  "frac",
  "copysign",
  "heaviside",
  "min",
  "max",
  "fmin",
  "fmax",
  "isnan",
  "isinf",
  "isfinite",
  "isposinf",
  "isneginf",
  "signbit",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "real",
  "imag",
  "conj",
  "complex",
  "angle",
  "trunc_divide",
]);

/** Roughly how many instructions an element takes; more than {@link LIGHT} for elementary functions. */
export function costOf(program: Program): number {
  let cost = 0;
  every(program, (expr) => {
    if (expr.kind === "select") cost++;
    else if (expr.kind === "call") cost += CHEAP.has(expr.fn) ? 1 : 20;
    return true;
  });
  return cost;
}

export const LIGHT = 8;

function argumentsOf(expr: Expr & { kind: "call" }, program: Program, compute: DType): Kind {
  const kinds = expr.args.map((arg) => kindOf(arg, program, compute));
  return argumentKind(builtin(expr.fn), kinds, compute);
}

/** Writes the program's code and gives its result. */
export function write(m: Machine, program: Program, operands: readonly Operand[], scalars: readonly Value[]): Value {
  const { c, compute } = m;
  const locals: Value[] = [];
  const value = (expr: Expr): Value => {
    switch (expr.kind) {
      case "literal":
        return m.literal(expr.value);
      case "operand":
        return operands[expr.index]!.value();
      case "scalar":
        return scalars[expr.index]!;
      case "local":
        return locals[expr.index]!;
      case "select": {
        const kind = kindOf(expr, program, compute);
        return m.select(as(expr.condition, BOOL).re, as(expr.consequent, kind), as(expr.alternate, kind));
      }
      case "call":
        return call(expr);
    }
  };
  const as = (expr: Expr, kind: Kind): Value =>
    kind === BOOL && expr.kind === "operand" ? operands[expr.index]!.truth() : m.as(value(expr), kind);
  const call = (expr: Expr & { kind: "call" }): Value => {
    const kind = argumentsOf(expr, program, compute);
    const result = returnKind(builtin(expr.fn), kind);
    // Whether a number is zero can often be told from its element.
    const [only] = expr.args as [Expr, ...Expr[]];
    if (expr.fn === "bool" && only.kind === "operand") return operands[only.index]!.truth();
    if (kind === COMPLEX || result === COMPLEX)
      return COMPLEX_RULES[expr.fn]!(m, ...expr.args.map((arg) => as(arg, kind)));
    if (kind === BOOL) return m.mask(BOOL_RULES[expr.fn]!(c, ...expr.args.map((arg) => as(arg, BOOL).re)));
    if (kind === INTEGER) {
      const rule = INT_RULES[expr.fn]!;
      const args = expr.args.map((arg) => (rule.takesLoose === true ? loose(arg) : as(arg, kind)).re);
      const lanes = rule.write(m, ...args);
      return result === BOOL ? m.mask(lanes) : m.integer(lanes, rule.loose);
    }
    const lanes = REAL_RULES[expr.fn]!(m, ...expr.args.map((arg) => as(arg, kind).re));
    return result === BOOL ? m.mask(lanes) : m.real(lanes);
  };
  /** An integer whose bits beyond the dtype's do not matter. */
  const loose = (expr: Expr): Value => {
    const found = value(expr);
    return found.kind === INTEGER ? found : m.as(found, INTEGER);
  };
  for (const expr of program.locals) locals.push(value(expr));
  return value(program.result);
}
