import { type Kernel, type Plan, spread } from "../kernel.ts";
import { ceilDiv, main, store, THREADS, u32 } from "../source.ts";
import { directMatmul } from "./direct.ts";
import { gemv } from "./gemv.ts";
import { affineParams, biasOf, finish, type MatmulSpec } from "./spec.ts";
import type { Tile } from "./block.ts";
import { tiledMatmul } from "./tiled.ts";

/** How a product is computed. */
export type MatmulChoice =
  /** A thread for each element of the result. */
  | { readonly kind: "direct" }
  /** Matrix times vector: the threads of a workgroup share the sums. */
  | { readonly kind: "gemv"; readonly splits: number }
  /** Blocks of the result, each thread with a tile in registers; the sums cut into `splits` parts. */
  | { readonly kind: "tiled"; readonly tile: Tile; readonly splits: number };

const LARGE: Tile = { rows: 128, columns: 128, depth: 8, perThread: 8 };
const MEDIUM: Tile = { rows: 64, columns: 64, depth: 16, perThread: 4 };
const SMALL: Tile = { rows: 32, columns: 32, depth: 16, perThread: 4 };

/** Workgroups that keep a GPU busy; fewer make it worth while to cut the sums. */
const BUSY = 96;

/** Decides by shape. Sums are cut by shape alone, so results do not depend on the device. */
export function choose_matmul({ batch, m, n, k }: MatmulSpec): MatmulChoice {
  if (k <= 4 || batch * m * n * k <= 4096) return { kind: "direct" };
  if (m === 1 || n === 1) {
    const groups = ceilDiv(m * n, 16) * batch;
    return { kind: "gemv", splits: splitsFor(groups, k, 2048) };
  }
  const groups = (tile: Tile): number => ceilDiv(m, tile.rows) * ceilDiv(n, tile.columns) * batch;
  const tile = groups(LARGE) >= BUSY ? LARGE : m > 32 && n > 32 && groups(MEDIUM) >= BUSY / 4 ? MEDIUM : SMALL;
  return { kind: "tiled", tile, splits: splitsFor(groups(tile), k, 256) };
}

function splitsFor(groups: number, k: number, least: number): number {
  return Math.max(1, Math.min(32, Math.floor(BUSY / groups), Math.floor(k / least)));
}

/**
 * Operands: `a`, `b`, `out`, and `bias` where the specification has an affine part.
 * @param choice - by default what {@link choose_matmul} says
 */
export function matmul(spec: MatmulSpec, choice: MatmulChoice = choose_matmul(spec)): Plan {
  if (choice.kind === "direct") return { kernels: [directMatmul(spec)] };
  const { batch, m, n, k } = spec;
  const { splits } = choice;
  const product = (part: MatmulSpec, out: "out" | "partial"): Kernel =>
    choice.kind === "gemv" ? gemv(part, out, splits) : tiledMatmul(part, out, choice.tile, splits);
  if (splits === 1 || k === 0) return { kernels: [product(spec, "out")] };
  return {
    kernels: [product({ ...spec, affine: null }, "partial"), sumParts(spec, splits)],
    scratch: [{ name: "partial", type: spec.type, length: splits * batch * m * n }],
  };
}

/** Adds the parts of the sums, in order. */
function sumParts(spec: MatmulSpec, splits: number): Kernel {
  const { batch, m, n, type } = spec;
  const count = batch * m * n;
  return {
    name: "matmul_parts",
    operands: [{ name: "partial", type, access: "array" }, ...biasOf(spec), store("out", type)],
    params: [u32("count", count), u32("splits", splits), ...affineParams(spec)],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  var sum = ${type}(0);
  for (var s = 0u; s < p.splits; s++) { sum += partial[s * p.count + i]; }
  ${finish(spec, "out", "i", "sum")}
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}
