/** Results of cases, their counts, and how they are printed and written. */

export type Status = "passed" | "failed" | "skipped";

export interface CaseResult {
  readonly family: Family;
  /** Op, module or file the case belongs to. */
  readonly op: string;
  readonly id: string;
  readonly status: Status;
  /** The first part that failed. */
  readonly part?: string;
  readonly reason?: string;
  /** Every part that was tried: forward, grad, grad2, view, inplace, method, alias, ... */
  readonly parts: Readonly<Record<string, "passed" | "failed">>;
}

export const FAMILIES = ["ops", "errors", "modules", "optim", "rng", "repr", "files", "vision", "surface"] as const;
export type Family = (typeof FAMILIES)[number];

/** How a backend says that its device cannot hold a dtype. */
const REFUSED = /(\w+) is not supported on device "(\w+)"/;

/** Collects what the parts of one case found; a case passes when all its parts do. */
export class CaseRecorder {
  private readonly parts: Record<string, "passed" | "failed"> = {};
  private failure: { readonly part: string; readonly reason: string } | null = null;

  /** Notes a part: `problem` null means it passed. Says whether it did. */
  note(part: string, problem: string | null): boolean {
    if (problem === null) {
      this.parts[part] ??= "passed";
      return true;
    }
    this.parts[part] = "failed";
    this.failure ??= { part, reason: problem };
    return false;
  }

  /** Runs a part; what it throws is its problem. */
  async run(part: string, body: () => Promise<string | null> | string | null): Promise<boolean> {
    try {
      return this.note(part, await body());
    } catch (error) {
      if (error instanceof Error && error.name === "Inexpressible") throw error;
      return this.note(part, messageOf(error));
    }
  }

  result(family: Family, op: string, id: string): CaseResult {
    const base = { family, op, id, parts: this.parts };
    const refused = REFUSED.exec(this.failure?.reason ?? "");
    if (refused !== null) return skipped(family, op, id, `device ${refused[2]} does not have ${refused[1]}`);
    return this.failure === null ? { ...base, status: "passed" } : { ...base, status: "failed", ...this.failure };
  }
}

export function skipped(family: Family, op: string, id: string, reason: string): CaseResult {
  return { family, op, id, status: "skipped", reason, parts: {} };
}

/** First line of what was thrown, with the class of unexpected errors. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const line = error.message.split("\n")[0] ?? "";
  return error.name === "Missing" ? line : `${error.name}: ${line}`;
}

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function count(results: readonly CaseResult[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

/** Passed and tried cases of each part. */
export function countParts(results: readonly CaseResult[]): Map<string, { passed: number; tried: number }> {
  const parts = new Map<string, { passed: number; tried: number }>();
  for (const result of results) {
    for (const [part, status] of Object.entries(result.parts)) {
      const entry = parts.get(part) ?? { passed: 0, tried: 0 };
      entry.tried++;
      if (status === "passed") entry.passed++;
      parts.set(part, entry);
    }
  }
  return parts;
}

/** One line: `ops      11000 passed, 600 failed, 40 skipped | forward 11100/11600 95.7 % ...`. */
export function familyLine(family: Family, results: readonly CaseResult[]): string {
  const { passed, failed, skipped: left } = count(results);
  const parts = [...countParts(results)].map(
    ([part, { passed: ok, tried }]) => `${part} ${ok}/${tried} ${percent(ok, tried)}`,
  );
  const line = `${family.padEnd(8)} ${passed} passed, ${failed} failed, ${left} skipped, ${percent(passed, passed + failed)}`;
  return parts.length < 2 ? line : `${line} | ${parts.join(", ")}`;
}

/** Passed names of each namespace: `torch 600/676, torch.Tensor 610/631, ...`. */
export function unitLine(results: readonly CaseResult[]): string {
  const units = new Map<string, CaseResult[]>();
  for (const result of results) units.set(result.op, [...(units.get(result.op) ?? []), result]);
  const texts = [...units].map(([unit, group]) => {
    const { passed, failed } = count(group);
    return `${unit} ${passed}/${passed + failed}`;
  });
  return `         ${texts.join(", ")}`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}

/** Skips by reason, most frequent first. */
export function skipLines(results: readonly CaseResult[]): string[] {
  const reasons = new Map<string, number>();
  for (const { status, reason } of results) {
    if (status === "skipped") reasons.set(reason!, (reasons.get(reason!) ?? 0) + 1);
  }
  return [...reasons].sort((a, b) => b[1] - a[1]).map(([reason, n]) => `skipped ${n}: ${reason}`);
}

/** Failing ops, most failures first, each with its first failure. */
export function failureLines(results: readonly CaseResult[], limit: number): string[] {
  const groups = new Map<string, CaseResult[]>();
  for (const result of results) {
    if (result.status !== "failed") continue;
    const key = `${result.family}/${result.op}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const lines = [...groups]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([key, group]) => {
      const { id, part, reason } = group[0]!;
      return `failed ${group.length} of ${key}: ${id} ${part}: ${reason!.slice(0, 200)}`;
    });
  const more = lines.length - limit;
  return more > 0 ? [...lines.slice(0, limit), `... and ${more} more groups (--verbose or --json lists all)`] : lines;
}

/** Which kernels the host computed for a device, most often used first. */
export function hostLine(uses: readonly (readonly [kernel: string, times: number])[]): string {
  if (uses.length === 0) return "computed by the host: nothing";
  const sorted = [...uses].sort(([, a], [, b]) => b - a);
  return `computed by the host: ${sorted.map(([kernel, times]) => `${kernel} ${times}x`).join("; ")}`;
}

export function lastLine({ passed, failed, skipped: left }: Counts): string {
  return `oracle: ${passed} passed, ${failed} failed, ${left} skipped`;
}
