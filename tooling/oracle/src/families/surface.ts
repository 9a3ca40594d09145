import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../data.ts";
import { CaseRecorder, type CaseResult, skipped } from "../report.ts";
import { missingKeywords } from "../signature.ts";
import { OPERATORS } from "../spelling.ts";
import { property, type TT, type Value } from "../tt.ts";
import type { FamilyRunner } from "./family.ts";

interface Entry {
  readonly name: string;
  readonly kind: "function" | "class" | "property" | "constant" | "enum" | "dtype" | "module";
  readonly signature?: string;
  readonly methods?: readonly string[];
  readonly value?: string;
}

type Spaces = Readonly<Record<string, readonly Entry[]>>;

let spacesOf: { readonly path: string; readonly spaces: Spaces } | null = null;

function read(folder: string): Spaces {
  const path = join(folder, "surface.json");
  if (!existsSync(path)) return {};
  if (spacesOf?.path !== path) spacesOf = { path, spaces: (readJson(path) as unknown as { spaces: Spaces }).spaces };
  return spacesOf.spaces;
}

/** Public names and the keywords they accept (README.md, "H. surface.json"). */
export const surface: FamilyRunner = {
  family: "surface",
  units: (folder) => Object.keys(read(folder)),
  async run(tt, folder, unit, filter) {
    const space = tt.find(unit);
    // Some of a tensor's properties are fields of its own.
    const scope = unit === "torch.Tensor" && space !== undefined ? tt.call("torch.empty", [0]) : space;
    const entries = read(folder)[unit]!.filter(({ name }) => filter.case(unit, name));
    return entries.map((entry) => check(tt, unit, scope, entry));
  },
};

/** Python's protocols of the interpreter, copying and other libraries. */
const PYTHON_ONLY = new Set(
  [
    "array_wrap",
    "contains",
    "deepcopy",
    "delitem",
    "dlpack",
    "dlpack_device",
    "setstate",
    "torch_dispatch",
    "torch_function",
  ].map((name) => `__${name}__`),
);

/** What PyTorch's modules have from their own imports, and texts of their documentation. */
const IMPORTED = new Set(
  (
    "BroadcastingList1 BroadcastingList2 BroadcastingList3 DType Tensor assert_int_or_pair boolean_dispatch " +
    "handle_torch_function has_torch_function has_torch_function_unary has_torch_function_variadic " +
    "common_notes reproducibility_notes sparse_support_notes tf32_notes"
  ).split(" "),
);

const LENDERS = new Set(["torch.nn.functional", "torch.linalg", "torch.fft"]);

/** How Python's special methods of Tensor are spelled in TypeScript. */
const SPECIAL: Readonly<Record<string, string | symbol>> = {
  __abs__: "abs",
  __array__: "numpy",
  __bool__: "item",
  __complex__: "item",
  __float__: "item",
  __getitem__: "at",
  __index__: "item",
  __int__: "item",
  __invert__: "bitwise_not",
  __iter__: Symbol.iterator,
  __len__: "size",
  __long__: "item",
  __neg__: "neg",
  __nonzero__: "item",
  __pos__: "positive",
  __reversed__: "flip",
  __setitem__: "setitem",
};

function spelling(name: string): string | symbol {
  const special = SPECIAL[name];
  if (special !== undefined) return special;
  const operator = /^__([ri]?)(\w+)__$/.exec(name);
  if (operator === null) return name;
  const plain = OPERATORS[`${operator[1]}${operator[2]}`];
  if (plain !== undefined) return plain;
  const base = OPERATORS[operator[2]!];
  if (base === undefined) return name;
  return operator[1] === "i" ? `${base}_` : base;
}

function check(tt: TT, unit: string, scope: Value, entry: Entry): CaseResult {
  const { name, kind, signature, methods = [] } = entry;
  if (unit === "torch.Tensor" && PYTHON_ONLY.has(name)) {
    return skipped(
      "surface",
      unit,
      name,
      "a protocol of Python's interpreter or libraries, with no counterpart in JavaScript",
    );
  }
  if (LENDERS.has(unit) && IMPORTED.has(name)) {
    return skipped("surface", unit, name, "something that PyTorch's module imports or says, not of its interface");
  }
  const recorder = new CaseRecorder();
  const key = unit === "torch.Tensor" ? spelling(name) : name;
  const present = scope !== null && scope !== undefined && key in Object(scope);
  recorder.note("name", present ? null : `missing: ${unit}.${String(key)}`);
  if (present && kind !== "property") {
    const found = (scope as Record<string | symbol, Value>)[key];
    // A method shares its schema with the function of its name.
    const described = property(found, "schema") === undefined ? twin(tt, unit, name) : found;
    content(recorder, found, described, entry);
  }
  if (!present && signature !== undefined) recorder.note("keywords", `missing: ${unit}.${String(key)}`);
  if (!present && methods.length > 0) recorder.note("methods", `missing: ${unit}.${String(key)}`);
  return recorder.result("surface", unit, name);
}

function twin(tt: TT, unit: string, name: string): Value {
  return unit === "torch.Tensor" ? tt.find(`torch.${name.replace(/_$/, "")}`) : undefined;
}

function content(
  recorder: CaseRecorder,
  found: Value,
  described: Value,
  { name, kind, signature, methods = [], value }: Entry,
): void {
  if ((kind === "function" || kind === "class") && typeof found !== "function") {
    recorder.note("name", `${name} is not a ${kind}`);
    return;
  }
  if (kind === "constant" && typeof found === "number")
    recorder.note("name", Object.is(found, constant(value)) ? null : `${found} instead of ${value}`);
  if (signature !== undefined && !name.startsWith("__")) {
    const missing = missingKeywords(described, signature);
    if (missing !== null)
      recorder.note("keywords", missing.length === 0 ? null : `does not accept ${missing.join(", ")}`);
  }
  if (methods.length > 0) {
    const prototype = property(found, "prototype") as object | undefined;
    // What is static in Python is static here.
    const has = (method: string): boolean => method in prototype! || method in (found as object);
    const missing = methods.filter((method) => prototype === undefined || !has(method));
    recorder.note("methods", missing.length === 0 ? null : `has no ${missing.join(", ")}`);
  }
}

function constant(text: string | undefined): number {
  if (text === "inf") return Number.POSITIVE_INFINITY;
  return text === "nan" ? Number.NaN : Number(text);
}
