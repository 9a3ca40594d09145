import { type Element, type Kernel, type Operand, type Param, type Plan, spread } from "../kernel.ts";
import { ceilDiv, load, main, repeat, store, u32 } from "../source.ts";
import { declarations, type Fold, type FoldKind, foldOf } from "./fold.ts";

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
  const fold = foldOf(spec.kind, spec.type, spec.accumulate ?? spec.type);
  const count = spec.outer * spec.inner;
  const shape = shapeOf(spec.length, spec.inner, count);
  const groups = ceilDiv(count, shape.results);
  const parts = Math.max(1, Math.min(256, ceilDiv(BUSY, groups), Math.floor(spec.length / (shape.lanes * LEAST))));
  if (parts === 1) return { kernels: [reduceKernel(spec, fold, shape, "input", 1)] };
  return {
    kernels: [
      reduceKernel(spec, fold, shape, "parts", parts),
      reduceKernel(spec, fold, shapeOf(parts, 1, count), "merge", parts),
    ],
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
function reduceKernel(
  spec: ReduceSpec,
  fold: Fold,
  shape: Shape,
  from: "input" | "parts" | "merge",
  parts: number,
): Kernel {
  const { kind, type, outer, length, inner, prologue, epilogue } = spec;
  const { results, lanes } = shape;
  const count = outer * inner;
  const merging = from === "merge";
  // Neighbouring threads read neighbouring elements.
  const along = merging ? false : inner === 1 || (inner < 32 && lanes > 1);
  const states: Operand[] = fold.fields.map(([name, t]) => ({ name: `part_${name}`, type: t, access: "update" }));
  const outputs = from === "parts" ? states : fold.results.map(([name, t]) => store(name, t));
  const take = merging
    ? `s = merge(s, State(${fold.fields.map(([name]) => `part_${name}[at * p.count + result]`).join(", ")}));`
    : `let v = x_load(start + at * p.inner);
        s = take(s, ${prologue ?? "v"}, at);`;
  return {
    name: merging ? `${kind}_merge` : kind,
    operands: [...(merging ? states : [load("x", type)]), ...outputs],
    params: [
      u32("count", count),
      u32("inner", inner),
      u32("length", length),
      u32("steps", merging ? parts : length),
      u32("chunk", merging ? parts : ceilDiv(length, parts)),
      u32("parts", merging ? 1 : parts),
      u32("groups", ceilDiv(count, results)),
      ...(spec.params ?? []),
    ],
    code: `
${declarations(fold, valueType(spec), type)}
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
      : fold.results
          .map(
            ([name, t, value]) =>
              `{ let v = ${value}; ${name}_store(result, ${name === "out" && epilogue !== undefined ? `${t}(${epilogue})` : "v"}); }`,
          )
          .join("\n  ")
  }
}`,
    workgroups: spread(ceilDiv(count, results) * (merging ? 1 : parts)),
  };
}

/** The type `take` gets: what the prologue makes of an element. */
function valueType({ type, accumulate, prologue }: ReduceSpec): Element {
  return prologue === undefined ? type : (accumulate ?? type);
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
