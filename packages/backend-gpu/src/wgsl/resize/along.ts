import { type Kernel, spread } from "../kernel.ts";
import { array, ceilDiv, load, main, store, THREADS, u32 } from "../source.ts";

/** A linear map along the middle of [outer, from, inner], to [outer, to, inner]. */
export interface AlongSpec {
  readonly outer: number;
  readonly from: number;
  readonly to: number;
  readonly inner: number;
}

/**
 * A sparse matrix times each line: element `i` is the sum of `weight[k] * x[place[k]]` for `k` from `start[i]` to before
 * `start[i + 1]`. Operands: `x`, `start` [to + 1] and `place` (i32), `weight`, `out`.
 */
export function along({ outer, from, to, inner }: AlongSpec): Kernel {
  const count = outer * to * inner;
  return {
    name: "along",
    operands: [load("x"), array("start", "i32"), array("place", "i32"), array("weight"), store("out")],
    params: [u32("count", count), u32("length", from), u32("size", to), u32("inner", inner)],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let line = i / (p.size * p.inner) * p.length * p.inner + i % p.inner;
  let row = i / p.inner % p.size;
  var sum = 0.0;
  for (var k = start[row]; k < start[row + 1u]; k++) {
    sum = fma(weight[k], x_load(line + u32(place[k]) * p.inner), sum);
  }
  out_store(i, sum);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}
