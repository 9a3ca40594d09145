/** Reading signatures: Python's, from docstrings, and tt's schemas. */

import { property, type Value } from "./tt.ts";

/** Splits at commas outside brackets and quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const ch = text[i]!;
    if (quote !== "") {
      if (ch === quote) quote = "";
    } else if (ch === "'" || ch === '"') quote = ch;
    else if ("([{".includes(ch)) depth++;
    else if (")]}".includes(ch)) depth--;
    else if (ch === "," && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim()).filter((part) => part !== "");
}

function insideOf(signature: string): string {
  const open = signature.indexOf("(");
  let depth = 0;
  for (let i = open; i < signature.length; i++) {
    if (signature[i] === "(") depth++;
    else if (signature[i] === ")" && --depth === 0) return signature.slice(open + 1, i);
  }
  return signature.slice(open + 1);
}

/** Names that a Python signature lets be passed by keyword: no `*args`, `self` or private ones. */
export function pythonKeywords(signature: string): string[] {
  return (
    splitTop(insideOf(signature))
      .map((part) => /^(\w+)\s*(?=[=:]|$)/.exec(part)?.[1] ?? "")
      // `adjoint(Tensor) -> Tensor` has a type where its name should be.
      .filter((name) => /^[A-Za-z]/.test(name) && name !== "self" && name !== "Tensor")
  );
}

/** Parameter names of a schema such as `sum(Tensor input, int[1]? dim, *, ScalarType? dtype=None) -> Tensor`. */
export function schemaKeywords(schema: string): string[] {
  return splitTop(insideOf(schema))
    .map((part) => /(\w+)\s*(?:=.*)?$/.exec(part)?.[1] ?? "")
    .filter((name) => name !== "");
}

/**
 * Keywords of PyTorch's signature that no overload of `callable` has; null for callables without schemas.
 * Schema texts leave `out` to the calling convention, so it is not looked for.
 */
export function missingKeywords(callable: Value, signature: string): string[] | null {
  const schemas = property(callable, "schema");
  if (!Array.isArray(schemas)) return null;
  const accepted = new Set((schemas as string[]).flatMap(schemaKeywords));
  return pythonKeywords(signature).filter((name) => name !== "out" && !accepted.has(name));
}
