import { type Element, type Kernel, type Operand, type Param, type Plan, spread } from "../kernel.ts";
import { ceilDiv, load, main, repeat, u32 } from "../source.ts";
import { comparisons, declarations, type Fold, type FoldKind, foldOf, truth } from "./fold.ts";

/**
 * `x` [outer, length, inner] is reduced to `out` [outer, inner] (and `indices` alike for "max" and "min"). Dimensions that are
 * not next to each other are brought there by the strides of `x`.
 */
export interface ReduceSpec {
  readonly kind: FoldKind;
  readonly type: Element;
  /** The type sums and products are computed and stored in; by default that of `x`. */
  readonly accumulate?: Element;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** An expression in `v`, the element, and `truth(v)`; its value has the type `type` unless `accumulate` is given. */
  readonly prologue?: string;
  /** An expression in `v`, the result, and `p.length`. */
  readonly epilogue?: string;
  /** Parameters of those expressions; "var" has `correction` here. */
  readonly params?: readonly Param[];
}

/** What is folded along the middle of [outer, length, inner], into results [outer, inner]. */
export interface FoldSource {
  readonly name: string;
  readonly fold: Fold;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** The WGSL type of what is read, and the expression that reads it: `result`, `at` and `element` (row-major) are in scope. */
  readonly value: string;
  readonly read: string;
  /** What that expression calls. */
  readonly readers?: string;
  /** What the fold calls. */
  readonly functions?: string;
  readonly operands: readonly Operand[];
  /** Operands that the results use, beside the state. */
  readonly resultOperands?: readonly Operand[];
  readonly params: readonly Param[];
  /** What is made of the values of `out`: an expression in `v`. */
  readonly epilogue?: string;
}

/** Threads of a workgroup: how many results it has, and how many threads share one. */
interface Shape {
  readonly results: number;
  readonly lanes: number;
}

/** Workgroups that keep a GPU busy; with fewer, what is reduced is cut into parts. */
const BUSY = 128;
/** A part has at least that many elements for each of its threads. */
const LEAST = 16;

/** Operands: `x`, `out`, and `indices` for "max" and "min". */
export function reduce(spec: ReduceSpec): Plan {
  const { kind, type, accumulate, outer, length, inner, prologue, epilogue, params = [] } = spec;
  // What the prologue makes of an element.
  const value = prologue === undefined ? type : (accumulate ?? type);
  return reduceFold({
    name: kind,
    fold: foldOf(kind, value, accumulate ?? type),
    outer,
    length,
    inner,
    value,
    params,
    read: prologue === undefined ? "x_load(element)" : "before(x_load(element))",
    functions: `${comparisons(value)}
${truth(type)}
${prologue === undefined ? "" : `fn before(v: ${type}) -> ${value} { return ${prologue}; }`}`,
    operands: [load("x", type)],
    ...(epilogue === undefined ? {} : { epilogue }),
  });
}

/** Folds in one stage, or in two where the results alone would not keep a GPU busy. */
export function reduceFold(source: FoldSource): Plan {
  const { fold, outer, length, inner } = source;
  const count = outer * inner;
  const shape = shapeOf(length, inner, count);
  const groups = ceilDiv(count, shape.results);
  const parts = Math.max(1, Math.min(256, ceilDiv(BUSY, groups), Math.floor(length / (shape.lanes * LEAST))));
  if (parts === 1) return { kernels: [foldKernel(source, shape, "input", 1)] };
  return {
    kernels: [foldKernel(source, shape, "parts", parts), foldKernel(source, shapeOf(parts, 1, count), "merge", parts)],
    scratch: fold.fields.map(([name, type]) => ({ name: `part_${name}`, type, length: parts * count })),
  };
}

function shapeOf(length: number, inner: number, count: number): Shape {
  if (length <= 8 || (inner > 1 && count >= BUSY * 256)) return { results: 256, lanes: 1 };
  if (inner >= 32) return { results: 64, lanes: 4 };
  if (length <= 64) return { results: 32, lanes: 8 };
  if (length <= 1024) return { results: 4, lanes: 64 };
  return { results: 1, lanes: 256 };
}

