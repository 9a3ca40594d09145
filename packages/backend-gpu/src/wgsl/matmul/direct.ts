import { type Kernel, spread } from "../kernel.ts";
import { affineParams, biasOf, finish, type MatmulSpec } from "./spec.ts";
import { ceilDiv, load, main, store, THREADS, u32 } from "../source.ts";

/** A thread for each element of the result: what is too small or too shallow for anything better. */
export function directMatmul(spec: MatmulSpec): Kernel {
  const { batch, m, n, k, type, transposeA, transposeB, batchedA, batchedB } = spec;
  return {
    name: "matmul_direct",
    operands: [load("a", type), load("b", type), ...biasOf(spec), store("out", type)],
    params: [
      u32("m", m),
      u32("n", n),
      u32("k", k),
      u32("count", batch * m * n),
      u32("a_batch", batchedA ? m * k : 0),
      u32("b_batch", batchedB ? k * n : 0),
      ...affineParams(spec),
    ],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let column = i % p.n;
  let row = i / p.n % p.m;
  let batch = i / (p.m * p.n);
  var from_a = batch * p.a_batch + row${transposeA ? "" : " * p.k"};
  var from_b = batch * p.b_batch + column${transposeB ? " * p.k" : ""};
  var sum = ${type}(0);
  for (var at = 0u; at < p.k; at++) {
    sum += a_load(from_a) * b_load(from_b);
    from_a += ${transposeA ? "p.m" : "1u"};
    from_b += ${transposeB ? "1u" : "p.n"};
  }
  ${finish(spec, "out", "i", "sum")}
}`,
    workgroups: spread(ceilDiv(batch * m * n, THREADS)),
  };
}
