import { RuntimeError } from "@tt/core";
import type { Block, ClassDef, Expression, FunctionDef, SourceFile, Statement } from "./ast.ts";
import { tokenize, type Token } from "./tokens.ts";

/** Deeper nesting is no network's. */
const MAX_DEPTH = 200;

/**
 * A parser of the code in TorchScript archives: the subset of Python that PyTorch's printer writes.
 * @throws RuntimeError for anything else
 */
export function parse(source: string): SourceFile {
  return new Parser(tokenize(source)).file();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  file(): SourceFile {
    const classes = new Map<string, ClassDef>();
    const functions = new Map<string, FunctionDef>();
    while (this.#token.kind !== "end") {
      if (this.#takeName("class")) {
        const found = this.#class();
        classes.set(found.name, found);
      } else if (this.#takeName("def")) {
        const found = this.#function();
        functions.set(found.name, found);
      } else this.#fail("expected a class or a function");
    }
    return { classes, functions };
  }

  #class(): ClassDef {
    const name = this.#name();
    this.#sign("(");
    const base = this.#name();
    this.#sign(")");
    this.#sign(":");
    const methods = new Map<string, FunctionDef>();
    const fields = new Map<string, Expression | null>();
    const lists: Record<string, ReadonlySet<string>> = {};
    this.#indented(() => {
      if (this.#takeName("def")) {
        const method = this.#function();
        methods.set(method.name, method);
        return;
      }
      if (this.#takeName("pass")) {
        this.#line();
        return;
      }
      const field = this.#name();
      if (this.#take("[")) {
        // __annotations__["0"] = type
        const key = this.#expression();
        this.#sign("]");
        this.#sign("=");
        this.#expression();
        if (key.kind === "literal") fields.set(String(key.value), null);
      } else if (this.#take(":")) {
        this.#expression();
        fields.set(field, this.#take("=") ? this.#expression() : null);
      } else {
        this.#sign("=");
        const value = this.#expression();
        if (value.kind === "list")
          lists[field] = new Set(value.items.map((item) => String(item.kind === "literal" ? item.value : "")));
      }
      this.#line();
    });
    const none = new Set<string>();
    const { __parameters__: parameters = none, __buffers__: buffers = none } = lists;
    return { name, base, methods, fields, parameters, buffers };
  }

  #function(): FunctionDef {
    const name = this.#name();
    this.#sign("(");
    const params: { name: string; byDefault: Expression | null }[] = [];
    while (!this.#take(")")) {
      if (this.#take("*")) {
        this.#take(",");
        continue;
      }
      const param = this.#name();
      if (this.#take(":")) this.#expression();
      params.push({ name: param, byDefault: this.#take("=") ? this.#expression() : null });
      if (!this.#take(",")) {
        this.#sign(")");
        break;
      }
    }
    if (this.#take("->")) this.#expression();
    this.#sign(":");
    return { name, params, body: this.#block() };
  }

  #block(): Block {
    const body: Statement[] = [];
    this.#indented(() => body.push(this.#statement()));
    return body;
  }

  #indented(each: () => void): void {
    if (++this.#depth > MAX_DEPTH) this.#fail("too deeply nested");
    this.#line();
    this.#expect("indent");
    while (this.#token.kind !== "dedent") each();
    this.#at++;
    this.#depth--;
  }

  #statement(): Statement {
    if (this.#takeName("pass")) return this.#ended({ kind: "pass" });
    if (this.#takeName("return"))
      return this.#ended({ kind: "return", value: this.#token.kind === "line" ? null : this.#tuple() });
    if (this.#takeName("if")) {
      const test = this.#expression();
      this.#sign(":");
      const body = this.#block();
      let otherwise: Block = [];
      if (this.#takeName("else")) {
        this.#sign(":");
        otherwise = this.#block();
      }
      return { kind: "if", test, body, otherwise };
    }
    if (this.#takeName("while")) {
      const test = this.#expression();
      this.#sign(":");
      return { kind: "while", test, body: this.#block() };
    }
    if (this.#takeName("for")) {
      const variable = this.#name();
      if (!this.#takeName("in")) this.#fail("expected in");
      const over = this.#expression();
      this.#sign(":");
      return { kind: "for", variable, over, body: this.#block() };
    }
    const first = this.#list();
    if (this.#take(":")) {
      this.#expression();
      this.#sign("=");
      return this.#ended({ kind: "assign", targets: first.items, values: [this.#expression()], spread: false });
    }
    if (!this.#take("=")) return this.#ended({ kind: "expression", value: first.items[0]! });
    const values = this.#list();
    const spread = first.trailing || (first.items.length > 1 && values.items.length === 1);
    return this.#ended({ kind: "assign", targets: first.items, values: values.items, spread });
  }

  #ended(statement: Statement): Statement {
    this.#line();
    return statement;
  }

  /** Expressions between commas, and whether the last one is followed by one. */
  #list(): { items: Expression[]; trailing: boolean } {
    const items = [this.#expression()];
    while (this.#take(",")) {
      if (this.#ends) return { items, trailing: true };
      items.push(this.#expression());
    }
    return { items, trailing: false };
  }

  #tuple(): Expression {
    const { items, trailing } = this.#list();
    return items.length === 1 && !trailing ? items[0]! : { kind: "tuple", items };
  }

  get #ends(): boolean {
    const token = this.#token;
    return token.kind === "line" || (token.kind === "sign" && (token.text === "=" || token.text === ":"));
  }

  #expression(): Expression {
    if (++this.#depth > MAX_DEPTH) this.#fail("too deeply nested");
    let value = this.#take("-") ? ({ kind: "negate", of: this.#expression() } as const) : this.#atom();
    for (;;) {
      if (this.#take(".")) value = { kind: "attribute", of: value, name: this.#name() };
      else if (this.#take("[")) {
        const items = this.#items("]");
        value = { kind: "index", of: value, at: items.length === 1 ? items[0]! : { kind: "tuple", items } };
      } else if (this.#take("(")) value = this.#call(value);
      else break;
    }
    this.#depth--;
    return value;
  }

  #call(callee: Expression): Expression {
    const args: Expression[] = [];
    const named: (readonly [string, Expression])[] = [];
    while (!this.#take(")")) {
      const next = this.#tokens[this.#at + 1];
      if (this.#token.kind === "name" && next?.kind === "sign" && next.text === "=") {
        const name = this.#name();
        this.#at++;
        named.push([name, this.#expression()]);
      } else args.push(this.#expression());
      if (!this.#take(",")) {
        this.#sign(")");
        break;
      }
    }
    return { kind: "call", callee, args, named };
  }

  #items(close: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#take(close)) {
      items.push(this.#expression());
      if (!this.#take(",")) {
        this.#sign(close);
        break;
      }
    }
    return items;
  }

  #atom(): Expression {
    const token = this.#token;
    if (token.kind === "number" || token.kind === "string") {
      this.#at++;
      return { kind: "literal", value: token.value };
    }
    if (token.kind === "name") {
      this.#at++;
      if (token.text === "None") return { kind: "literal", value: null };
      if (token.text === "True" || token.text === "False") return { kind: "literal", value: token.text === "True" };
      return { kind: "name", name: token.text };
    }
    if (this.#take("[")) return { kind: "list", items: this.#items("]") };
    if (this.#take("{")) return this.#dict();
    this.#sign("(");
    const items: Expression[] = [];
    let trailing = false;
    while (!this.#take(")")) {
      items.push(this.#expression());
      trailing = this.#take(",");
      if (!trailing) {
        this.#sign(")");
        break;
      }
    }
    return items.length === 1 && !trailing ? items[0]! : { kind: "tuple", items };
  }

  #dict(): Expression {
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.#take("}")) {
      const key = this.#expression();
      this.#sign(":");
      entries.push([key, this.#expression()]);
      if (!this.#take(",")) {
        this.#sign("}");
        break;
      }
    }
    return { kind: "dict", entries };
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  #name(): string {
    const token = this.#token;
    if (token.kind !== "name") return this.#fail("expected a name");
    this.#at++;
    return token.text;
  }

  #takeName(text: string): boolean {
    const token = this.#token;
    if (token.kind !== "name" || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #take(text: string): boolean {
    const token = this.#token;
    if (token.kind !== "sign" || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #sign(text: string): void {
    if (!this.#take(text)) this.#fail(`expected ${text}`);
  }

  #line(): void {
    this.#expect("line");
  }

  #expect(kind: Token["kind"]): void {
    if (this.#token.kind !== kind) this.#fail(`expected the ${kind} of a block`);
    this.#at++;
  }

  #fail(what: string): never {
    const near = this.#tokens
      .slice(Math.max(0, this.#at - 6), this.#at + 3)
      .map((token) => ("text" in token ? token.text : "value" in token ? JSON.stringify(token.value) : ""))
      .join(" ");
    throw new RuntimeError(`TorchScript: ${what} near ${JSON.stringify(near)}`);
  }
}
