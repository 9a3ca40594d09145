import { type Expr, Program } from "./ast.ts";
import { BUILTINS, type BuiltinName, builtin } from "./builtins.ts";

const TOKEN = /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(<=|>=|==|!=|&&|\|\||[-+*/<>!?:(),;=]))/y;
const OPERANDS = "abcde";
const CONSTANTS: Readonly<Record<string, number>> = {
  pi: Math.PI,
  inf: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
  true: 1,
  false: 0,
};

/** Binary operators: binding strength and the builtin they stand for. */
const BINARY: Readonly<Record<string, readonly [number, BuiltinName]>> = {
  "||": [1, "logical_or"],
  "&&": [2, "logical_and"],
  "==": [3, "eq"],
  "!=": [3, "ne"],
  "<": [4, "lt"],
  "<=": [4, "le"],
  ">": [4, "gt"],
  ">=": [4, "ge"],
  "+": [5, "add"],
  "-": [5, "sub"],
  "*": [6, "mul"],
  "/": [6, "div"],
};

const programs = new Map<string, Program>();

/**
 * Parses a pointwise program such as `"x = a * scale; x > 0 ? x : expm1(x)"`. Texts are parsed once.
 *
 * The names a to e are tensor operands; names that are neither operand, statement, constant nor
 * function are scalar arguments.
 * @throws SyntaxError when the text is malformed or calls an unknown function
 */
export function parseExpr(text: string): Program {
  let program = programs.get(text);
  if (program === undefined) {
    program = new Parser(text).program();
    programs.set(text, program);
  }
  return program;
}

class Parser {
  private readonly text: string;
  private readonly tokens: string[];
  private at = 0;
  private operands = 0;
  private readonly scalars: string[] = [];
  private readonly names = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
    this.tokens = tokenize(text);
  }

  program(): Program {
    const locals: Expr[] = [];
    while (this.tokens[this.at + 1] === "=") {
      const name = this.tokens[this.at]!;
      if (!isName(name)) this.fail(`cannot assign to '${name}'`);
      if (name in CONSTANTS || isOperand(name) || this.names.has(name)) this.fail(`'${name}' is taken`);
      this.at += 2;
      locals.push(this.ternary());
      this.names.set(name, locals.length - 1);
      this.expect(";");
    }
    const result = this.ternary();
    if (this.at < this.tokens.length) this.fail(`unexpected '${this.tokens[this.at]}'`);
    return new Program(this.text, this.operands, this.scalars, locals, result);
  }

  private ternary(): Expr {
    const condition = this.binary(1);
    if (this.tokens[this.at] !== "?") return condition;
    this.at++;
    const consequent = this.ternary();
    this.expect(":");
    return { kind: "select", condition, consequent, alternate: this.ternary() };
  }

  private binary(strength: number): Expr {
    let left = this.unary();
    for (;;) {
      const operator = BINARY[this.tokens[this.at] ?? ""];
      if (operator === undefined || operator[0] < strength) return left;
      this.at++;
      left = { kind: "call", fn: operator[1], args: [left, this.binary(operator[0] + 1)] };
    }
  }

  private unary(): Expr {
    const token = this.tokens[this.at];
    if (token === "!") {
      this.at++;
      return { kind: "call", fn: "logical_not", args: [this.unary()] };
    }
    if (token === "-") {
      this.at++;
      const arg = this.unary();
      return arg.kind === "literal" ? { kind: "literal", value: -arg.value } : { kind: "call", fn: "neg", args: [arg] };
    }
    return this.primary();
  }

  private primary(): Expr {
    const token = this.tokens[this.at++];
    if (token === undefined) this.fail("unexpected end");
    if (token === "(") {
      const inner = this.ternary();
      this.expect(")");
      return inner;
    }
    if (/^[\d.]/.test(token)) return { kind: "literal", value: Number(token) };
    if (!isName(token)) this.fail(`unexpected '${token}'`);
    return this.tokens[this.at] === "(" ? this.call(token) : this.name(token);
  }

  private call(name: string): Expr {
    if (!Object.hasOwn(BUILTINS, name)) this.fail(`unknown function '${name}'`);
    const fn = name as BuiltinName;
    const args: Expr[] = [];
    this.at++;
    if (this.tokens[this.at] !== ")") {
      do args.push(this.ternary());
      while (this.tokens[this.at] === "," && this.at++);
    }
    this.expect(")");
    const { arity } = builtin(fn);
    if (args.length !== arity) this.fail(`${name} takes ${arity} arguments, got ${args.length}`);
    return { kind: "call", fn, args };
  }

  private name(name: string): Expr {
    const local = this.names.get(name);
    if (local !== undefined) return { kind: "local", index: local };
    if (Object.hasOwn(CONSTANTS, name)) return { kind: "literal", value: CONSTANTS[name]! };
    if (isOperand(name)) {
      const index = OPERANDS.indexOf(name);
      this.operands = Math.max(this.operands, index + 1);
      return { kind: "operand", index };
    }
    let index = this.scalars.indexOf(name);
    if (index < 0) index = this.scalars.push(name) - 1;
    return { kind: "scalar", index };
  }

  private expect(token: string): void {
    if (this.tokens[this.at] !== token) this.fail(`expected '${token}', got '${this.tokens[this.at] ?? "end"}'`);
    this.at++;
  }

  private fail(message: string): never {
    throw new SyntaxError(`${message} in expression "${this.text}"`);
  }
}

function isName(token: string): boolean {
  return /^[A-Za-z_]/.test(token);
}

function isOperand(name: string): boolean {
  return name.length === 1 && OPERANDS.includes(name);
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const source = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null) throw new SyntaxError(`unexpected character at ${start} in expression "${text}"`);
    tokens.push((match[1] ?? match[2] ?? match[3])!);
  }
  return tokens;
}
