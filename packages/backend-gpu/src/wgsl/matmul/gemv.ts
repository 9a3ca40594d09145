import type { Kernel } from "../kernel.ts";
import { affineParams, biasOf, finish, type MatmulSpec } from "./spec.ts";
import { ceilDiv, repeat, store, u32 } from "../source.ts";

/**
 * A matrix times a vector. Threads lie along the sum where the matrix is contiguous there, else along the result; each adds
 * up its share, and the shares of a result are added in workgroup memory.
 */
export function gemv(spec: MatmulSpec, out: string, splits: number): Kernel {
  const { batch, m, n, k, type, transposeA, transposeB, batchedA, batchedB, vectorsA, vectorsB } = spec;
  // The vector is b when there is one column, else a.
  const [matrix, vector] = n === 1 ? (["a", "b"] as const) : (["b", "a"] as const);
  const along = n === 1 ? !transposeA : transposeB;
  const wide = along && k % 4 === 0 && vectorsA && vectorsB && type === "f32";
  const [results, sums] = along ? [4, 64] : [64, 4];
  const count = m * n;
  const lane = along ? ["thread / 64u", "thread % 64u"] : ["thread % 64u", "thread / 64u"];
  const access = wide ? ({ access: "vec4" } as const) : ({ access: "load" } as const);
  const get = (name: string, index: string): string => (wide ? `${name}[${index}]` : `${name}_load(${index})`);
  const at = along ? "from_matrix + i" : "from_matrix + i * p.count";
  return {
    name: "gemv",
    operands: [
      { name: "a", type, ...access },
      { name: "b", type, ...access },
      ...biasOf(spec),
      out === "partial" ? { name: out, type, access: "update" } : store(out, type),
    ],
    params: [
      u32("count", count),
      u32("batch", batch),
      u32("depth", wide ? k / 4 : k),
      u32("chunk", ceilDiv(wide ? k / 4 : k, splits)),
      u32("matrix_batch", (matrix === "a" ? batchedA : batchedB) ? (count * k) / (wide ? 4 : 1) : 0),
      u32("vector_batch", (vector === "a" ? batchedA : batchedB) ? k / (wide ? 4 : 1) : 0),
      ...affineParams(spec),
    ],
    code: `
var<workgroup> shares: array<${type}, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let lane = ${lane[1]};
  let begin = group.y * p.chunk;
  let to = min(begin + p.chunk, p.depth);
  for (var batch = group.z; batch < p.batch; batch += groups.z) {
    // Workgroups go round where there are more results than the grid may have.
    for (var first = group.x * ${results}u; first < p.count; first += groups.x * ${results}u) {
      let result = first + ${lane[0]};
      var sum = ${type}(0);
      if (result < p.count) {
        let from_matrix = batch * p.matrix_batch + result${along ? " * p.depth" : ""};
        let from_vector = batch * p.vector_batch;
        for (var i = begin + lane; i < to; i += ${sums}u) {
          sum += ${product(wide, get(matrix, at), get(vector, "from_vector + i"))};
        }
      }
      shares[thread] = sum;
      ${reduce(sums, along ? 1 : 64)}
      if (lane == 0u && result < p.count) {
        let i = ${out === "partial" ? "group.y * p.batch * p.count + " : ""}batch * p.count + result;
        ${out === "partial" ? "partial[i] = shares[thread];" : finish(spec, out, "i", "shares[thread]")}
      }
      workgroupBarrier();
    }
  }
}`,
    workgroups: [Math.min(65535, ceilDiv(count, results)), splits, Math.min(batch, 65535)],
  };

  function reduce(lanes: number, stride: number): string {
    const steps = Math.log2(lanes);
    return repeat(
      steps,
      (s) => `workgroupBarrier();
      if (lane < ${lanes >> (s + 1)}u) { shares[thread] += shares[thread + ${(lanes >> (s + 1)) * stride}u]; }`,
      "\n      ",
    ).concat("\n      workgroupBarrier();");
  }
}

function product(wide: boolean, a: string, b: string): string {
  return wide ? `dot(${a}, ${b})` : `${a} * ${b}`;
}
