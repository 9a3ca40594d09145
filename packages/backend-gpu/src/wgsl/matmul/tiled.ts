import type { Kernel } from "../kernel.ts";
import { affineParams, biasOf, COMPONENTS, finish, type MatmulSpec, vector } from "./spec.ts";
import { ceilDiv, repeat, store, u32 } from "../source.ts";

/** The block of a workgroup, how much of the sum is in workgroup memory at once, and the side of a thread's square tile. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly perThread: number;
}

/**
 * The register-tiled product. Both blocks lie in workgroup memory as [depth, side / 4] vectors along the result, so that the
 * inner loop is the same however the operands lie. A thread's rows and columns are vectors that are a whole round of threads
 * apart: neighbours read neighbours.
 */
export function tiledMatmul(spec: MatmulSpec, out: string, tile: Tile, splits: number): Kernel {
  const { batch, m, n, k, type, batchedA, batchedB } = spec;
  const { rows, columns, depth, perThread } = tile;
  const per = perThread / 4;
  const acrossRows = rows / perThread;
  const acrossColumns = columns / perThread;
  const threads = acrossRows * acrossColumns;
  const a = side(spec, "a", rows, depth);
  const b = side(spec, "b", columns, depth);
  const sums = (f: (row: number, column: number) => string): string =>
    repeat(perThread, (r) => repeat(per, (c) => f(r, c)));
  const partial = out === "partial";
  return {
    name: `matmul_${rows}x${columns}`,
    operands: [
      { name: "a", type, access: a.access },
      { name: "b", type, access: b.access },
      ...biasOf(spec),
      partial ? { name: out, type, access: "update" } : store(out, type),
    ],
    params: [
      u32("m", m),
      u32("n", n),
      u32("k", k),
      u32("batch", batch),
      u32("a_batch", batchedA ? m * k : 0),
      u32("b_batch", batchedB ? k * n : 0),
      u32("chunk", ceilDiv(ceilDiv(k, splits), depth) * depth),
      u32("splits", splits),
      ...affineParams(spec),
    ],
    code: `
alias V = vec4<${type}>;
var<workgroup> block_a: array<V, ${(depth * rows) / 4}>;
var<workgroup> block_b: array<V, ${(depth * columns) / 4}>;
${a.reader}
${b.reader}

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let row0 = group.y * ${rows}u;
  let column0 = group.x * ${columns}u;
  let ty = thread / ${acrossColumns}u;
  let tx = thread % ${acrossColumns}u;
  for (var z = group.z; z < p.batch * p.splits; z += groups.z) {
    let batch = z / p.splits;
    let begin = z % p.splits * p.chunk;
    let to = min(begin + p.chunk, p.k);
    let from_a = batch * p.a_batch;
    let from_b = batch * p.b_batch;
    ${sums((r, c) => `var sum_${r}_${c} = V();`)}
    for (var k0 = begin; k0 < to; k0 += ${depth}u) {
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
    let base = ${partial ? "z % p.splits * p.batch * p.m * p.n + " : ""}batch * p.m * p.n;
    ${repeat(perThread, (r) => {
      const row = `row0 + (ty + ${(r >> 2) * acrossRows}u) * 4u + ${r & 3}u`;
      return `{
      let row = ${row};
      if (row < p.m) {
        ${repeat(per, (c) => storeFour(`column0 + (tx + ${c * acrossColumns}u) * 4u`, `sum_${r}_${c}`))}
      }
    }`;
    })}
  }
}`,
    workgroups: [ceilDiv(n, columns), ceilDiv(m, rows), Math.min(65535, batch * splits)],
  };

  function storeFour(column: string, sum: string): string {
    const put = partial ? "partial[i] = value;" : finish(spec, out, "i", "value");
    return repeat(
      4,
      (i) => `if (${column} + ${i}u < p.n) {
          let i = base + row * p.n + ${column} + ${i}u;
          let value = ${sum}.${COMPONENTS[i]!};
          ${put}
        }`,
    );
  }
}

interface Side {
  readonly access: "load" | "vec4";
  /** A function `read_NAME(inside, index)` that reads one element, or vector, or zeros. */
  readonly reader: string;
  /** Pieces of work that fill the block. */
  readonly units: number;
  /** The code that does one. */
  readonly fill: (unit: string) => string;
}

/** How the block of an operand is filled: by what it is contiguous along, and whether four elements may be read at once. */
function side(spec: MatmulSpec, name: "a" | "b", length: number, depth: number): Side {
  const { m, n, k, type } = spec;
  const isA = name === "a";
  const alongSum = isA ? !spec.transposeA : spec.transposeB;
  const contiguous = isA ? spec.vectorsA : spec.vectorsB;
  const edge = isA ? m : n;
  const outer = isA ? "row" : "column";
  const size = isA ? "p.m" : "p.n";
  const vectors = length / 4;
  const wide = contiguous && (alongSum ? k : edge) % 4 === 0 && type === "f32";
  const block = `block_${name}`;
  const reader = `fn read_${name}(inside: bool, i: u32) -> ${wide ? "V" : type} {
  if (inside) { return ${wide ? `${name}[i]` : `${name}_load(i)`}; }
  return ${wide ? "V()" : `${type}(0)`};
}`;
  if (!alongSum) {
    const units = depth * vectors;
    const index = `from_${name} + at * ${size} + first`;
    return {
      access: wide ? "vec4" : "load",
      reader,
      units,
      fill: (unit) => `let at = k0 + ${unit} / ${vectors}u;
          let first = ${outer}0 + ${unit} % ${vectors}u * 4u;
          ${block}[${unit}] = ${
            wide
              ? `read_${name}(first < ${size} && at < to, (${index}) / 4u)`
              : vector(type, (i) => guarded(`first + ${i}u < ${size} && at < to`, `${index} + ${i}u`))
          };`,
    };
  }
  if (!wide) {
    return {
      access: "load",
      reader,
      units: depth * vectors,
      fill: (unit) => `let at = k0 + ${unit} % ${depth}u;
          let first = ${outer}0 + ${unit} / ${depth}u * 4u;
          ${block}[${unit} % ${depth}u * ${vectors}u + ${unit} / ${depth}u] = ${vector(type, (i) =>
            guarded(`first + ${i}u < ${size} && at < to`, `from_${name} + (first + ${i}u) * p.k + at`),
          )};`,
    };
  }
  // Four rows of four elements, transposed on the way. A part of the sum ends at a multiple of four, as k is one.
  const deep = depth / 4;
  return {
    access: "vec4",
    reader,
    units: deep * vectors,
    fill: (unit) => `let at = k0 + ${unit} % ${deep}u * 4u;
          let first = ${outer}0 + ${unit} / ${deep}u * 4u;
          ${repeat(
            4,
            (i) =>
              `let line_${i} = ${guarded(`first + ${i}u < ${size} && at < to`, `(from_${name} + (first + ${i}u) * p.k + at) / 4u`)};`,
          )}
          ${repeat(
            4,
            (i) =>
              `${block}[(${unit} % ${deep}u * 4u + ${i}u) * ${vectors}u + ${unit} / ${deep}u] = ${vector(type, (j) => `line_${j}.${COMPONENTS[i]!}`)};`,
          )}`,
  };

  function guarded(condition: string, index: string): string {
    return `read_${name}(${condition}, ${index})`;
  }
}
