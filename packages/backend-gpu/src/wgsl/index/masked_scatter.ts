import { type Element, type Plan, spread } from "../kernel.ts";
import { scan, type ScanSpec } from "../scan/scan.ts";
import { array, ceilDiv, load, main, store, THREADS, u32 } from "../source.ts";

/**
 * `x` with the elements of `src`, one after the other, where `mask` (bool) is true. Operands: `x`, `mask`, `src`, `out`, of `count`
 * elements each.
 */
export function maskedScatter(type: Element, count: number): Plan {
  const counting: ScanSpec = { kind: "sum", type: "u32", accumulate: "i32", outer: 1, length: count, inner: 1 };
  const ranks = scan(counting, { x: "mask", out: "ranks" });
  return {
    kernels: [
      ...ranks.kernels,
      {
        name: "masked_scatter",
        operands: [load("x", type), load("mask", "u32"), array("ranks", "i32"), load("src", type), store("out", type)],
        params: [u32("count", count)],
        code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  var value = x_load(i);
  if (mask_load(i) != 0u) { value = src_load(u32(ranks[i] - 1)); }
  out_store(i, value);
}`,
        workgroups: spread(ceilDiv(count, THREADS)),
      },
    ],
    scratch: [...(ranks.scratch ?? []), { name: "ranks", type: "i32", length: count }],
  };
}
