/** Comparing what a program emitted with what PyTorch's did. */

import type { Entry, Expected, Plain } from "./expected.ts";

/** How far a key is from its record, in tolerances: above 1 it fails. */
export interface KeyResult {
  readonly key: string;
  readonly distance: number;
  /** What is wrong, or where it is furthest away. */
  readonly note: string;
}

export interface ProgramResult {
  readonly passed: boolean;
  readonly keys: readonly KeyResult[];
  readonly worst: KeyResult | null;
}

export function compareProgram(results: ReadonlyMap<string, Plain>, { entries }: Expected): ProgramResult {
  const keys = entries.map((entry) => compareKey(results.get(entry.key), entry));
  const known = new Set(entries.map(({ key }) => key));
  for (const key of results.keys())
    if (!known.has(key)) keys.push({ key, distance: Infinity, note: "is not among the recorded keys" });
  const worst = keys.reduce<KeyResult | null>((w, k) => (w === null || k.distance > w.distance ? k : w), null);
  return { passed: keys.every(({ distance }) => distance <= 1), keys, worst };
}

export function compareKey(got: Plain | undefined, entry: Entry): KeyResult {
  const { key } = entry;
  if (got === undefined) return { key, distance: Infinity, note: "was not emitted" };
  const worst = { key, distance: 0, note: "" };
  const note = (distance: number, text: string): void => {
    if (distance > worst.distance) Object.assign(worst, { distance, note: text });
  };
  if (entry.firstBeyond !== undefined && isNumbers(entry.value))
    series(got, entry.value, entry, entry.firstBeyond, note);
  else if (entry.alikeUpTo !== undefined && Array.isArray(entry.value) && Array.isArray(got)) {
    compareValue(got.slice(0, entry.alikeUpTo), entry.value.slice(0, entry.alikeUpTo), undefined, "", note);
  } else compareValue(got, entry.value, entry.tolerance, "", note);
  return worst;
}

type Note = (distance: number, text: string) => void;

function isNumbers(value: Plain): value is number[] {
  return Array.isArray(value) && value.every((x) => typeof x === "number");
}

function compareValue(got: Plain | undefined, want: Plain, tolerance: Plain | undefined, at: string, note: Note): void {
  if (Array.isArray(want)) {
    if (!Array.isArray(got) || got.length !== want.length)
      return note(Infinity, `${at}: ${short(got)} instead of ${want.length} items`);
    want.forEach((item, i) =>
      compareValue(got[i], item, Array.isArray(tolerance) ? tolerance[i] : tolerance, `${at}[${i}]`, note),
    );
  } else if (isDict(want)) {
    if (!isDict(got) || Object.keys(got).join() !== Object.keys(want).join())
      return note(Infinity, `${at}: ${short(got)} instead of ${short(want)}`);
    for (const [key, item] of Object.entries(want)) {
      compareValue(got[key], item, isDict(tolerance) ? tolerance[key] : undefined, `${at}.${key}`, note);
    }
  } else if (typeof want === "number" && typeof got === "number") {
    note(distanceOf(got, want, typeof tolerance === "number" ? tolerance : 0), `${at} ${got} instead of ${want}`);
  } else if (got !== want) note(Infinity, `${at} ${short(got)} instead of ${short(want)}`);
}

function isDict(value: Plain | undefined): value is { [key: string]: Plain } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function short(value: Plain | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

function distanceOf(got: number, want: number, tolerance: number): number {
  const gap = Math.abs(got - want);
  return gap === 0 ? 0 : gap / tolerance;
}

/**
 * A series that becomes chaotic at index `beyond`: up to half of it also within 0.1 % of each
 * number, up to it within the tolerance, afterwards only its mean counts.
 */
function series(got: Plain, want: readonly number[], { tolerance }: Entry, beyond: number, note: Note): void {
  if (!isNumbers(got) || got.length !== want.length)
    return note(Infinity, `${short(got)} instead of ${want.length} numbers`);
  const allowed = (i: number): number => (isNumbers(tolerance ?? null) ? (tolerance as number[])[i]! : 0);
  for (let i = 0; i < beyond; i++) {
    const tight = Math.min(allowed(i), 1e-3 * Math.max(Math.abs(want[i]!), 1e-6) + 2e-7);
    note(
      distanceOf(got[i]!, want[i]!, i < beyond / 2 ? tight : allowed(i)),
      `[${i}] ${got[i]!} instead of ${want[i]!}`,
    );
  }
  const tail = want.map((_, i) => i).slice(beyond);
  if (tail.length === 0) return;
  const found = mean(tail.map((i) => got[i]!));
  const wanted = mean(tail.map((i) => want[i]!));
  note(
    outcomeDistance(found, wanted, Math.max(...tail.map(allowed))),
    `mean from [${beyond}] on ${found} instead of ${wanted}`,
  );
}

/** Means compare by tolerance; integers without one, such as lengths of episodes, within a factor of four. */
function outcomeDistance(found: number, wanted: number, tolerance: number): number {
  if (tolerance > 0) return distanceOf(found, wanted, tolerance);
  return found > 0 && wanted > 0 ? Math.abs(Math.log(found / wanted)) / Math.log(4) : Infinity;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
