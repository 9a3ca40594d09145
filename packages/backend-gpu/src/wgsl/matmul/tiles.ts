import { type Element, type Kernel, type Operand, type Param, spread } from "../kernel.ts";
import { ceilDiv, main, store, THREADS, u32 } from "../source.ts";
import type { Tile } from "./block.ts";

const LARGE: Tile = { rows: 128, columns: 128, depth: 8, perThread: 8 };
const MEDIUM: Tile = { rows: 64, columns: 64, depth: 16, perThread: 4 };
const SMALL: Tile = { rows: 32, columns: 32, depth: 16, perThread: 4 };

/** Workgroups that keep a GPU busy; fewer make it worth while to cut the sums. */
const BUSY = 96;

/** How many blocks a result has. */
export function tileGroups(tile: Tile, batch: number, m: number, n: number): number {
  return ceilDiv(m, tile.rows) * ceilDiv(n, tile.columns) * batch;
}

/** The largest tile that still gives every part of a GPU something to do. */
export function tileFor(batch: number, m: number, n: number): Tile {
  if (tileGroups(LARGE, batch, m, n) >= BUSY && m > 64 && n > 64) return LARGE;
  return m > 32 && n > 32 && tileGroups(MEDIUM, batch, m, n) >= BUSY / 4 ? MEDIUM : SMALL;
}

/** Into how many parts sums over `k` are cut, each of `least` at least. */
export function splitsFor(groups: number, k: number, least: number): number {
  return Math.max(1, Math.min(32, Math.floor(BUSY / groups), Math.floor(k / least)));
}

/** Adds the parts of sums in `partial` [splits, count], in order; `finish` stores `value` at `i`. */
export function sumParts(
  type: Element,
  count: number,
  splits: number,
  operands: readonly Operand[],
  params: readonly Param[],
  finish: string,
): Kernel {
  return {
    name: "sum_parts",
    operands: [{ name: "partial", type, access: "array" }, ...operands, store("out", type)],
    params: [u32("count", count), u32("splits", splits), ...params],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  var value = ${type}(0);
  for (var s = 0u; s < p.splits; s++) { value += partial[s * p.count + i]; }
  ${finish}
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}
