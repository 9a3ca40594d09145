import { allocate } from "@tt/core/dispatch";
import type { DType, Tensor } from "@tt/core";
import { streamAt } from "../../codegen/nest.ts";
import type { Engine } from "../../engine.ts";
import type { Code } from "../../threads/code.ts";
import type { Nest } from "./geometry.ts";

/** An address with its steps in bytes, as loops take them. */
export interface Stream {
  readonly address: number;
  readonly rows: number;
  readonly inner: number;
  readonly m: number;
  readonly p: number;
  /** Along the dimensions that are walked outside. */
  readonly outside: readonly number[];
}

export const NOWHERE: Stream = { address: 0, rows: 0, inner: 0, m: 0, p: 0, outside: [] };

/** The input's steps. */
export function inputStream(nest: Nest, address: number, size: number): Stream {
  const { rows, inner, m, p, outside } = nest;
  return {
    address,
    rows: rows.step * size,
    inner: inner.step * size,
    m: m.step * size,
    p: p.step * size,
    outside: outside.map(({ step }) => step * size),
  };
}

/** Steps of results that lie in order. */
export function resultStream(nest: Nest, address: number, size: number): Stream {
  const { rows, inner, outside } = nest;
  return {
    address,
    rows: rows.out * size,
    inner: inner.out * size,
    m: 0,
    p: 0,
    outside: outside.map(({ out }) => out * size),
  };
}

/** Calls a nest's loop over all kept dimensions, in pieces where that pays. */
export function runNest(
  { threads }: Engine,
  loop: Code,
  nest: Nest,
  streams: readonly [output: Stream, input: Stream, other: Stream],
  constants: readonly number[],
  cost: number,
): void {
  const { form, rows, inner, m, p, outside } = nest;
  const args = [rows.size, inner.size, m.size, p.size];
  for (const { address, rows: r, inner: i, m: a, p: b } of streams) args.push(address, r, i, a, b);
  args.push(...constants);
  let calls = [args];
  const moved = (call: readonly number[], by: (stream: Stream) => number): number[] => {
    const copy = call.slice();
    streams.forEach((stream, k) => (copy[streamAt(k)] = call[streamAt(k)]! + by(stream)));
    return copy;
  };
  outside.forEach(({ size }, d) => {
    calls = calls.flatMap((call) =>
      Array.from({ length: size }, (_, i) => moved(call, (stream) => i * (stream.outside[d] ?? 0))),
    );
  });
  const share = cost / calls.length;
  // Either dimension of results may be cut.
  const across = form === "columns" && rows.size < 2 * threads.count;
  const ranges = across ? threads.split(inner.size, share, 64) : threads.split(rows.size, share);
  if (ranges.length > 1) {
    calls = calls.flatMap((call) =>
      ranges.map(([from, to]) => {
        const piece = moved(call, (stream) => from * (across ? stream.inner : stream.rows));
        piece[across ? 1 : 0] = to - from;
        return piece;
      }),
    );
  }
  if (ranges.length > 1 || (calls.length > 1 && threads.split(calls.length, cost).length > 1)) threads.run(loop, calls);
  else for (const call of calls) loop(...call);
}

/** A tensor of the engine's for values on their way. */
export function temporary(like: Tensor, dtype: DType): Tensor {
  return allocate(like.shape, dtype, like.device);
}
