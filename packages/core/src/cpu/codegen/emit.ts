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
import type { DType } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { complexRuleFor, complexResult } from "./rules/complex.ts";
import { type Rule, ruleFor } from "./rules/index.ts";
import { type Helper, type ValueText, convertText, dtypeOfKind, wrapText } from "./convert.ts";

/** A value in generated code: texts without side effects, of any length. */
export interface EmittedValue extends ValueText {
  readonly kind: Kind;
}

/** Text of a literal as a value of `kind`. */
export function literalText(value: number, kind: Kind, compute: DType): string {
  if (kind === BOOL) return String(value !== 0);
  if (kind === INTEGER) {
    if (!Number.isInteger(value)) throw new RuntimeError(`literal ${value} in an expression computed in ${compute}`);
    return compute.name === "int64" ? `${value}n` : String(value);
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Turns expressions into JavaScript: statements are appended to `lines`, values returned as text. */
export class Emitter {
  readonly lines: string[] = [];
  private readonly program: Program;
  private readonly compute: DType;
  private readonly operands: readonly ValueText[];
  private readonly scalars: readonly ValueText[];
  private readonly locals: EmittedValue[] = [];
  private readonly helper: Helper;
  private readonly prefix: string;
  private temporaries = 0;

  /**
   * @param operands - texts of operands and of scalars, converted to `compute` and cheap to repeat
   * @param prefix - begins the names of temporaries; differs between programs in one scope
   */
  constructor(
    program: Program,
    compute: DType,
    operands: readonly ValueText[],
    scalars: readonly ValueText[],
    helper: Helper,
    prefix = "t",
  ) {
    this.program = program;
    this.compute = compute;
    this.operands = operands;
    this.scalars = scalars;
    this.helper = helper;
    this.prefix = prefix;
  }

  /** Emits the whole program and returns its result. */
  run(): EmittedValue {
    for (const local of this.program.locals) this.locals.push(this.bind(this.emit(local)));
    return this.bind(this.emit(this.program.result));
  }

  private emit(expr: Expr): EmittedValue {
    switch (expr.kind) {
      case "literal": {
        const kind = literalKind(this.compute);
        return { kind, re: literalText(expr.value, kind, this.compute), im: null };
      }
      case "operand":
        return { kind: this.compute.category, ...this.operands[expr.index]! };
      case "scalar":
        return { kind: this.compute.category, ...this.scalars[expr.index]! };
      case "local":
        return this.locals[expr.index]!;
      case "select":
        return this.select(expr);
      case "call":
        return this.call(expr);
    }
  }

  private call(expr: Expr & { kind: "call" }): EmittedValue {
    const fn = builtin(expr.fn);
    const args = expr.args.map((arg) => this.emit(arg));
    const kind = argumentKind(
      fn,
      args.map((arg) => arg.kind),
      this.compute,
    );
    const values = args.map((arg) => this.as(arg, kind));
    const result = returnKind(fn, kind);
    if (kind === COMPLEX || result === COMPLEX) return this.complexCall(expr, values, result);
    const rule = ruleFor(expr.fn, kind, this.compute);
    const text = this.apply(
      rule,
      values.map((value) => value.re),
    );
    return { kind: result, re: rule.wraps ? wrapText(text, this.compute) : text, im: null };
  }

  private apply(rule: Rule, args: readonly string[]): string {
    if (rule.js === undefined) return `${this.helper(rule.fn)}(${args.join(", ")})`;
    return `(${this.fill(rule.js, args)})`;
  }

  /** Puts arguments in place of $0, $1, ...; long ones that occur twice are computed once. */
  private fill(template: string, args: readonly string[]): string {
    const atoms = args.map((arg, i) => (template.split(`$${i}`).length > 2 ? this.atom(arg) : arg));
    return template.replace(/\$(\d)/g, (_, digit) => {
      const arg = atoms[Number(digit)]!;
      return arg.startsWith("-") ? `(${arg})` : arg;
    });
  }

  private complexCall(expr: Expr & { kind: "call" }, args: readonly EmittedValue[], kind: Kind): EmittedValue {
    const rule = complexRuleFor(expr.fn, this.compute);
    const parts = args.flatMap((arg) => (arg.im === null ? [arg.re] : [arg.re, arg.im]));
    if (rule.parts !== undefined) {
      const atoms = parts.map((part) => this.atom(part));
      const [re, im] = rule.parts;
      return { kind, re: `(${this.fill(re, atoms)})`, im: im === undefined ? null : `(${this.fill(im, atoms)})` };
    }
    const call = `${this.helper(rule.fn)}(${parts.join(", ")})`;
    if (kind !== COMPLEX) return { kind, re: call, im: null };
    this.lines.push(`${call};`);
    const name = this.temporary();
    const register = this.helper(complexResult);
    this.lines.push(`const ${name}r = ${register}[0], ${name}i = ${register}[1];`);
    return { kind, re: `${name}r`, im: `${name}i` };
  }

  private select(expr: Expr & { kind: "select" }): EmittedValue {
    const condition = this.as(this.emit(expr.condition), BOOL).re;
    const kind = kindOf(expr, this.program, this.compute);
    const [consequent, thenLines] = this.branch(expr.consequent, kind);
    const [alternate, otherwiseLines] = this.branch(expr.alternate, kind);
    if (kind !== COMPLEX && thenLines.length + otherwiseLines.length === 0) {
      return { kind, re: `(${condition} ? ${consequent.re} : ${alternate.re})`, im: null };
    }
    const name = this.temporary();
    const complex = kind === COMPLEX;
    const assign = (value: EmittedValue): string =>
      `${name} = ${value.re};${complex ? ` ${name}i = ${value.im};` : ""}`;
    this.lines.push(`let ${name}${complex ? `, ${name}i` : ""};`);
    this.lines.push(`if (${condition}) { ${thenLines.join(" ")} ${assign(consequent)} }`);
    this.lines.push(`else { ${otherwiseLines.join(" ")} ${assign(alternate)} }`);
    return { kind, re: name, im: complex ? `${name}i` : null };
  }

  /** Emits one branch with its statements apart, so that only the chosen one is executed. */
  private branch(expr: Expr, kind: Kind): [EmittedValue, string[]] {
    const start = this.lines.length;
    const value = this.as(this.emit(expr), kind);
    return [value, this.lines.splice(start)];
  }

  private as(value: EmittedValue, kind: Kind): EmittedValue {
    if (value.kind === kind) return value;
    if (kind === COMPLEX) {
      const re = value.kind === BOOL ? `(${value.re} ? 1 : 0)` : value.re;
      return { kind, re, im: "0" };
    }
    const source = kind === BOOL ? this.bind(value) : value;
    const from = dtypeOfKind(value.kind, this.compute);
    return { kind, ...convertText(source, from, dtypeOfKind(kind, this.compute), this.helper) };
  }

  private bind(value: EmittedValue): EmittedValue {
    return { kind: value.kind, re: this.atom(value.re), im: value.im === null ? null : this.atom(value.im) };
  }

  /** A name or literal for `text`. */
  private atom(text: string): string {
    if (/^-?[\w.]+$/.test(text)) return text;
    const name = this.temporary();
    this.lines.push(`const ${name} = ${text};`);
    return name;
  }

  private temporary(): string {
    return `${this.prefix}${this.temporaries++}`;
  }
}
