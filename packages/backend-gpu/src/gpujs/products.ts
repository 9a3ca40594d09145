import { LIBRARY } from "./rules.ts";
import { indexCode, type KernelSource, type Layout } from "./source.ts";

export type ReduceKind = "sum" | "mean" | "prod" | "amax" | "amin";

/** The value before the first element, and how an element joins it. */
const STEPS: Readonly<Record<ReduceKind, { readonly start: string; readonly join: string }>> = {
  sum: { start: "0", join: "part + v" },
  mean: { start: "0", join: "part + v" },
  prod: { start: "1", join: "part * v" },
  amax: { start: "v0", join: "tt_max(part, v)" },
  amin: { start: "v0", join: "tt_min(part, v)" },
};

/**
 * One result a thread. Parameters: the access to what is kept, that to what is reduced, and its number of elements. Sums are
 * made in blocks of 64, so that their error grows with the square root of the length only.
 */
export function reduceSource(kind: ReduceKind, outer: Layout, inner: Layout): KernelSource {
  const { start, join } = STEPS[kind];
  const [outerLines, base, words] = indexCode(outer, 0, "o_");
  const [innerLines, place, more] = indexCode(inner, words, "r_");
  const extreme = kind === "amax" || kind === "amin";
  const blocks = kind === "sum" || kind === "mean";
  const count = `p[${words + more}]`;
  // Inside the loop `i` is what counts reduced elements.
  const own = (text: string): string => text.replace(/\bi\b/g, "k");
  const end = kind === "mean" ? `(whole + part) / ${count}` : blocks ? "whole + part" : "part";
  return {
    source: `function(p, a) {
const i = this.thread.x;
${outerLines.join("\n")}
const base = ${base};
${extreme ? "const v0 = a[base];" : ""}
let part = ${start} + 0.0;
let whole = 0.0;
let filled = 0;
for (let k = 0; k < ${count}; k++) {
${innerLines.map(own).join("\n")}
const v = a[base + ${own(place)}];
part = ${join};
${blocks ? "filled++;\nif (filled == 64) {\nwhole += part;\npart = 0;\nfilled = 0;\n}" : ""}
}
return ${end};
}`,
    functions: extreme ? [LIBRARY[kind === "amax" ? "tt_max" : "tt_min"]!] : [],
  };
}

/** One element of a product of matrices a thread; matrices come in batches. */
export function matmulSource(): KernelSource {
  return {
    source: `function(p, a, b) {
const i = this.thread.x;
const rows = p[0];
const columns = p[1];
const inner = p[2];
const line = Math.floor((i + 0.5) / columns);
const column = i - line * columns;
const batch = Math.floor((line + 0.5) / rows);
const row = line - batch * rows;
const ai = p[3] + batch * p[4] + row * p[5];
const bi = p[7] + batch * p[8] + column * p[10];
const aStep = p[6];
const bStep = p[9];
let part = 0.0;
let whole = 0.0;
let filled = 0;
for (let k = 0; k < inner; k++) {
part += a[ai + k * aStep] * b[bi + k * bStep];
filled++;
if (filled == 64) {
whole += part;
part = 0;
filled = 0;
}
}
return whole + part;
}`,
    functions: [],
  };
}
