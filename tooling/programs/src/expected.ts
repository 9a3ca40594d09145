/** The recorded results (README.md, "Lines and files"). */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

export interface Entry {
  readonly key: string;
  readonly value: Plain;
  readonly compare: "exact" | "close" | "drifts";
  /** Absolute, in the shape of the value. */
  readonly tolerance?: Plain;
  /** First index at which PyTorch's own modes differ by more than 0.1 %. */
  readonly firstBeyond?: number;
  /** Text or integers that differ among the modes are alike up to here. */
  readonly alikeUpTo?: number;
}

export interface Expected {
  /** Name of the file, such as `a_mnist_10_epochs`. */
  readonly name: string;
  /** Name of the program, such as `a_mnist`. */
  readonly program: string;
  readonly options: readonly string[];
  /** How long PyTorch took. */
  readonly seconds: number;
  readonly entries: readonly Entry[];
}

interface Recorded extends Omit<Entry, "firstBeyond" | "alikeUpTo"> {
  readonly "first_beyond_0.1_percent"?: number;
  readonly alike_up_to?: number;
}

/** Every recorded program in `folder`, in alphabetical order. */
export function readExpected(folder: string): Expected[] {
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const name = file.replace(/\.jsonl?$/, "");
      if (file.endsWith(".jsonl")) return { name, program: name, options: [], seconds: 0, entries: draws(text) };
      const { program, options, seconds, results } = JSON.parse(text) as {
        program: string;
        options: string[];
        seconds: { base: number };
        results: Recorded[];
      };
      const entries = results.map(entryOf);
      return { name, program: program.replace(/\.py$/, ""), options, seconds: seconds.base, entries };
    });
}

function entryOf({ "first_beyond_0.1_percent": firstBeyond, alike_up_to: alikeUpTo, ...entry }: Recorded): Entry {
  return { ...entry, ...(firstBeyond !== undefined && { firstBeyond }), ...(alikeUpTo !== undefined && { alikeUpTo }) };
}

/** u_rng.jsonl: lists of draws, exact unless PyTorch's own differ from the formula. */
function draws(text: string): Entry[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const { key, gap, drawn } = JSON.parse(line) as { key: string; gap: number; drawn: number[] };
      if (gap === 0) return { key, value: drawn, compare: "exact" };
      return { key, value: drawn, compare: "close", tolerance: drawn.map(() => 2e-6) };
    });
}
