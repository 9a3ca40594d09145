import type { Engine } from "../engine.ts";
import type { Code } from "../threads/code.ts";

/** A tensor's place in a loop's arguments: its address at `at`, the step from row to row after it. */
export interface Stream {
  readonly at: number;
  /** Steps in bytes of the loops' dimensions, outermost first. */
  readonly steps: readonly number[];
}

/** Elements of a tile's row where operands are read across their memory order. */
const TILE = 32;

/**
 * Calls a loop over rows of n elements (arguments 0 and 1) for dimensions of these sizes; large work is cut into pieces for
 * the threads.
 *
 * @param args - addresses of the first elements are in place
 * @param cost - in nanoseconds of the whole
 * @param alone - run on this thread only
 */
export function launch(
  { threads }: Engine,
  loop: Code,
  args: number[],
  sizes: readonly number[],
  streams: readonly Stream[],
  cost: number,
  alone: boolean,
): void {
  const rank = sizes.length;
  const inner = rank - 1;
  const outer = rank - 2;
  const rows = outer < 0 ? 1 : sizes[outer]!;
  const n = sizes[inner]!;
  args[0] = rows;
  args[1] = n;
  for (const { at, steps } of streams) args[at + 1] = outer < 0 ? 0 : steps[outer]!;
  const tiled = rows > 1 && n > TILE && streams.some(({ steps }) => isAcross(steps[inner]!, steps[outer]!));
  const pieces = alone ? 1 : threads.split(1 << 20, cost).length;
  if (rank <= 2 && !tiled && pieces === 1) {
    loop(...args);
    return;
  }
  const calls: number[][] = [];
  /** The call's part from element `from` to `to` of dimension `dim`. */
  const part = (call: readonly number[], dim: number, from: number, to: number): number[] => {
    const copy = call.slice();
    if (dim === inner) copy[1] = to - from;
    else if (dim === outer) copy[0] = to - from;
    for (const { at, steps } of streams) copy[at] = call[at]! + from * steps[dim]!;
    return copy;
  };
  const cut = (call: readonly number[], shares: number): void => {
    if (tiled) {
      // Bands of rows, so that the lines of memory that a tile reads stay in the cache.
      const band = Math.max(TILE, Math.ceil(rows / shares));
      for (let row = 0; row < rows; row += band) {
        const piece = part(call, outer, row, Math.min(rows, row + band));
        for (let j = 0; j < n; j += TILE) calls.push(part(piece, inner, j, Math.min(n, j + TILE)));
      }
      return;
    }
    const dim = rows >= shares ? outer : inner;
    const total = dim === inner ? n : rows;
    const step = dim === inner ? 64 : 1;
    const size = Math.max(step, Math.ceil(total / shares / step) * step);
    for (let from = 0; from < total; from += size) calls.push(part(call, dim, from, Math.min(total, from + size)));
  };
  const walk = (call: readonly number[], dim: number, shares: number): void => {
    if (dim >= outer) {
      cut(call, shares);
      return;
    }
    for (let i = 0; i < sizes[dim]!; i++) walk(part(call, dim, i, i + 1), dim + 1, shares);
  };
  let blocks = 1;
  for (let d = 0; d < outer; d++) blocks *= sizes[d]!;
  walk(args, 0, Math.max(1, Math.ceil(pieces / blocks)));
  if (pieces === 1) for (const call of calls) loop(...call);
  else threads.run(loop, calls);
}

/** Whether steps lead across the cache lines in the inner loop and along them in the outer one. */
function isAcross(inner: number, outer: number): boolean {
  return Math.abs(inner) >= 64 && outer !== 0 && Math.abs(outer) < Math.abs(inner);
}
