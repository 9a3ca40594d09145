import { type DType, float32 } from "@tt/core";
import {
  argumentKind,
  BOOL,
  builtin,
  type Expr,
  type Kind,
  kindOf,
  type Program,
  REAL,
  returnKind,
} from "@tt/core/dispatch";
import { LIBRARY, NUMBER_RULES, type Rule, TRUTH_RULES } from "./rules.ts";

/** How a kernel finds element `i` of an operand. */
export type Layout =
  /** At `i`, from an offset on. */
  | "dense"
  /** The same for all. */
  | "single"
  /** By sizes and steps, of so many dimensions. */
  | number;

/** A kernel's source, and the functions it calls. */
export interface KernelSource {
  readonly source: string;
  readonly functions: readonly string[];
}

function ruleOf(expr: Expr & { kind: "call" }, program: Program): Rule | undefined {
  const kind = argumentsOf(expr, program);
  if (kind !== BOOL && kind !== REAL) return undefined;
  const result = returnKind(builtin(expr.fn), kind);
  if (result !== BOOL && result !== REAL) return undefined;
  return (kind === BOOL ? TRUTH_RULES : NUMBER_RULES)[expr.fn];
}

function argumentsOf(expr: Expr & { kind: "call" }, program: Program): Kind {
  const kinds = expr.args.map((arg) => kindOf(arg, program, float32));
  return argumentKind(builtin(expr.fn), kinds, float32);
}

const known = new WeakMap<Program, boolean>();

/** Whether the program, computed in float32, can be written for gpu.js. */
export function canWrite(program: Program, compute: DType): boolean {
  if (compute !== float32) return false;
  let can = known.get(program);
  if (can === undefined) {
    can = [...program.locals, program.result].every((expr) => writable(expr, program));
    known.set(program, can);
  }
  return can;
}

function writable(expr: Expr, program: Program): boolean {
  switch (expr.kind) {
    case "literal":
      return Number.isFinite(expr.value);
    case "select":
      return [expr.condition, expr.consequent, expr.alternate].every((part) => writable(part, program));
    case "call":
      return ruleOf(expr, program) !== undefined && expr.args.every((arg) => writable(arg, program));
    default:
      return true;
  }
}

/** The kernel `out[i] = program(...)`. Its arguments: an array of parameters, then the arrays of tensor operands. */
export function mapSource(program: Program, layouts: readonly (Layout | null)[]): KernelSource {
  const writer = new Writer(program);
  const arrays: string[] = [];
  let at = 0;
  const operands = layouts.map((layout, k): string => {
    if (layout === null) return `p[${at++}]`;
    arrays.push(`a${k}`);
    const [lines, index, words] = indexCode(layout, at, `i${k}_`);
    at += words;
    writer.lines.push(...lines, `const x${k} = a${k}[${index}];`);
    return `x${k}`;
  });
  const result = writer.run(operands, at);
  return {
    source: `function(${["p", ...arrays].join(", ")}) {
const i = this.thread.x;
${writer.lines.join("\n")}
return ${result};
}`,
    functions: [...writer.functions].map((name) => LIBRARY[name]!),
  };
}

/** Statements, index and number of parameters to find element `i`; parameters are an offset, then sizes and steps. */
export function indexCode(layout: Layout, at: number, prefix: string): [string[], string, number] {
  // Parameters have names of their own: gpu.js gives a read inside an index the same name in every statement.
  const lines = [`const ${prefix}o = p[${at}];`];
  if (layout === "single") return [lines, `${prefix}o`, 1];
  if (layout === "dense") return [lines, `i + ${prefix}o`, 1];
  lines.push(`let ${prefix}rest = i + 0;`, `let ${prefix}at = ${prefix}o;`);
  for (let d = layout - 1; d >= 0; d--) {
    const [size, step] = [`p[${at + 1 + 2 * d}]`, `p[${at + 2 + 2 * d}]`];
    // Half a step more, so that a division that is not exact cannot fall below the whole number.
    lines.push(`const ${prefix}q${d} = Math.floor((${prefix}rest + 0.5) / ${size});`);
    lines.push(`${prefix}at += (${prefix}rest - ${prefix}q${d} * ${size}) * ${step};`);
    lines.push(`${prefix}rest = ${prefix}q${d};`);
  }
  return [lines, `${prefix}at`, 1 + 2 * layout];
}

class Writer {
  readonly lines: string[] = [];
  readonly functions = new Set<string>();
  private readonly program: Program;
  private readonly locals: string[] = [];
  private operands: readonly string[] = [];
  private scalars = 0;
  private names = 0;

  constructor(program: Program) {
    this.program = program;
  }

  /** Writes the statements; gives the result, a number. Scalars are parameters from number `scalars` on. */
  run(operands: readonly string[], scalars: number): string {
    this.operands = operands;
    this.scalars = scalars;
    for (const expr of this.program.locals) this.locals.push(this.number(expr));
    return this.number(this.program.result);
  }

  private number(expr: Expr): string {
    const text = this.write(expr);
    return this.named(this.kind(expr) === BOOL ? `(${text} ? 1 : 0)` : text);
  }

  private truth(expr: Expr): string {
    const text = this.write(expr);
    return this.kind(expr) === BOOL ? text : `(${text} != 0)`;
  }

  /** Locals and choices are numbers, whatever they hold. */
  private kind(expr: Expr): Kind {
    return expr.kind === "local" || expr.kind === "select" ? REAL : kindOf(expr, this.program, float32);
  }

  private write(expr: Expr): string {
    switch (expr.kind) {
      case "literal":
        return expr.value < 0 ? `(${expr.value})` : String(expr.value);
      case "operand":
        return this.operands[expr.index]!;
      case "scalar":
        return `p[${this.scalars + expr.index}]`;
      case "local":
        return this.locals[expr.index]!;
      case "select":
        return `(${this.truth(expr.condition)} ? ${this.number(expr.consequent)} : ${this.number(expr.alternate)})`;
      case "call": {
        const truths = argumentsOf(expr, this.program) === BOOL;
        const args = expr.args.map((arg) => (truths ? this.truth(arg) : this.number(arg)));
        const text = ruleOf(expr, this.program)!(args);
        for (const [name] of text.matchAll(/\btt_\w+/g)) this.functions.add(name);
        return text;
      }
    }
  }

  private named(text: string): string {
    if (/^(?:\w+|\d+(?:\.\d+)?)$/.test(text)) return text;
    const name = `t${this.names++}`;
    this.lines.push(`const ${name} = ${text};`);
    return name;
  }
}
