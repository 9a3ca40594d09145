import type { Category, DType } from "../dtype/index.ts";
import type { Expr, Program } from "./ast.ts";
import { type Builtin, builtin } from "./builtins.ts";

/** The kind of number an expression yields; ordered, and a mixture has the highest. */
export type Kind = Category;

export const BOOL = 0;
export const INTEGER = 1;
export const REAL = 2;
export const COMPLEX = 3;

const LETTERS = "birc";

/** Kind to which the arguments of `fn` are converted, given their own kinds. */
export function argumentKind(fn: Builtin, kinds: readonly Kind[], compute: DType): Kind {
  if (fn.domain === "b") return BOOL;
  let kind: Kind = BOOL;
  for (const arg of kinds) if (arg > kind) kind = arg;
  if (fn.result === "complex") return REAL;
  // Truth values inside arithmetic count as 0 and 1 of the computation's dtype.
  if (kind === BOOL && fn.logical !== true) kind = literalKind(compute);
  return kind;
}

/** Kind of the value that `fn` returns for arguments of `kind`. */
export function returnKind(fn: Builtin, kind: Kind): Kind {
  switch (fn.result) {
    case "bool":
      return BOOL;
    case "complex":
      return COMPLEX;
    case "real":
      return kind === COMPLEX ? REAL : kind;
    case "same":
      return kind;
  }
}

/** Literals and truth values take part in complex arithmetic as real numbers. */
export function literalKind(compute: DType): Kind {
  return compute.category === COMPLEX ? REAL : compute.category;
}

/** Whether `fn` is defined on arguments of `kind`. */
export function supportsKind(fn: Builtin, kind: Kind): boolean {
  return fn.domain.includes(LETTERS[kind]!);
}

/** Kind of the value of `expr` when operands and scalars have dtype `compute`. */
export function kindOf(expr: Expr, program: Program, compute: DType): Kind {
  switch (expr.kind) {
    case "literal":
      return literalKind(compute);
    case "operand":
    case "scalar":
      return compute.category;
    case "local":
      return kindOf(program.locals[expr.index]!, program, compute);
    case "select": {
      const consequent = kindOf(expr.consequent, program, compute);
      const alternate = kindOf(expr.alternate, program, compute);
      return consequent > alternate ? consequent : alternate;
    }
    case "call": {
      const fn = builtin(expr.fn);
      const kinds = expr.args.map((arg) => kindOf(arg, program, compute));
      return returnKind(fn, argumentKind(fn, kinds, compute));
    }
  }
}