/** From the input to results or to states of parts, or from those to results. */
function foldKernel(source: FoldSource, shape: Shape, from: "input" | "parts" | "merge", parts: number): Kernel {
  const { name, fold, outer, length, inner, epilogue } = source;
  const { results, lanes } = shape;
  const count = outer * inner;
  const merging = from === "merge";
  // Neighbouring threads read neighbouring elements.
  const along = merging ? false : inner === 1 || (inner < 32 && lanes > 1);
  const states: Operand[] = fold.fields.map(([field, type]) => ({ name: `part_${field}`, type, access: "update" }));
  const outputs = fold.results
    .filter(([operand], i) => fold.results.findIndex(([other]) => other === operand) === i)
    .map(([operand, type, , access = "store"]): Operand => ({ name: operand, type, access }));
  const inputs = merging ? states : source.operands;
  const extra =
    from === "parts" ? [] : (source.resultOperands ?? []).filter((o) => !inputs.some((x) => x.name === o.name));
  const take = merging
    ? `s = merge(s, State(${fold.fields.map(([field]) => `part_${field}[at * p.count + result]`).join(", ")}));`
    : `let element = start + at * p.inner;
      s = take(s, ${source.read}, at);`;
  return {
    name: merging ? `${name}_merge` : name,
    operands: [...inputs, ...extra, ...(from === "parts" ? states : outputs)],
    params: [
      u32("count", count),
      u32("inner", inner),
      u32("length", length),
      u32("steps", merging ? parts : length),
      u32("chunk", merging ? parts : ceilDiv(length, parts)),
      u32("parts", merging ? 1 : parts),
      u32("groups", ceilDiv(count, results)),
      ...source.params,
    ],
    code: `
${source.functions ?? ""}
${merging ? "" : (source.readers ?? "")}
${declarations(fold, source.value)}
${lanes > 1 ? `var<workgroup> shares: array<State, 256>;` : ""}

${main(256)}
  let part = group / p.groups;
  let result = group % p.groups * ${results}u + thread ${along ? `/ ${lanes}u` : `% ${results}u`};
  let lane = thread ${along ? `% ${lanes}u` : `/ ${results}u`};
  var s = identity();
  if (result < p.count && part < p.parts) {
    let start = result / p.inner * p.length * p.inner + result % p.inner;
    let end = min((part + 1u) * p.chunk, p.steps);
    for (var at = part * p.chunk + lane; at < end; at += ${lanes}u) {
      ${take}
    }
  }
  ${lanes > 1 ? mergeLanes(lanes, along ? 1 : results) : ""}
  if (lane != 0u || result >= p.count || part >= p.parts) { return; }
  ${
    from === "parts"
      ? repeat(
          fold.fields.length,
          (i) => `part_${fold.fields[i]![0]}[part * p.count + result] = s.${fold.fields[i]![0]};`,
        )
      : fold.results.map((_, i) => put(fold.results, i, epilogue)).join("\n  ")
  }
}`,
    workgroups: spread(ceilDiv(count, results) * (merging ? 1 : parts)),
  };
}

function put(results: Fold["results"], i: number, epilogue: string | undefined): string {
  const [operand, type, value, access] = results[i]!;
  if (access === "update") {
    const before = results.slice(0, i).filter(([other]) => other === operand).length;
    return `${operand}[${before}u * p.count + result] = ${value};`;
  }
  const last = operand === "out" && epilogue !== undefined ? `${type}(${epilogue})` : "v";
  return `{ let v = ${value}; ${operand}_store(result, ${last}); }`;
}

/** Merges the states of the threads that share a result, neighbours in order. */
function mergeLanes(lanes: number, stride: number): string {
  return `shares[thread] = s;
  ${repeat(
    Math.log2(lanes),
    (i) => `workgroupBarrier();
  if (lane < ${lanes >> (i + 1)}u) { shares[thread] = merge(shares[thread], shares[thread + ${(lanes >> (i + 1)) * stride}u]); }`,
    "\n  ",
  )}
  s = shares[thread];`;
}
