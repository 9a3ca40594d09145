import type { Element } from "../kernel.ts";
import { repeat } from "../source.ts";

/**
 * A reduction as an associative merge of states. The functions are WGSL over `struct State` with the fields given: `take`
 * is the body of `take(s: State, v: T, i: u32) -> State`, `merge` of `merge(a: State, b: State) -> State`.
 */
export interface Fold {
  readonly fields: readonly (readonly [name: string, type: Element, identity: string])[];
  readonly take: string;
  readonly merge: string;
  /** Expressions in a state `s`, one for each result. "update" makes memory for later kernels, one row after the other under one name. */
  readonly results: readonly (readonly [operand: string, type: Element, value: string, access?: "store" | "update"])[];
}

export type FoldKind = "sum" | "prod" | "amax" | "amin" | "max" | "min" | "argmax" | "argmin" | "any" | "all" | "var";

/** The element type of states of sums and products, and of `out`. */
export function foldOf(kind: FoldKind, type: Element, accumulate: Element): Fold {
  switch (kind) {
    case "sum":
    case "prod": {
      const operator = kind === "sum" ? "+" : "*";
      return {
        fields: [["value", accumulate, `${accumulate}(${kind === "sum" ? 0 : 1})`]],
        take: `return State(s.value ${operator} ${accumulate}(v));`,
        merge: `return State(a.value ${operator} b.value);`,
        results: [["out", accumulate, "s.value"]],
      };
    }
    case "any":
    case "all": {
      const operator = kind === "any" ? "|" : "&";
      return {
        fields: [["value", "u32", kind === "any" ? "0u" : "1u"]],
        take: `return State(s.value ${operator} select(0u, 1u, truth(v)));`,
        merge: `return State(a.value ${operator} b.value);`,
        results: [["out", "u32", "s.value"]],
      };
    }
    case "amax":
    case "amin":
      return {
        fields: [["value", type, extreme(type, kind === "amax" ? "lowest" : "highest")]],
        take: `return State(${kind === "amax" ? "larger" : "smaller"}(s.value, v));`,
        merge: `return State(${kind === "amax" ? "larger" : "smaller"}(a.value, b.value));`,
        results: [["out", type, "s.value"]],
      };
    case "max":
    case "min":
    case "argmax":
    case "argmin": {
      const better = kind === "max" || kind === "argmax" ? "above" : "below";
      const first = kind === "max" || kind === "argmax" ? "lowest" : "highest";
      return {
        fields: [
          ["value", type, extreme(type, first)],
          ["index", "u32", "0xffffffffu"],
        ],
        take: "return merge(s, State(v, i));",
        // Of equals the first counts; NaN is beyond everything.
        merge: `if (a.index == 0xffffffffu) { return b; }
  if (b.index == 0xffffffffu) { return a; }
  if (${better}(a.value, b.value)) { return a; }
  if (${better}(b.value, a.value)) { return b; }
  if (a.index < b.index) { return a; }
  return b;`,
        results:
          kind === "max" || kind === "min"
            ? [
                ["out", type, "s.value"],
                ["indices", "i32", "i32(s.index)"],
              ]
            : [["out", "i32", "i32(s.index)"]],
      };
    }
    case "var":
      // Welford's update, merged as in Chan, Golub and LeVeque (1979), of what elements exceed a first one by: means far from
      // zero would cost digits. The mean is shift + sum / count.
      return {
        fields: [
          ["count", "f32", "0.0"],
          ["shift", "f32", "0.0"],
          ["sum", "f32", "0.0"],
          ["squares", "f32", "0.0"],
        ],
        take: `if (s.count == 0.0) { return State(1.0, v, 0.0, v - v); }
  let count = s.count + 1.0;
  let d = v - s.shift;
  let sum = s.sum + d;
  return State(count, s.shift, sum, s.squares + (d - s.sum / s.count) * (d - sum / count));`,
        merge: `if (b.count == 0.0) { return a; }
  if (a.count == 0.0) { return b; }
  let count = a.count + b.count;
  let apart = b.shift - a.shift;
  let d = apart + (b.sum / b.count - a.sum / a.count);
  let squares = a.squares + b.squares + d * d * a.count * (b.count / count);
  return State(count, a.shift, a.sum + (b.sum + b.count * apart), squares);`,
        results: [["out", "f32", "s.squares / max(s.count - p.correction, 0.0)"]],
      };
  }
}

/** The least or greatest value. */
function extreme(type: Element, which: "lowest" | "highest"): string {
  if (type === "f32") return which === "lowest" ? "-inf()" : "inf()";
  if (type === "i32") return which === "lowest" ? "i32(-2147483648)" : "2147483647i";
  return which === "lowest" ? "0u" : "0xffffffffu";
}

/** Whether an element counts as true, which NaN does. */
export function truth(type: Element): string {
  return `fn truth(v: ${type}) -> bool { return ${type === "f32" ? "(bitcast<u32>(v) & 0x7fffffffu) != 0u" : `v != ${type}(0)`}; }`;
}

/** Comparisons of elements of `type`, where NaN may occur. */
export function comparisons(type: Element): string {
  const float = type === "f32";
  const nanFirst = float ? "if (is_nan(a)) { return a; }\n  if (is_nan(b)) { return b; }\n  " : "";
  const nanWins = float ? "if (is_nan(a)) { return !is_nan(b); }\n  if (is_nan(b)) { return false; }\n  " : "";
  return `fn larger(a: ${type}, b: ${type}) -> ${type} {
  ${nanFirst}return max(a, b);
}
fn smaller(a: ${type}, b: ${type}) -> ${type} {
  ${nanFirst}return min(a, b);
}
fn above(a: ${type}, b: ${type}) -> bool {
  ${nanWins}return a > b;
}
fn below(a: ${type}, b: ${type}) -> bool {
  ${nanWins}return a < b;
}`;
}

/** The declarations of a fold that takes values of the WGSL type `type`. */
export function declarations({ fields, take, merge }: Fold, type: string): string {
  return `struct State { ${fields.map(([name, t]) => `${name}: ${t}`).join(", ")} }
fn identity() -> State { return State(${repeat(fields.length, (i) => fields[i]![2], ", ")}); }
fn merge(a: State, b: State) -> State {
  ${merge}
}
fn take(s: State, v: ${type}, i: u32) -> State {
  ${take}
}`;
}

/** Sums of the components of a vector; `results` are expressions in `s.sum_0`, `s.sum_1`, ... */
export function sums(count: number, results: Fold["results"]): Fold {
  const each = (f: (i: number) => string): string => repeat(count, f, ", ");
  return {
    fields: Array.from({ length: count }, (_, i) => [`sum_${i}`, "f32", "0.0"] as const),
    take: `return State(${each((i) => `s.sum_${i} + v[${i}]`)});`,
    merge: `return State(${each((i) => `a.sum_${i} + b.sum_${i}`)});`,
    results,
  };
}
