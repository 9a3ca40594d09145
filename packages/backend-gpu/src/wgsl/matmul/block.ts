import { type Element, type Kernel, type Operand, type Param, spread } from "../kernel.ts";
import { ceilDiv, repeat, u32 } from "../source.ts";

/** The block of a workgroup, how much of the sum is in workgroup memory at once, and the side of a thread's square tile. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly perThread: number;
}

/** How the block of an operand is filled: `length` elements of the result's side by `depth` of the sum. */
export interface Side {
  /** Declarations. */
  readonly functions: string;
  /** What a thread computes once for each block of the result; `row0` and `column0` begin it. */
  readonly setup: string;
  /** Pieces of work, and the code of one: it writes vectors of `block_a` or `block_b`, which is [depth, length / 4]. */
  readonly units: number;
  readonly fill: (unit: string) => string;
}

/** `batch` products [m, k] x [k, n]; sums are cut into `splits` parts. */
export interface BlockProduct {
  readonly name: string;
  readonly type: Element;
  readonly tile: Tile;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly splits: number;
  readonly operands: readonly Operand[];
  readonly params: readonly Param[];
  readonly a: Side;
  readonly b: Side;
  /** Where a result is: `base` (of a batch) + `row * rowStride` + the offset of its column. */
  readonly base: string;
  readonly rowStride: string;
  readonly offset: (column: string) => string;
  /** Code that stores `value` at `i`; `row` and `batch` are in scope. */
  readonly store: string;
}

/** Names of the components of vectors. */
export const COMPONENTS = ["x", "y", "z", "w"] as const;

/** A vector of `type` of four components. */
export function vector(type: Element, component: (i: number) => string): string {
  return `vec4<${type}>(${repeat(4, component, ", ")})`;
}

/**
 * The register-tiled product. Both blocks lie in workgroup memory as [depth, side / 4] vectors along the result, so that the
 * inner loop is the same however the operands lie. A thread's rows and columns are vectors that are a whole round of threads
 * apart: neighbours read neighbours.
 */
export function blockProduct(product: BlockProduct): Kernel {
  const { type, tile, batch, m, n, k, splits, a, b } = product;
  const { rows, columns, depth, perThread } = tile;
  const per = perThread / 4;
  const acrossRows = rows / perThread;
  const acrossColumns = columns / perThread;
  const threads = acrossRows * acrossColumns;
  const sums = (f: (row: number, column: number) => string): string =>
    repeat(perThread, (r) => repeat(per, (c) => f(r, c)));
  return {
    name: `${product.name}_${rows}x${columns}`,
    operands: product.operands,
    params: [
      u32("m", m),
      u32("n", n),
      u32("k", k),
      u32("batch", batch),
      u32("chunk", ceilDiv(ceilDiv(k, splits), depth) * depth),
      u32("splits", splits),
      ...product.params,
    ],
    code: `
alias V = vec4<${type}>;
var<workgroup> block_a: array<V, ${(depth * rows) / 4}>;
var<workgroup> block_b: array<V, ${(depth * columns) / 4}>;
${a.functions}
${b.functions}

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let across = (p.n + ${columns - 1}u) / ${columns}u;
  let tiles = across * ((p.m + ${rows - 1}u) / ${rows}u);
  let ty = thread / ${acrossColumns}u;
  let tx = thread % ${acrossColumns}u;
  let turn = flat_group(group, groups);
  if (turn >= tiles * p.batch * p.splits) { return; }
  let z = turn / tiles;
  let tile = turn % tiles;
  let row0 = tile / across * ${rows}u;
  let column0 = tile % across * ${columns}u;
  let batch = z / p.splits;
  let part = z % p.splits;
  let begin = part * p.chunk;
  let end = min(begin + p.chunk, p.k);
  ${a.setup}
  ${b.setup}
  ${sums((r, c) => `var sum_${r}_${c} = V();`)}
  for (var k0 = begin; k0 < end; k0 += ${depth}u) {
    workgroupBarrier();
    for (var unit = thread; unit < ${a.units + b.units}u; unit += ${threads}u) {
      if (unit < ${a.units}u) {
        ${a.fill("unit")}
      } else {
        let other = unit - ${a.units}u;
        ${b.fill("other")}
      }
    }
    workgroupBarrier();
    for (var at = 0u; at < ${depth}u; at++) {
      ${repeat(per, (i) => `let a_${i} = block_a[at * ${rows / 4}u + ty + ${i * acrossRows}u];`)}
      ${repeat(per, (i) => `let b_${i} = block_b[at * ${columns / 4}u + tx + ${i * acrossColumns}u];`)}
      ${sums((r, c) => `sum_${r}_${c} += a_${r >> 2}.${COMPONENTS[r & 3]!} * b_${c};`)}
    }
  }
  let base = ${product.base};
  ${repeat(per * 4, (c) => {
    const column = `column0 + (tx + ${(c >> 2) * acrossColumns}u) * 4u + ${c & 3}u`;
    return `{
    let column = ${column};
    if (column < p.n) {
      let start = base + ${product.offset("column")};
      ${repeat(perThread, (r) => storeOne(r, `sum_${r}_${c >> 2}.${COMPONENTS[c & 3]!}`))}
    }
  }`;
  })}
}`,
    workgroups: spread(ceilDiv(n, columns) * ceilDiv(m, rows) * batch * splits),
  };

  function storeOne(r: number, sum: string): string {
    return `{
          let row = row0 + (ty + ${(r >> 2) * acrossRows}u) * 4u + ${r & 3}u;
          if (row < p.m) {
            let i = start + row * ${product.rowStride};
            let value = ${sum};
            ${product.store}
          }
        }`;
  }
}
