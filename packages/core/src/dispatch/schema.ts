import { DTYPES, type DType } from "../dtype/index.ts";

/**
 * PyTorch-style schemas, the one place an op's arguments are described:
 * `sum.dim_IntList(Tensor input, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor`.
 *
 * Beyond PyTorch's notation: `Tensor|Scalar` for either, `int... size` for sizes that may be given
 * as separate arguments.
 */
export type BaseType =
  | "Tensor"
  | "Scalar"
  | "Tensor|Scalar"
  | "int"
  | "float"
  | "bool"
  | "str"
  | "ScalarType"
  | "Device"
  | "Generator"
  | "MemoryFormat"
  | "Layout"
  | "Any"
  | "Function";

export interface Param {
  readonly name: string;
  /** Other names that a keyword argument may have. */
  readonly synonyms: readonly string[];
  readonly type: BaseType;
  readonly list: boolean;
  /** `int[2]`: a single number stands for that many. */
  readonly size: number;
  readonly variadic: boolean;
  readonly nullable: boolean;
  /** Elements of the list may be null (`Tensor?[]`). */
  readonly nullableElements: boolean;
  readonly kwonly: boolean;
  readonly hasDefault: boolean;
  readonly default: unknown;
}

export interface Schema {
  readonly text: string;
  /** Public name, such as `sum`. */
  readonly name: string;
  /** Name with overload, such as `sum.dim_IntList`. */
  readonly fullName: string;
  readonly params: readonly Param[];
  readonly positional: number;
  readonly returns: readonly { readonly name: string; readonly type: string }[];
}

const PARAM =
  /^(?<type>[A-Za-z|]+)(?<inner>\?)?(?:\[(?<size>\d*)\])?(?<outer>\?)?(?<variadic>\.\.\.)?\s+(?<name>\w+)(?:\s*=\s*(?<default>.+))?$/;

/** Splits at commas that are outside brackets and quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const ch = text[i]!;
    if (ch === "[" || ch === "(") depth++;
    else if (ch === "]" || ch === ")") depth--;
    else if (ch === "," && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last !== "") parts.push(last);
  return parts;
}

function parseDefault(text: string): unknown {
  if (text === "None") return null;
  if (text === "True") return true;
  if (text === "False") return false;
  if (text === "inf") return Number.POSITIVE_INFINITY;
  if (text === "-inf") return Number.NEGATIVE_INFINITY;
  if (/^["'].*["']$/.test(text)) return text.slice(1, -1);
  if (text.startsWith("[")) return splitTop(text.slice(1, -1)).map(parseDefault);
  const dtype = DTYPES.find((d: DType) => d.name === text);
  if (dtype) return dtype;
  const number = Number(text);
  if (Number.isNaN(number)) throw new Error(`schema: cannot read default ${text}`);
  return number;
}

function parseParam(text: string, kwonly: boolean, synonyms: Synonyms): Param {
  const match = PARAM.exec(text);
  if (!match) throw new Error(`schema: cannot read parameter "${text}"`);
  const g = match.groups as Record<string, string | undefined>;
  const list = g["size"] !== undefined || g["variadic"] !== undefined;
  const size = g["size"] ? Number(g["size"]) : 0;
  const hasDefault = g["default"] !== undefined;
  let value = hasDefault ? parseDefault(g["default"]!) : undefined;
  if (list && size > 0 && value !== null && hasDefault && !Array.isArray(value)) {
    value = Array.from({ length: size }, () => value);
  }
  const name = g["name"]!;
  return {
    name,
    synonyms: Object.keys(synonyms).filter((other) => synonyms[other] === name),
    type: g["type"] as BaseType,
    list,
    size,
    variadic: g["variadic"] !== undefined,
    nullable: list ? g["outer"] !== undefined : g["inner"] !== undefined,
    nullableElements: list && g["inner"] !== undefined,
    kwonly,
    hasDefault,
    default: value,
  };
}

/** What a keyword argument may be called besides its parameter's name: other name to parameter. */
export type Synonyms = Readonly<Record<string, string>>;

/** NumPy's names, which PyTorch's functions take too. */
export const NUMPY_NAMES: Synonyms = {
  axis: "dim",
  keepdims: "keepdim",
  x: "input",
  a: "input",
  x1: "input",
  x2: "other",
};

/** Reads a schema text. */
export function parseSchema(text: string, synonyms: Synonyms = {}): Schema {
  const match = /^([\w.]+)\((.*)\)\s*->\s*(.+)$/s.exec(text.trim());
  if (!match) throw new Error(`schema: cannot read "${text}"`);
  const [, fullName, inside, out] = match as unknown as [string, string, string, string];
  let kwonly = false;
  const params: Param[] = [];
  for (const part of splitTop(inside)) {
    if (part === "*") kwonly = true;
    else params.push(parseParam(part, kwonly, synonyms));
  }
  const returns = splitTop(out.startsWith("(") ? out.slice(1, -1) : out).map((part, i) => {
    const [type, name] = part.split(/\s+/) as [string, string | undefined];
    return { type, name: name ?? (i === 0 ? "result" : `result${i}`) };
  });
  return {
    text,
    fullName,
    name: fullName.split(".")[0]!,
    params,
    positional: params.filter((p) => !p.kwonly).length,
    returns,
  };
}
