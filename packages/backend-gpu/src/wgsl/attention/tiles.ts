import { type Operand, type Param } from "../kernel.ts";
import { f32, load, repeat, u32 } from "../source.ts";

/** Attention over `heads` heads: queries [m, width], keys [n, width] and values [n, depth]. */
export interface AttentionSpec {
  readonly heads: number;
  readonly m: number;
  readonly n: number;
  readonly width: number;
  readonly depth: number;
  /** What `mask` [heads, m, n] has: true where attention is allowed, or what is added to the scores. */
  readonly mask: "none" | "bool" | "additive";
  /** Queries attend to no later keys. */
  readonly causal: boolean;
}

/** Queries and keys of a block. */
export const BLOCK = 32;
/** Dimensions of a head that are in workgroup memory at once. */
const CHUNK = 16;
/** Threads that share a row of the result, and rows of a tile in memory, one wider to spread them over the banks. */
export const LANES = 8;
export const ROW: number = BLOCK + 1;

export function attentionParams(spec: AttentionSpec, scale: number): Param[] {
  return [u32("heads", spec.heads), u32("m", spec.m), u32("n", spec.n), f32("scale", scale)];
}

export function maskOperand({ mask }: AttentionSpec): readonly Operand[] {
  return mask === "none" ? [] : [load("mask", mask === "bool" ? "u32" : "f32")];
}

/** Workgroup memory of {@link tileProduct}, and `names` tiles of its results. */
export function tileMemory(...names: string[]): string {
  return `var<workgroup> chunk_a: array<f32, ${BLOCK * (CHUNK + 1)}>;
var<workgroup> chunk_b: array<f32, ${BLOCK * (CHUNK + 1)}>;
${names.map((name) => `var<workgroup> ${name}: array<f32, ${BLOCK * ROW}>;`).join("\n")}`;
}

/**
 * Products of 32 rows with 32 columns, four for each thread: `NAME_0` to `NAME_3` for rows `ty` and `ty + 16` and columns `tx` and
 * `tx + 16`. `a` and `b` read dimension `d` of row or column `r`; `rows` and `columns` are how many there are.
 */
export function tileProduct(name: string, size: number, rows: string, columns: string, a: string, b: string): string {
  return `var ${name} = vec4<f32>();
    for (var d0 = 0u; d0 < ${size}u; d0 += ${CHUNK}u) {
      workgroupBarrier();
      for (var t = thread; t < ${BLOCK * CHUNK}u; t += 256u) {
        let r = t / ${CHUNK}u;
        let d = d0 + t % ${CHUNK}u;
        var left = 0.0;
        var right = 0.0;
        if (r < ${rows} && d < ${size}u) { left = ${a}; }
        if (r < ${columns} && d < ${size}u) { right = ${b}; }
        chunk_a[r * ${CHUNK + 1}u + t % ${CHUNK}u] = left;
        chunk_b[r * ${CHUNK + 1}u + t % ${CHUNK}u] = right;
      }
      workgroupBarrier();
      for (var d = 0u; d < ${CHUNK}u; d++) {
        let left = vec2(chunk_a[ty * ${CHUNK + 1}u + d], chunk_a[(ty + 16u) * ${CHUNK + 1}u + d]);
        let right = vec2(chunk_b[tx * ${CHUNK + 1}u + d], chunk_b[(tx + 16u) * ${CHUNK + 1}u + d]);
        ${name} += left.xxyy * right.xyxy;
      }
    }`;
}

/** Does something with each of a thread's four places of a tile: row `r`, column `c`, component `k` of the products. */
export function eachProduct(body: (r: string, c: string, k: number) => string): string {
  return repeat(4, (k) => body(`(ty + ${(k >> 1) * 16}u)`, `(tx + ${(k & 1) * 16}u)`, k), "\n    ");
}

/** `fn score(product, head, i, j) -> f32`: the score of query `i` and key `j`, minus infinity where it is masked. */
export function scoreFunction({ mask, causal }: AttentionSpec): string {
  const at = "(head * p.m + i) * p.n + j";
  return `fn score(product: f32, head: u32, i: u32, j: u32) -> f32 {
  if (i >= p.m || j >= p.n${causal ? " || j > i" : ""}) { return -inf(); }
  ${mask === "bool" ? `if (mask_load(${at}) == 0u) { return -inf(); }` : ""}
  return product * p.scale${mask === "additive" ? ` + mask_load(${at})` : ""};
}
// exp(NaN) need not be NaN.
fn weight(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  return exp(x);
}`;
}

/** The variables `NAME_0`, ... of a thread's share of a row of `size` elements: numbers lane, lane + 8, ... */
export function share(size: number, each: (j: number, column: string) => string): string {
  return repeat(
    Math.ceil(size / LANES),
    (j) => {
      const body = each(j, `(lane + ${j * LANES}u)`);
      return (j + 1) * LANES > size ? `if (lane + ${j * LANES}u < ${size}u) { ${body} }` : body;
    },
    "\n      ",
  );
}

/** Declares them. */
export function zeros(name: string, size: number): string {
  return repeat(Math.ceil(size / LANES), (j) => `var ${name}_${j} = 0.0;`, " ");
}

/** The head of an entry point; blocks of `side` for each head. */
export function blockMain(side: "m" | "n"): string {
  return `@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group_id: vec3<u32>, @builtin(num_workgroups) group_count: vec3<u32>) {
  let group = flat_group(group_id, group_count);
  let blocks = (p.${side} + ${BLOCK - 1}u) / ${BLOCK}u;
  let head = group / blocks;
  if (head >= p.heads) { return; }
  let first = group % blocks * ${BLOCK}u;
  let row = thread / ${LANES}u;
  let lane = thread % ${LANES}u;
  let ty = thread / 16u;
  let tx = thread % 16u;`;
}
