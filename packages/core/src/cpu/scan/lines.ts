import type { ArrayView } from "../view.ts";

/** One line along the scanned dimension: number of elements, then start and step (in entries) of either tensor. */
export type LineVisitor = (n: number, outAt: number, outStep: number, at: number, step: number) => void;

/** Visits the lines of two tensors of one shape along `dim`; a 0-d tensor is one line of one element. */
export function eachLine(out: ArrayView, input: ArrayView, dim: number, visit: LineVisitor): void {
  const { shape } = input;
  const rank = shape.length;
  const outLanes = out.dtype.lanes;
  const lanes = input.dtype.lanes;
  const n = rank === 0 ? 1 : shape[dim]!;
  const outStep = rank === 0 ? 0 : out.strides[dim]! * outLanes;
  const step = rank === 0 ? 0 : input.strides[dim]! * lanes;
  let outAt = out.offset * outLanes;
  let at = input.offset * lanes;
  for (const size of shape) if (size === 0) return;
  const counters = new Array<number>(rank).fill(0);
  for (;;) {
    visit(n, outAt, outStep, at, step);
    let d = rank - 1;
    for (; d >= 0; d--) {
      if (d === dim) continue;
      counters[d]! += 1;
      const wraps = counters[d] === shape[d];
      const by = wraps ? 1 - shape[d]! : 1;
      outAt += by * out.strides[d]! * outLanes;
      at += by * input.strides[d]! * lanes;
      if (!wraps) break;
      counters[d] = 0;
    }
    if (d < 0) return;
  }
}
