/** The checked-in summary of a run, of which docs/compatibility.md is made: results/DEVICE.json. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { CaseResult } from "./report.ts";

/** Cases passed and tried. */
export type Share = readonly [passed: number, tried: number];

/** What the recorded cases of one op say. */
export interface OpSummary {
  /** Whole cases. */
  readonly cases: Share;
  /** Cases' gradients and second gradients. */
  readonly grad?: Share;
  readonly grad2?: Share;
  /** Element types of cases that pass. */
  readonly dtypes: readonly string[];
}

export interface Summary {
  readonly ops: Readonly<Record<string, OpSummary>>;
  /** Names of each public namespace that are there, and those that are not. */
  readonly surface: Readonly<
    Record<string, { readonly present: readonly string[]; readonly missing: readonly string[] }>
  >;
}

function share(results: readonly CaseResult[], part: string): Share | null {
  const tried = results.filter(({ parts }) => part in parts);
  return tried.length === 0 ? null : [tried.filter(({ parts }) => parts[part] === "passed").length, tried.length];
}

function opSummary(results: readonly CaseResult[]): OpSummary {
  const grad = share(results, "grad");
  const grad2 = share(results, "grad2");
  const passed = results.filter(({ status }) => status === "passed");
  return {
    cases: [passed.length, results.filter(({ status }) => status !== "skipped").length],
    ...(grad !== null && { grad }),
    ...(grad2 !== null && { grad2 }),
    dtypes: [...new Set(passed.map(({ id }) => id.slice(0, id.indexOf("-"))))].sort(),
  };
}

function sorted<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Namespaces of operations, which the summary is about. */
const UNITS = new Set(["torch", "torch.Tensor", "torch.nn.functional", "torch.linalg", "torch.fft", "torch.special"]);

/** Summary of the families ops and surface. */
export function summarize(results: readonly CaseResult[]): Summary {
  const groups = (family: string): Map<string, CaseResult[]> => {
    const found = new Map<string, CaseResult[]>();
    for (const result of results) {
      if (result.family !== family) continue;
      const list = found.get(result.op);
      if (list === undefined) found.set(result.op, [result]);
      else list.push(result);
    }
    return found;
  };
  const names = (list: readonly CaseResult[], there: boolean): string[] =>
    list
      .filter(({ status, parts }) => status !== "skipped" && (parts["name"] === "passed") === there)
      .map(({ id }) => id)
      .sort();
  return {
    ops: sorted([...groups("ops")].map(([op, list]) => [op, opSummary(list)])),
    surface: sorted(
      [...groups("surface")]
        .filter(([unit]) => UNITS.has(unit))
        .map(([unit, list]) => [unit, { present: names(list, true), missing: names(list, false) }]),
    ),
  };
}

/** JSON with one op or namespace a line, so that changes read well. */
function encode({ ops, surface }: Summary): string {
  const lines = (record: Readonly<Record<string, unknown>>): string =>
    Object.entries(record)
      .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(",\n");
  return `{\n "ops": {\n${lines(ops)}\n },\n "surface": {\n${lines(surface)}\n }\n}\n`;
}

/** Writes the summary to `path`, or says whether what is there equals it. */
export function settleSummary(path: string, summary: Summary, update: boolean): boolean {
  const text = encode(summary);
  if (update) writeFileSync(path, text);
  return update || (existsSync(path) && readFileSync(path, "utf8") === text);
}
