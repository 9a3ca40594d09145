import { RuntimeError } from "@tt/core";

export type Token =
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "sign"; readonly text: string }
  | { readonly kind: "line" | "indent" | "dedent" | "end" };

const NAME = /[A-Za-z_][A-Za-z_0-9]*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const SIGN = /->|[-()[\]{}:,.=+*]/y;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

function unescape(text: string): string {
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/gs, (_, escape: string) => {
    if (/^x./.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8));
    return ESCAPES[escape] ?? escape;
  });
}

/** Tokens of a file of TorchScript, with indentation as Python has it. @throws RuntimeError */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const indents = [0];
  let depth = 0;
  for (const [number, line] of source.split("\n").entries()) {
    const text = line.trimEnd();
    let at = text.length - text.trimStart().length;
    if (at === text.length || text[at] === "#") continue;
    if (depth === 0) {
      if (at > indents.at(-1)!) {
        indents.push(at);
        tokens.push({ kind: "indent" });
      }
      while (at < indents.at(-1)!) {
        indents.pop();
        tokens.push({ kind: "dedent" });
      }
    }
    const match = (pattern: RegExp): string | null => {
      pattern.lastIndex = at;
      const found = pattern.exec(text)?.[0] ?? null;
      if (found !== null) at += found.length;
      return found;
    };
    while (at < text.length) {
      if (text[at] === " ") {
        at++;
        continue;
      }
      if (text[at] === "#") break;
      const name = match(NAME);
      const found = name ?? match(NUMBER) ?? match(STRING) ?? match(SIGN);
      if (found === null)
        throw new RuntimeError(
          `TorchScript: unexpected ${JSON.stringify(text[at])} in line ${number + 1}: ${text.trim()}`,
        );
      if (name !== null) tokens.push({ kind: "name", text: name });
      else if (/^["']/.test(found)) tokens.push({ kind: "string", value: unescape(found) });
      else if (/^\.?\d/.test(found)) tokens.push({ kind: "number", value: Number(found) });
      else {
        if ("([{".includes(found)) depth++;
        if (")]}".includes(found)) depth--;
        tokens.push({ kind: "sign", text: found });
      }
    }
    if (depth === 0) tokens.push({ kind: "line" });
  }
  for (; indents.length > 1; indents.pop()) tokens.push({ kind: "dedent" });
  tokens.push({ kind: "end" });
  return tokens;
}
