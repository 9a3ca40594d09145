/** The checked-in list of cases known to fail. It may only shrink. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { CaseResult } from "./report.ts";

/** family -> op -> either one reason for all its cases ("*") or case id -> reason. */
export type Baseline = Record<string, Record<string, Record<string, string>>>;

export interface Verdict {
  /** Cases that fail and are not listed. */
  readonly unlisted: readonly CaseResult[];
  /** Cases that are listed and pass. */
  readonly recovered: readonly CaseResult[];
}

export function readBaseline(path: string): Baseline {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Baseline) : {};
}

export function writeBaseline(path: string, baseline: Baseline): void {
  writeFileSync(path, `${JSON.stringify(baseline, null, 1)}\n`);
}

function isListed(baseline: Baseline, { family, op, id }: CaseResult): boolean {
  const cases = baseline[family]?.[op];
  return cases !== undefined && ("*" in cases || id in cases);
}

export function judge(baseline: Baseline, results: readonly CaseResult[]): Verdict {
  return {
    unlisted: results.filter((result) => result.status === "failed" && !isListed(baseline, result)),
    recovered: results.filter((result) => result.status === "passed" && isListed(baseline, result)),
  };
}

/**
 * The baseline after these results: families it does not have yet are recorded, others lose
 * the cases that pass and gain none.
 */
export function shrink(baseline: Baseline, results: readonly CaseResult[]): Baseline {
  const next: Baseline = structuredClone(baseline);
  const groups = new Map<string, CaseResult[]>();
  for (const result of results) {
    const key = `${result.family}/${result.op}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  for (const group of groups.values()) {
    const { family, op } = group[0]!;
    const fresh = !(family in baseline);
    const failing = group.filter((result) => result.status === "failed" && (fresh || isListed(baseline, result)));
    const ops = (next[family] ??= {});
    const { "*": _, ...kept } = ops[op] ?? {};
    for (const { id, status } of group) if (status !== "failed") delete kept[id];
    const cases = summary(failing, group.filter(({ status }) => status !== "skipped").length);
    const merged = "*" in cases ? cases : { ...kept, ...cases };
    if (Object.keys(merged).length > 0) ops[op] = merged;
    else delete ops[op];
  }
  return next;
}

function summary(failing: readonly CaseResult[], total: number): Record<string, string> {
  const reasons = new Set(failing.map(({ reason }) => reason));
  const [only] = reasons;
  if (failing.length === total && total > 1 && reasons.size === 1 && only!.startsWith("missing: "))
    return { "*": only! };
  return Object.fromEntries(failing.map(({ id, part, reason }) => [id, `${part}: ${reason!.slice(0, 120)}`]));
}
