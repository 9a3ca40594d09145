import { type Element, type Kernel, spread } from "../kernel.ts";
import { ceilDiv, load, main, repeat, store, THREADS, u32 } from "../source.ts";

/**
 * Along the middle of `x` [outer, size, inner] the elements that `index` names, [outer, length, inner] or, `shared`, [length].
 * Negative numbers count from the end. Those out of bounds give 0, as a device cannot throw.
 */
export interface GatherSpec {
  readonly type: Element;
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
  readonly length: number;
  readonly shared: boolean;
}

/** Operands: `x`, `index`, `out`. */
export function gather({ type, outer, size, inner, length, shared }: GatherSpec): Kernel {
  const count = outer * length * inner;
  return {
    name: "gather",
    operands: [load("x", type), load("index", "i32"), store("out", type)],
    params: [u32("count", count), u32("size", size), u32("inner", inner), u32("length", length)],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  var at = index_load(${shared ? "i / p.inner % p.length" : "i"});
  if (at < 0) { at += i32(p.size); }
  var value = ${type}(0);
  if (u32(at) < p.size) { value = x_load((i / (p.length * p.inner) * p.size + u32(at)) * p.inner + i % p.inner); }
  out_store(i, value);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}

/**
 * Several index tensors of one shape as numbers in the block of dimensions they index, of the sizes given; -1 - block where one
 * is out of bounds. Operands: `index_0`, `index_1`, ..., `flat` (memory for later kernels).
 */
export function flattenIndices(sizes: readonly number[], count: number): Kernel {
  return {
    name: "flatten_indices",
    operands: [...sizes.map((_, i) => load(`index_${i}`, "i32")), { name: "flat", type: "i32", access: "update" }],
    params: [u32("count", count), ...sizes.map((size, i) => u32(`size_${i}`, size))],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  var at = 0;
  var inside = true;
  ${repeat(
    sizes.length,
    (d) => `{
    let size = i32(p.size_${d});
    var index = index_${d}_load(i);
    if (index < 0) { index += size; }
    inside = inside && index >= 0 && index < size;
    at = at * size + index;
  }`,
  )}
  flat[i] = select(-2147483647, at, inside);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}
