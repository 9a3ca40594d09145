import { type Element, type Kernel, spread } from "../kernel.ts";
import { ceilDiv, load, main, store, THREADS, u32 } from "../source.ts";

/** Where `values` go in ascending `edges` [rows, length], or [length] for all of them. */
export interface SearchSpec {
  readonly type: Element;
  readonly rows: number;
  readonly length: number;
  /** Values of each row. */
  readonly values: number;
  /** Behind equal edges, instead of before them. */
  readonly right: boolean;
  /** Whether `order` has the positions that sort the edges. */
  readonly sorted: boolean;
}

/** Operands: `edges`, `values`, `order` (unless sorted), `out`. */
export function searchsorted({ type, rows, length, values, right, sorted }: SearchSpec): Kernel {
  const count = rows * values;
  // As in PyTorch, whatever is compared with NaN is behind it.
  const nan = type === "f32" ? "is_nan(edge) || is_nan(value) || " : "";
  return {
    name: "searchsorted",
    operands: [
      load("edges", type),
      load("values", type),
      ...(sorted ? [] : [load("order", "i32")]),
      store("out", "i32"),
    ],
    params: [u32("count", count), u32("length", length), u32("values", values)],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let value = values_load(i);
  let start = i / p.values * p.length;
  var low = 0u;
  var high = p.length;
  while (low < high) {
    let middle = (low + high) / 2u;
    let edge = edges_load(start + ${sorted ? "middle" : "u32(order_load(start + middle))"});
    if (${nan}edge ${right ? "<=" : "<"} value) { low = middle + 1u; } else { high = middle; }
  }
  out_store(i, i32(low));
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}
