/** What TorchScript's printed code is made of. */

export type Expression =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "literal"; readonly value: number | string | boolean | null }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly kind: "index"; readonly of: Expression; readonly at: Expression }
  | { readonly kind: "list" | "tuple"; readonly items: readonly Expression[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: "negate"; readonly of: Expression }
  | {
      readonly kind: "call";
      readonly callee: Expression;
      readonly args: readonly Expression[];
      readonly named: readonly (readonly [string, Expression])[];
    };

export type Statement =
  | {
      readonly kind: "assign";
      readonly targets: readonly Expression[];
      readonly values: readonly Expression[];
      readonly spread: boolean;
    }
  | { readonly kind: "expression"; readonly value: Expression }
  | { readonly kind: "if"; readonly test: Expression; readonly body: Block; readonly otherwise: Block }
  | { readonly kind: "while"; readonly test: Expression; readonly body: Block }
  | { readonly kind: "for"; readonly variable: string; readonly over: Expression; readonly body: Block }
  | { readonly kind: "return"; readonly value: Expression | null }
  | { readonly kind: "pass" };

export type Block = readonly Statement[];

export interface FunctionDef {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly byDefault: Expression | null }[];
  readonly body: Block;
}

export interface ClassDef {
  readonly name: string;
  readonly base: string;
  readonly methods: ReadonlyMap<string, FunctionDef>;
  /** Attributes in order, with the values of those that are final. */
  readonly fields: ReadonlyMap<string, Expression | null>;
  readonly parameters: ReadonlySet<string>;
  readonly buffers: ReadonlySet<string>;
}

export interface SourceFile {
  readonly classes: ReadonlyMap<string, ClassDef>;
  readonly functions: ReadonlyMap<string, FunctionDef>;
}
