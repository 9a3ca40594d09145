import { describe, expect, it } from "vitest";
import type { Expr } from "./ast.ts";
import { parseExpr } from "./parse.ts";

/** An expression as nested calls, to show what was understood. */
function show(expr: Expr): string {
  switch (expr.kind) {
    case "literal":
      return String(expr.value);
    case "operand":
      return "abcde"[expr.index]!;
    case "scalar":
      return `s${expr.index}`;
    case "local":
      return `x${expr.index}`;
    case "select":
      return `if(${show(expr.condition)}, ${show(expr.consequent)}, ${show(expr.alternate)})`;
    case "call":
      return `${expr.fn}(${expr.args.map(show).join(", ")})`;
  }
}

const parsed = (text: string): string => show(parseExpr(text).result);

describe("parseExpr", () => {
  it("follows the precedence and associativity of JavaScript's operators", () => {
    expect(parsed("a - b - c * -d / 2")).toBe("sub(sub(a, b), div(mul(c, neg(d)), 2))");
    expect(parsed("a < b == c >= d && !a || b != 1")).toBe(
      "logical_or(logical_and(eq(lt(a, b), ge(c, d)), logical_not(a)), ne(b, 1))",
    );
    expect(parsed("a > 0 ? 1 : b ? 2 : (a + b) * 3")).toBe("if(gt(a, 0), 1, if(b, 2, mul(add(a, b), 3)))");
    expect(parsed("-a * b")).toBe("mul(neg(a), b)");
  });

  it("reads numbers and constants", () => {
    expect(parsed("1.5e-3 + .25 + 2.")).toBe("add(add(0.0015, 0.25), 2)");
    expect(parsed("a * pi + -inf + nan")).toBe(`add(add(mul(a, ${Math.PI}), -Infinity), NaN)`);
    expect(parsed("-1 + 1e308")).toBe("add(-1, 1e+308)");
  });

  it("collects operands and, in order of first use, scalars", () => {
    const program = parseExpr("alpha * c + beta - alpha");
    expect(program.operands).toBe(3);
    expect(program.scalars).toEqual(["alpha", "beta"]);
    expect(show(program.result)).toBe("sub(add(mul(s0, c), s1), s0)");
  });

  it("names intermediate values", () => {
    const program = parseExpr("x = a * a; y = x + b; y / x");
    expect(program.locals.map(show)).toEqual(["mul(a, a)", "add(x0, b)"]);
    expect(show(program.result)).toBe("div(x1, x0)");
  });

  it("parses a text once", () => {
    expect(parseExpr("a + 41")).toBe(parseExpr("a + 41"));
  });

  it.each([
    ["a +", "unexpected end"],
    ["a b", "unexpected 'b'"],
    ["(a", "expected ')', got 'end'"],
    ["foo(a)", "unknown function 'foo'"],
    ["exp(a, b)", "exp takes 1 arguments, got 2"],
    ["a = b; a", "'a' is taken"],
    ["x = b; x = a; x", "'x' is taken"],
    ["a # b", "unexpected character at 1"],
    ["toString(a)", "unknown function 'toString'"],
    ["a ? b", "expected ':', got 'end'"],
  ])("rejects %s", (text, message) => {
    expect(() => parseExpr(text)).toThrow(new SyntaxError(`${message} in expression "${text}"`));
  });
});
