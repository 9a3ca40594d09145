import type { BuiltinName } from "./builtins.ts";

/**
 * A scalar expression: the body of a pointwise kernel, of which every backend makes its own loop.
 * Operators are calls too (`a + b` is `add`), so a backend needs one table of builtins and five forms.
 */
export type Expr =
  | { readonly kind: "literal"; readonly value: number }
  /** Element of tensor operand `index` (a, b, c, d, e in the text). */
  | { readonly kind: "operand"; readonly index: number }
  /** Scalar argument: `Program.scalars[index]`. */
  | { readonly kind: "scalar"; readonly index: number }
  /** Value of statement `index`: `Program.locals[index]`. */
  | { readonly kind: "local"; readonly index: number }
  | { readonly kind: "call"; readonly fn: BuiltinName; readonly args: readonly Expr[] }
  /** `condition ? consequent : alternate`; only the chosen branch needs to be computed. */
  | { readonly kind: "select"; readonly condition: Expr; readonly consequent: Expr; readonly alternate: Expr };

/** A parsed expression text: statements that name intermediate values, then the result. */
export class Program {
  readonly text: string;
  /** Number of tensor operands: one more than the last operand letter used. */
  readonly operands: number;
  /** Names of scalar arguments, in order of first use. */
  readonly scalars: readonly string[];
  /** Values of the statements `name = expr;`, in order; each may use the earlier ones. */
  readonly locals: readonly Expr[];
  readonly result: Expr;
  /**
   * Compiled kernels of the host backend, hung here so that finding them costs no hashing. Shape
   * and content are private to `cpu/map`.
   */
  host: unknown = null;

  constructor(text: string, operands: number, scalars: readonly string[], locals: readonly Expr[], result: Expr) {
    this.text = text;
    this.operands = operands;
    this.scalars = scalars;
    this.locals = locals;
    this.result = result;
  }
}
