import {
  BOOL,
  COMPLEX,
  type Expr,
  INTEGER,
  type Kind,
  type Program,
  argumentKind,
  builtin,
  kindOf,
  literalKind,
  returnKind,
} from "../../expr/index.ts";
import { Complex, type DType, type Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { convertValue, dtypeOfKind, wrapInt } from "./convert.ts";
import { complexResult, complexRuleFor } from "./rules/complex.ts";
import { ruleFor } from "./rules/index.ts";

/** Values of operands and scalars (converted to the computation's dtype) and of statements. */
export interface Frame {
  readonly operands: Scalar[];
  readonly scalars: Scalar[];
  readonly locals: Scalar[];
}

type Evaluate = (frame: Frame) => Scalar;

/** A program as closures: what runs where code may not be generated. */
export interface Interpreter {
  readonly kind: Kind;
  readonly run: (frame: Frame) => Scalar;
}

export function interpret(program: Program, compute: DType): Interpreter {
  const locals = program.locals.map((local) => evaluator(local, program, compute));
  const result = evaluator(program.result, program, compute);
  return {
    kind: kindOf(program.result, program, compute),
    run: (frame) => {
      for (let i = 0; i < locals.length; i++) frame.locals[i] = locals[i]!(frame);
      return result(frame);
    },
  };
}

function evaluator(expr: Expr, program: Program, compute: DType): Evaluate {
  switch (expr.kind) {
    case "literal": {
      const value = literal(expr.value, compute);
      return () => value;
    }
    case "operand": {
      const { index } = expr;
      return (frame) => frame.operands[index]!;
    }
    case "scalar": {
      const { index } = expr;
      return (frame) => frame.scalars[index]!;
    }
    case "local": {
      const { index } = expr;
      return (frame) => frame.locals[index]!;
    }
    case "select": {
      const kind = kindOf(expr, program, compute);
      const condition = converted(expr.condition, BOOL, program, compute);
      const consequent = converted(expr.consequent, kind, program, compute);
      const alternate = converted(expr.alternate, kind, program, compute);
      return (frame) => (condition(frame) ? consequent(frame) : alternate(frame));
    }
    case "call":
      return call(expr, program, compute);
  }
}

function literal(value: number, compute: DType): Scalar {
  const kind = literalKind(compute);
  if (kind === BOOL) return value !== 0;
  if (kind !== INTEGER) return value;
  if (!Number.isInteger(value)) throw new RuntimeError(`literal ${value} in an expression computed in ${compute}`);
  return compute.name === "int64" ? BigInt(value) : value;
}

/** Evaluates `expr` and converts the value to `kind`. */
function converted(expr: Expr, kind: Kind, program: Program, compute: DType): Evaluate {
  const inner = evaluator(expr, program, compute);
  const own = kindOf(expr, program, compute);
  if (own === kind) return inner;
  if (kind === COMPLEX) return (frame) => new Complex(Number(inner(frame)), 0);
  const from = dtypeOfKind(own, compute);
  const to = dtypeOfKind(kind, compute);
  return (frame) => convertValue(inner(frame), from, to);
}

function call(expr: Expr & { kind: "call" }, program: Program, compute: DType): Evaluate {
  const fn = builtin(expr.fn);
  const kind = argumentKind(
    fn,
    expr.args.map((arg) => kindOf(arg, program, compute)),
    compute,
  );
  const args = expr.args.map((arg) => converted(arg, kind, program, compute));
  const result = returnKind(fn, kind);
  if (kind === COMPLEX || result === COMPLEX) {
    const rule = complexRuleFor(expr.fn, compute);
    const apply = rule.fn as (...parts: number[]) => Scalar | undefined;
    return (frame) => {
      const value = apply(...args.flatMap((arg) => partsOf(arg(frame))));
      return result === COMPLEX ? new Complex(complexResult[0]!, complexResult[1]) : value!;
    };
  }
  const rule = ruleFor(expr.fn, kind, compute);
  const apply = rule.fn as (...values: Scalar[]) => Scalar;
  const [first, second] = args as [Evaluate, Evaluate | undefined];
  const plain: Evaluate =
    second === undefined ? (frame) => apply(first(frame)) : (frame) => apply(first(frame), second(frame));
  return rule.wraps ? (frame) => wrapInt(plain(frame) as number, compute) : plain;
}

function partsOf(value: Scalar): number[] {
  return value instanceof Complex ? [value.re, value.im] : [value as number];
}
