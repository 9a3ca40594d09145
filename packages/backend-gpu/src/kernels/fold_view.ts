import { numelOf, type View } from "../queue/view.ts";

/** A view whose middle dimension is what is reduced: [outer, length, inner]. */
export interface FoldView {
  readonly view: View;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** The view with `dims` next to each other: as they stand if they are, else last. */
export function foldView(view: View, dims: readonly number[]): FoldView {
  const { shape, strides } = view;
  const reduced = new Set(dims);
  const order = [...dims].sort((a, b) => a - b);
  const sizes = (of: readonly number[]): number => numelOf(of.map((d) => shape[d]!));
  const first = order[0] ?? shape.length;
  const last = order.at(-1) ?? shape.length - 1;
  const all = shape.map((_, d) => d);
  if (last - first + 1 === order.length) {
    return {
      view,
      outer: sizes(all.slice(0, first)),
      length: sizes(order),
      inner: sizes(all.slice(last + 1)),
    };
  }
  const kept = all.filter((d) => !reduced.has(d));
  const moved = [...kept, ...order];
  return {
    view: {
      ...view,
      shape: moved.map((d) => shape[d]!),
      strides: moved.map((d) => strides[d]!),
      dense: false,
    },
    outer: sizes(kept),
    length: sizes(order),
    inner: 1,
  };
}
