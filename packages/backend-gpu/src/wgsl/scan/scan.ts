import { type Element, type Kernel, type Operand, type Plan, spread } from "../kernel.ts";
import { comparisons, declarations, type Fold } from "../reduce/fold.ts";
import { ceilDiv, load, main, repeat, store, u32 } from "../source.ts";

export type ScanKind = "sum" | "prod" | "logsumexp" | "max" | "min";

/** Scans of [outer, length, inner] along the middle. */
export interface ScanSpec {
  readonly kind: ScanKind;
  readonly type: Element;
  /** The type of sums and products. */
  readonly accumulate: Element;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** Elements that a workgroup takes at once, and each of its threads. */
const TILE = 1024;
const EACH = 4;
/** Elements of a part of a long row. */
const PART = 8192;
/** Rows that keep a GPU busy. */
const BUSY = 4096;

function foldOfScan({ kind, type, accumulate }: ScanSpec): Fold {
  if (kind === "sum" || kind === "prod") {
    const operator = kind === "sum" ? "+" : "*";
    return {
      fields: [["value", accumulate, `${accumulate}(${kind === "sum" ? 0 : 1})`]],
      take: `return State(s.value ${operator} ${accumulate}(v));`,
      merge: `return State(a.value ${operator} b.value);`,
      results: [["out", accumulate, "s.value"]],
    };
  }
  if (kind === "logsumexp") {
    return {
      fields: [["value", "f32", "-inf()"]],
      take: "return merge(s, State(v));",
      merge: `if (is_nan(a.value) || is_nan(b.value)) { return State(nan()); }
  let top = max(a.value, b.value);
  if (is_inf(top)) { return State(top); }
  return State(top + log(1.0 + exp(min(a.value, b.value) - top)));`,
      results: [["out", "f32", "s.value"]],
    };
  }
  return {
    fields: [
      ["value", type, `${type}(0)`],
      ["index", "u32", "0xffffffffu"],
    ],
    take: "return merge(s, State(v, i));",
    // Of equals the later counts; NaN stays.
    merge: `if (a.index == 0xffffffffu) { return b; }
  if (b.index == 0xffffffffu || ${kind === "max" ? "above" : "below"}(a.value, b.value)) { return a; }
  return b;`,
    results: [
      ["out", type, "s.value"],
      ["indices", "i32", "i32(s.index)"],
    ],
  };
}

/** What a plan calls the operands. */
export interface ScanNames {
  readonly x: string;
  readonly out: string;
}

/** Operands: `x`, `out`, and `indices` for "max" and "min". */
export function scan(spec: ScanSpec, names: ScanNames = { x: "x", out: "out" }): Plan {
  const { outer, length, inner } = spec;
  const rows = outer * inner;
  const own = foldOfScan(spec);
  const fold: Fold = {
    ...own,
    results: own.results.map(([name, type, value]) => [name === "out" ? names.out : name, type, value] as const),
  };
  if (length <= 32 || rows >= BUSY) return { kernels: [rowsAlone(spec, fold, names.x)] };
  const parts = ceilDiv(length, PART);
  if (parts === 1 || rows >= 64) return { kernels: [groups(spec, fold, names.x, "scan", 1)] };
  return {
    kernels: [
      groups(spec, fold, names.x, "totals", parts),
      prefixes(spec, fold, parts),
      groups(spec, fold, names.x, "scan", parts),
    ],
    scratch: fold.fields.map(([name, type]) => ({ name: `part_${name}`, type, length: rows * parts })),
  };
}

function head(spec: ScanSpec, fold: Fold): string {
  return `${comparisons(spec.type)}
${declarations(fold, spec.type)}`;
}

function outputs(fold: Fold): Operand[] {
  return fold.results.map(([name, type]) => store(name, type));
}

function put(fold: Fold, at: string): string {
  return fold.results.map(([name, , value]) => `${name}_store(${at}, ${value});`).join(" ");
}

function partOperands(fold: Fold): Operand[] {
  return fold.fields.map(([name, type]) => ({ name: `part_${name}`, type, access: "update" }));
}

/** A thread for each row. */
function rowsAlone(spec: ScanSpec, fold: Fold, x: string): Kernel {
  const { kind, type, outer, length, inner } = spec;
  return {
    name: `cum${kind}`,
    operands: [load(x, type), ...outputs(fold)],
    params: [u32("rows", outer * inner), u32("length", length), u32("inner", inner)],
    code: `
${head(spec, fold)}

${main(64)}
  let row = group * 64u + thread;
  if (row >= p.rows) { return; }
  let start = row / p.inner * p.length * p.inner + row % p.inner;
  var s = identity();
  for (var i = 0u; i < p.length; i++) {
    s = take(s, ${x}_load(start + i * p.inner), i);
    ${put(fold, "start + i * p.inner")}
  }
}`,
    workgroups: spread(ceilDiv(outer * inner, 64)),
  };
}

/** A workgroup for each part of a row: scans it, or only finds what it comes to. */
function groups(spec: ScanSpec, fold: Fold, x: string, mode: "scan" | "totals", parts: number): Kernel {
  const { kind, type, outer, length, inner } = spec;
  const rows = outer * inner;
  const carried = parts > 1;
  const fields = fold.fields.map(([name]) => name);
  return {
    name: mode === "scan" ? `cum${kind}` : `cum${kind}_totals`,
    operands: [load(x, type), ...(carried ? partOperands(fold) : []), ...(mode === "scan" ? outputs(fold) : [])],
    params: [
      u32("rows", rows),
      u32("length", length),
      u32("inner", inner),
      u32("parts", parts),
      u32("part", ceilDiv(ceilDiv(length, parts), TILE) * TILE),
    ],
    code: `
${head(spec, fold)}
var<workgroup> shares: array<State, 256>;

${main(256)}
  let row = group / p.parts;
  let part = group % p.parts;
  if (row >= p.rows) { return; }
  let start = row / p.inner * p.length * p.inner + row % p.inner;
  var carry = ${carried && mode === "scan" ? `State(${fields.map((name) => `part_${name}[group]`).join(", ")})` : "identity()"};
  let end = min((part + 1u) * p.part, p.length);
  for (var base = part * p.part; base < end; base += ${TILE}u) {
    let first = base + thread * ${EACH}u;
    var s = identity();
    ${repeat(
      EACH,
      (i) => `if (first + ${i}u < end) { s = take(s, ${x}_load(start + (first + ${i}u) * p.inner), first + ${i}u); }
    let s${i} = s;`,
      "\n    ",
    )}
    workgroupBarrier();
    shares[thread] = s;
    ${repeat(
      8,
      (i) => `workgroupBarrier();
    if (thread >= ${1 << i}u) { s = merge(shares[thread - ${1 << i}u], s); }
    workgroupBarrier();
    shares[thread] = s;`,
      "\n    ",
    )}
    workgroupBarrier();
    ${
      mode === "scan"
        ? `var before = carry;
    if (thread > 0u) { before = merge(carry, shares[thread - 1u]); }
    ${repeat(EACH, (i) => `if (first + ${i}u < end) { s = merge(before, s${i}); ${put(fold, `start + (first + ${i}u) * p.inner`)} }`, "\n    ")}`
        : ""
    }
    carry = merge(carry, shares[255]);
  }
  ${mode === "totals" ? `if (thread == 0u) { ${fields.map((name) => `part_${name}[group] = carry.${name};`).join(" ")} }` : ""}
}`,
    workgroups: spread(rows * parts),
  };
}

/** What comes before each part, in the place of what it comes to. */
function prefixes(spec: ScanSpec, fold: Fold, parts: number): Kernel {
  const rows = spec.outer * spec.inner;
  const fields = fold.fields.map(([name]) => name);
  return {
    name: `cum${spec.kind}_prefixes`,
    operands: partOperands(fold),
    params: [u32("rows", rows), u32("parts", parts)],
    code: `
${head(spec, fold)}

${main(64)}
  let row = group * 64u + thread;
  if (row >= p.rows) { return; }
  var s = identity();
  for (var i = row * p.parts; i < (row + 1u) * p.parts; i++) {
    let next = merge(s, State(${fields.map((name) => `part_${name}[i]`).join(", ")}));
    ${fields.map((name) => `part_${name}[i] = s.${name};`).join(" ")}
    s = next;
  }
}`,
    workgroups: spread(ceilDiv(rows, 64)),
  };
}
