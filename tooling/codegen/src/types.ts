import type { Op, Param } from "@tt/core/dispatch";

const ELEMENT: Record<string, string> = {
  Tensor: "Tensor",
  Scalar: "Scalar",
  "Tensor|Scalar": "Tensor | Scalar",
  int: "number",
  float: "number",
  bool: "boolean",
  str: "string",
  ScalarType: "DType",
  Device: "DeviceLike",
  Generator: "Generator",
  MemoryFormat: "MemoryFormat",
  Layout: "string",
  Any: "unknown",
  Function: "(...args: Tensor[]) => Tensor",
};

/** The TypeScript type of an argument. */
export function paramType(param: Param): string {
  let type = ELEMENT[param.type]!;
  if (param.list) {
    const element = param.nullableElements ? `${type} | null` : type;
    const list = element.includes("|") || element.includes("=>") ? `readonly (${element})[]` : `readonly ${element}[]`;
    type = param.size > 0 ? `${type} | ${list}` : list;
  }
  return param.nullable ? `${type} | null` : type;
}

/** The TypeScript type of the results. */
export function returnType(op: Op): string {
  const { returns } = op.schema;
  const one = (type: string): string => {
    switch (type) {
      case "Tensor":
        return "Tensor";
      case "Tensor[]":
        return "Tensor[]";
      case "bool":
        return "boolean";
      case "Tensor?":
        return "Tensor | null";
      case "int":
      case "float":
        return "number";
      case "str":
        return "string";
      case "ScalarType":
        return "DType";
      case "int[]":
        return "number[]";
      case "Scalar":
        return "Scalar";
      case "void":
        return "void";
      default:
        throw new Error(`${op.schema.fullName}: no TypeScript type for result ${type}`);
    }
  };
  if (returns.length === 1) return one(returns[0]!.type);
  const tuple = `[${returns.map((r) => `${safe(r.name)}: ${one(r.type)}`).join(", ")}]`;
  const names = returns.map((r) => `readonly ${r.name}: ${one(r.type)}`).join("; ");
  return `${tuple} & { ${names} }`;
}

const RESERVED = new Set(["in", "default", "function", "class", "this", "new", "with", "var", "case"]);
const safe = (name: string): string => (RESERVED.has(name) ? `${name}_` : name);

interface Form {
  /** The parameters that are positional or keywords here (without self). */
  readonly params: readonly Param[];
  readonly out: string | null;
  readonly result: string;
}

/** NumPy's names of optional arguments, which PyTorch takes too and programs often use. */
const TYPED_SYNONYMS = new Set(["axis", "keepdims"]);

const byNumpysName = (p: Param): Param => (!p.hasDefault && p.synonyms.includes("axis") ? { ...p, name: "axis" } : p);

function optionsType(params: readonly Param[], out: string | null): { text: string; required: boolean } {
  const fields = params.flatMap((p) => {
    const field = `${p.hasDefault ? "?" : ""}: ${paramType(p)}`;
    const numpy = p.hasDefault ? p.synonyms.filter((name) => TYPED_SYNONYMS.has(name)) : [];
    return [p.name, ...numpy].map((name) => `${name}${field}`);
  });
  if (out !== null) fields.push(`out?: ${out}`);
  return { text: `{ ${fields.join("; ")} }`, required: params.some((p) => !p.hasDefault) };
}

/** Call signatures: every positional may also be given by name in a trailing options object. */
function signatures({ params, out, result }: Form): string[] {
  const positional = params.filter((p) => !p.kwonly);
  const keywords = params.filter((p) => p.kwonly);
  const variadicAt = positional.findIndex((p) => p.variadic);
  const found = new Set<string>();
  const emit = (list: string): void => void found.add(`(${list}): ${result}`);
  const list = (ps: readonly Param[], optional: boolean): string[] =>
    ps.map((p) => `${safe(p.name)}${optional && p.hasDefault ? "?" : ""}: ${paramType(p)}`);
  const tail = optionsType(keywords, out);
  const hasTail = keywords.length > 0 || out !== null;
  // A required parameter after an optional one cannot happen in a schema's positionals.
  const full = list(positional, true);
  if (!tail.required) emit([...full, ...(hasTail ? [`options?: ${tail.text}`] : [])].join(", "));
  for (let k = positional.length; k >= 0; k--) {
    const rest = [...positional.slice(k), ...keywords];
    if (rest.length === 0 && out === null) continue;
    const options = optionsType(rest, out);
    if (k === positional.length && !options.required) continue;
    const before = list(positional.slice(0, k), false);
    emit([...before, `options: ${options.text}`].join(", "));
    if (rest.some((p) => !p.hasDefault && p.synonyms.includes("axis"))) {
      emit([...before, `options: ${optionsType(rest.map(byNumpysName), out).text}`].join(", "));
    }
  }
  if (variadicAt >= 0) {
    const before = list(positional.slice(0, variadicAt), false);
    const p = positional[variadicAt]!;
    const element = ELEMENT[p.type]!;
    emit([...before, `...${safe(p.name)}: ${element}[]`].join(", "));
    if (hasTail) emit([...before, `...args: [...${safe(p.name)}: ${element}[], options: ${tail.text}]`].join(", "));
  }
  return [...found];
}

function takesOut(op: Op): string | null {
  const yes = op.record.out ?? (op.view === null && op.kernel?.mutates !== true);
  if (!yes) return null;
  if (op.schema.returns.some((r) => r.type !== "Tensor")) return null;
  return op.schema.returns.length === 1 ? "Tensor" : "readonly Tensor[]";
}

/** Call signatures of the function. */
export function functionSignatures(op: Op): string[] {
  const all = signatures({ params: op.schema.params, out: takesOut(op), result: returnType(op) });
  return [...all.filter(namesIndices).map(withIndices), ...all];
}

/** Pooling that gives the places of the maxima too, if asked by name. */
const namesIndices = (text: string): boolean => /\{[^}]*return_indices\?: boolean/.test(text);

const withIndices = (text: string): string =>
  text
    .replace("options?:", "options:")
    .replace(/return_indices\?: boolean/, "return_indices: true")
    .replace(/: Tensor$/, ": [output: Tensor, indices: Tensor]");

/** Call signatures of the method. */
export function methodSignatures(op: Op): string[] {
  const result = op.kernel?.mutates === true ? "this" : returnType(op);
  return signatures({ params: op.schema.params.slice(1), out: takesOut(op), result });
}

/** Call signatures of the function that writes into its first argument. */
export function inplaceFunctionSignatures(op: Op): string[] {
  return signatures({ params: op.schema.params, out: null, result: "Tensor" });
}

/** Call signatures of the in-place method. */
export function inplaceSignatures(op: Op): string[] {
  return signatures({ params: op.schema.params.slice(1), out: null, result: "this" });
}
