import { type Element, type Kernel, type Operand, spread } from "../kernel.ts";
import { comparisons } from "../reduce/fold.ts";
import { ceilDiv, i32, load, main, store, THREADS, u32 } from "../source.ts";

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

/**
 * A thread for each element of the result, which looks for what comes there: sums have one order. Operands: `x` (not for
 * "zeros"), `index`, `src`, `out`.
 */
export function scatter(spec: ScatterSpec): Kernel {
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
