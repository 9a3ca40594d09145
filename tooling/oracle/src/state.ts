/** Comparing state dicts and loaded files: nested dicts, lists, numbers and tensors. */

import { isObject, isTensorRecord, type Json, type JsonObject, toNumber, text } from "./elements.ts";
import { tensorDifference } from "./results.ts";
import { entriesOf, property, type TT, type Value } from "./tt.ts";

/** Keyword switches of PyTorch's implementations that say nothing of the algorithm. */
const IMPLEMENTATION = new Set(["foreach", "fused", "capturable", "differentiable"]);

/** How a nested value differs from its record, or null; numbers within 1e-7 of their size. */
export async function stateDifference(tt: TT, got: Value, record: Json, path = ""): Promise<string | null> {
  const at = (problem: string | null): string | null =>
    problem === null || path === "" ? problem : `${path}: ${problem}`;
  if (isTensorRecord(record)) {
    if (tt.isTensor(got)) {
      if (got.requires_grad !== (record.requires_grad ?? false))
        return at(`requires_grad is ${String(got.requires_grad)}`);
      return at(await tensorDifference(tt, got, record));
    }
    return at(`${describe(got)} instead of a tensor`);
  }
  if (Array.isArray(record)) return sequence(tt, got, record as readonly Json[], path);
  if (!isObject(record)) return at(typeof record === "number" ? numberDifference(got, record) : plain(got, record));
  for (const [kind, compare] of Object.entries(KINDS)) {
    if (kind in record) return compare(tt, got, record, path);
  }
  return at(`cannot compare ${JSON.stringify(record)}`);
}

type Compare = (tt: TT, got: Value, record: JsonObject, path: string) => Promise<string | null> | string | null;

const KINDS: Readonly<Record<string, Compare>> = {
  f: (_, got, record, path) => prefixed(path, numberDifference(got, toNumber(record["f"]))),
  i: (_, got, record, path) =>
    prefixed(path, got === BigInt(record["i"] as string) ? null : `${describe(got)} instead of ${text(record["i"])}`),
  c: (tt, got, record, path) => {
    const [re, im] = (record["c"] as readonly Json[]).map(toNumber);
    const fine =
      got instanceof (tt.resolve("torch.Complex") as new () => object) &&
      property(got, "re") === re &&
      property(got, "im") === im;
    return prefixed(path, fine ? null : `${describe(got)} instead of ${re} + ${im}j`);
  },
  dtype: (tt, got, record, path) =>
    prefixed(path, got === tt.dtype(record["dtype"] as string) ? null : `${describe(got)} instead of a dtype`),
  device: (_, got, record, path) =>
    prefixed(path, String(got) === record["device"] ? null : `${describe(got)} instead of a device`),
  size: (tt, got, record, path) => sequence(tt, got, record["size"] as readonly Json[], path),
  tuple: (tt, got, record, path) => sequence(tt, got, record["tuple"] as readonly Json[], path),
  bytes: (_, got, record, path) => {
    const want = record["bytes"] as readonly number[];
    const fine = got instanceof Uint8Array && got.length === want.length && want.every((byte, i) => got[i] === byte);
    return prefixed(path, fine ? null : `${describe(got)} instead of bytes`);
  },
  set: (tt, got, record, path) => {
    if (!(got instanceof Set)) return prefixed(path, `${describe(got)} instead of a set`);
    return sequence(
      tt,
      [...(got as Set<Value>)].sort((a, b) => Number(a) - Number(b)),
      record["set"] as readonly Json[],
      path,
    );
  },
  dict: dictionary,
};

function prefixed(path: string, problem: string | null): string | null {
  return problem === null || path === "" ? problem : `${path}: ${problem}`;
}

async function sequence(tt: TT, got: Value, record: readonly Json[], path: string): Promise<string | null> {
  if (!Array.isArray(got) || got.length !== record.length)
    return prefixed(path, `${describe(got)} instead of ${record.length} items`);
  for (const [i, item] of record.entries()) {
    const problem = await stateDifference(tt, got[i], item, path === "" ? String(i) : `${path}.${i}`);
    if (problem !== null) return problem;
  }
  return null;
}

async function dictionary(tt: TT, got: Value, { dict, ordered }: JsonObject, path: string): Promise<string | null> {
  const record = dict as readonly (readonly [Json, Json])[];
  if (typeof got !== "object" || got === null || Array.isArray(got))
    return prefixed(path, `${describe(got)} instead of a dict`);
  const relevant = (key: Value): boolean => !IMPLEMENTATION.has(String(key));
  const entries = new Map(
    entriesOf(got)
      .filter(([key]) => relevant(key))
      .map(([key, value]) => [String(key), value]),
  );
  const wanted = new Map(record.filter(([key]) => relevant(key)).map(([key, value]) => [text(key), value]));
  // JavaScript objects move keys that look like integers to the front: their place says nothing.
  const names = (keys: Iterable<string>): string => {
    const all = [...keys];
    return ordered === true ? all.filter((key) => !/^\d+$/.test(key)).join(", ") : all.sort().join(", ");
  };
  const found = names(entries.keys());
  if (entries.size !== wanted.size || found !== names(wanted.keys())) {
    return prefixed(path, `keys [${found}] instead of [${names(wanted.keys())}]`);
  }
  for (const [key, value] of wanted) {
    const problem = await stateDifference(tt, entries.get(key), value, path === "" ? key : `${path}.${key}`);
    if (problem !== null) return problem;
  }
  return null;
}

function numberDifference(got: Value, want: number): string | null {
  const found = typeof got === "bigint" ? Number(got) : got;
  const fine =
    typeof found === "number" &&
    (Object.is(found, want) || Math.abs(found - want) <= 1e-7 * Math.max(Math.abs(want), 1e-3));
  return fine ? null : `${describe(got)} instead of ${want}`;
}

function plain(got: Value, want: Json): string | null {
  return got === want || (want === null && got === undefined)
    ? null
    : `${describe(got)} instead of ${JSON.stringify(want)}`;
}

function describe(value: Value): string {
  if (Array.isArray(value)) return `${value.length} items`;
  return typeof value === "object" && value !== null
    ? String(property(property(value, "constructor"), "name"))
    : String(value);
}
