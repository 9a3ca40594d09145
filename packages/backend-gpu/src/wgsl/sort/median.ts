import { type Plan, spread } from "../kernel.ts";
import { array, ceilDiv, load, main, store, u32 } from "../source.ts";
import { sort, type SortSpec } from "./sort.ts";

/** The lower median along the middle of [outer, length, inner]. */
export interface MedianSpec extends Pick<SortSpec, "type" | "outer" | "length" | "inner"> {
  /** Whether NaN does not count; else the first one is the median. */
  readonly ignoreNan: boolean;
}

/** Operands: `x`, `out`, `indices`. */
export function median({ type, outer, length, inner, ignoreNan }: MedianSpec): Plan {
  const rows = outer * inner;
  const spec: SortSpec = { type, outer, length, inner, descending: false, count: length, first: 0 };
  const sorted = sort(spec, { x: "x", out: "sorted", indices: "order" });
  const float = type === "f32";
  const numbers = float
    ? `// NaN comes last: how many numbers are before it.
  var low = 0u;
  var high = p.length;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (is_nan(sorted[start + middle * p.inner])) { high = middle; } else { low = middle + 1u; }
  }`
    : "let low = p.length;";
  return {
    kernels: [
      ...sorted.kernels,
      {
        name: "median",
        operands: [
          load("x", type),
          ...(float ? [array("sorted")] : []),
          array("order", "i32"),
          store("out", type),
          store("indices", "i32"),
        ],
        params: [u32("rows", rows), u32("length", length), u32("inner", inner)],
        code: `
${main(64)}
  let row = group * 64u + thread;
  if (row >= p.rows) { return; }
  let start = row / p.inner * p.length * p.inner + row % p.inner;
  ${numbers}
  let at = ${ignoreNan ? "(max(low, 1u) - 1u) / 2u" : "select((low - 1u) / 2u, low, low < p.length)"};
  let place = order[start + at * p.inner];
  out_store(row, x_load(start + u32(place) * p.inner));
  indices_store(row, place);
}`,
        workgroups: spread(ceilDiv(rows, 64)),
      },
    ],
    scratch: [
      ...(sorted.scratch ?? []),
      { name: "sorted", type, length: rows * length },
      { name: "order", type: "i32", length: rows * length },
    ],
  };
}
