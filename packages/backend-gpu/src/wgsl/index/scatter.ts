import { type Element, type Kernel, type Operand, type Plan, spread } from "../kernel.ts";
import { comparisons } from "../reduce/fold.ts";
import { sort, type SortSpec } from "../sort/sort.ts";
import { array, ceilDiv, i32, load, main, store, THREADS, u32 } from "../source.ts";

/** What happens to an element and those that `index` sends there, in their order; of several for "set", the last one stays. */
export type Combine = "set" | "sum" | "prod" | "mean" | "amax" | "amin";

/**
 * `out` is `x` [outer, size, inner] with the elements of `src` [outer, length, inner] where `index` sends them along the middle;
 * `index` is like `src` or, `shared`, [length]. Negative numbers count from the end; what is out of bounds does not count.
 */
export interface ScatterSpec {
  readonly type: Element;
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
  readonly length: number;
  readonly shared: boolean;
  readonly combine: Combine;
  /**
   * Whether `x` counts where something is sent. Places where nothing is have `x`, unless there is none ("zeros").
   */
  readonly self: "counts" | "replaced" | "zeros";
  /** An index whose elements do not count, such as the padding of an embedding. */
  readonly skip?: number;
}

/** Indices up to which every element of the result looks at all of them; more are sorted first. */
const FEW = 48;

/** Operands: `x` (not for "zeros"), `index`, `src`, `out`. Sums have one order, that of the indices. */
export function scatter(spec: ScatterSpec): Plan {
  const { outer, inner, length, shared } = spec;
  if (length <= FEW) return { kernels: [walk(spec)] };
  const rows = shared ? { outer: 1, inner: 1 } : { outer, inner };
  const sorting: SortSpec = { type: "i32", ...rows, length, descending: false, count: length, first: 0 };
  const sorted = sort(sorting, { x: "index", out: "sorted", indices: "order" });
  const count = rows.outer * rows.inner * length;
  return {
    kernels: [...sorted.kernels, searched(spec)],
    scratch: [
      ...(sorted.scratch ?? []),
      { name: "sorted", type: "i32", length: count },
      { name: "order", type: "i32", length: count },
    ],
  };
}

/** A thread for each element of the result, which looks for what comes there. */
function walk(spec: ScatterSpec): Kernel {
  const { type, outer, size, inner, length, shared, combine, self, skip } = spec;
  const count = outer * size * inner;
  const x: Operand[] = self === "zeros" ? [] : [load("x", type)];
  const initial = self === "zeros" ? `${type}(0)` : "x_load(i)";
  return {
    name: `scatter_${combine}`,
    operands: [...x, load("index", "i32"), load("src", type), store("out", type)],
    params: [
      u32("count", count),
      u32("size", size),
      u32("inner", inner),
      u32("length", length),
      ...(skip === undefined ? [] : [i32("skip", skip)]),
    ],
    code: `
${comparisons(type)}

${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let place = i32(i / p.inner % p.size);
  let start = i / (p.inner * p.size) * p.length * p.inner + i % p.inner;
  var value = ${initial};
  var found = ${self === "counts" ? "1u" : "0u"};
  for (var at = 0u; at < p.length; at++) {
    let index = index_load(${shared ? "at" : "start + at * p.inner"});
    if (${skip === undefined ? "" : "index != p.skip && "}(index == place || index + i32(p.size) == place)) {
      let v = src_load(start + at * p.inner);
      ${combine === "set" ? "value = v;" : `if (found == 0u) { value = v; } else { value = ${combined(combine, type)}; }`}
      found++;
    }
  }
  ${combine === "mean" ? mean(type) : ""}
  out_store(i, value);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}

/** The same with sorted indices: a thread finds the first of its own and takes those that follow. */
function searched(spec: ScatterSpec): Kernel {
  const { type, outer, size, inner, length, shared, combine, self, skip } = spec;
  const count = outer * size * inner;
  const x: Operand[] = self === "zeros" ? [] : [load("x", type)];
  const place = shared ? "at" : "(line / p.inner * p.length + at) * p.inner + line % p.inner";
  return {
    name: `scatter_${combine}_sorted`,
    operands: [...x, array("sorted", "i32"), array("order", "i32"), load("src", type), store("out", type)],
    params: [
      u32("count", count),
      u32("size", size),
      u32("inner", inner),
      u32("length", length),
      ...(skip === undefined ? [] : [i32("skip", skip)]),
    ],
    code: `
${comparisons(type)}
fn index_at(line: u32, at: u32) -> i32 { return sorted[${place}]; }
fn order_at(line: u32, at: u32) -> u32 { return u32(order[${place}]); }
// The first index that is not less.
fn first_of(line: u32, index: i32) -> u32 {
  var low = 0u;
  var high = p.length;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (index_at(line, middle) < index) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let line = i / (p.inner * p.size) * p.inner + i % p.inner;
  let start = i / (p.inner * p.size) * p.length * p.inner + i % p.inner;
  var value = ${self === "zeros" ? `${type}(0)` : "x_load(i)"};
  var found = ${self === "counts" ? "1u" : "0u"};
  ${combine === "set" ? "var last = 0u;" : ""}
  for (var back = 0; back < 2; back++) {
    let index = i32(i / p.inner % p.size) - back * i32(p.size);
    ${skip === undefined ? "" : "if (index == p.skip) { continue; }"}
    for (var at = first_of(line, index); at < p.length && index_at(line, at) == index; at++) {
      let from_place = order_at(line, at);
      let v = src_load(start + from_place * p.inner);
      ${
        combine === "set"
          ? "if (from_place + 1u > last) { value = v; last = from_place + 1u; }"
          : `if (found == 0u) { value = v; } else { value = ${combined(combine, type)}; }\n      found++;`
      }
    }
  }
  ${combine === "mean" ? mean(type) : ""}
  out_store(i, value);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}

function combined(combine: Exclude<Combine, "set">, type: Element): string {
  if (combine === "amax") return "larger(value, v)";
  if (combine === "amin") return "smaller(value, v)";
  return combine === "prod" ? `${type}(value * v)` : "value + v";
}

/** Integers are rounded downwards. */
function mean(type: Element): string {
  if (type === "f32") return "if (found > 1u) { value /= f32(found); }";
  return `if (found > 1u) {
    let d = ${type}(found);
    var q = value / d;
    ${type === "i32" ? "if (value % d < 0) { q -= 1; }" : ""}
    value = q;
  }`;
}
