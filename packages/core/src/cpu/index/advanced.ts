import { IndexError } from "../../errors.ts";
import { type ArrayView, elementOffsets, numelOf } from "../view.ts";
import { combineElements, moveElements } from "./elements.ts";
import { expandTo, offsetsOf, wrapped } from "./offsets.ts";

/** One entry per leading dimension; null takes the whole dimension. Masks are expanded to index tensors beforehand. */
export type Indices = readonly (ArrayView | null)[];

/**
 * Shape of `input[indices]`: the indices are broadcast together, and their common shape stands where they
 * stood when they are adjacent, else in front.
 * @throws IndexError when the indices do not broadcast
 */
export function indexedShape(shape: readonly number[], indices: Indices): number[] {
  const { common, first, before, after } = analyse(shape, indices);
  return [...before.map((d) => shape[d]!), ...(first < 0 ? [] : common), ...after.map((d) => shape[d]!)];
}

/**
 * out = input[indices], PyTorch's advanced indexing.
 * @throws IndexError when an index is out of bounds
 */
export function indexGet(out: ArrayView, input: ArrayView, indices: Indices): void {
  moveElements(out.array, offsetsOf(out), input.array, indexedOffsets(input, indices), out.dtype.lanes);
}

/**
 * self[indices] = values, or += when `accumulate`; `values` is broadcast to the shape of `self[indices]`.
 * @throws IndexError when an index is out of bounds; nothing is written then
 */
export function indexPut(self: ArrayView, indices: Indices, values: ArrayView, accumulate = false): void {
  const to = indexedOffsets(self, indices);
  const from = offsetsOf(expandTo(values, indexedShape(self.shape, indices)));
  if (accumulate) combineElements(self.array, to, values.array, from, self.dtype, "add");
  else moveElements(self.array, to, values.array, from, self.dtype.lanes);
}

interface Plan {
  /** Broadcast shape of the index tensors. */
  readonly common: number[];
  readonly first: number;
  /** Dimensions of the indexed tensor that come before and after the common shape in the result. */
  readonly before: number[];
  readonly after: number[];
}

function analyse(shape: readonly number[], indices: Indices): Plan {
  const used: number[] = [];
  const shapes: (readonly number[])[] = [];
  indices.forEach((index, d) => {
    if (index === null) return;
    used.push(d);
    shapes.push(index.shape);
  });
  const common = broadcastIndices(shapes);
  const first = used[0] ?? -1;
  const last = used[used.length - 1] ?? -1;
  const adjacent = last - first === used.length - 1;
  const free = shape.map((_, d) => d).filter((d) => !used.includes(d));
  const split = used.length > 0 && adjacent ? first : 0;
  return { common, first, before: free.filter((d) => d < split), after: free.filter((d) => d >= split) };
}

function broadcastIndices(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((size, i) => {
      const d = rank - shape.length + i;
      if (size === 1) return;
      if (result[d] !== 1 && result[d] !== size) {
        const list = shapes.map((s) => `[${s.join(", ")}]`).join(", ");
        throw new IndexError(`shape mismatch: indexing tensors could not be broadcast together with shapes ${list}`);
      }
      result[d] = size;
    });
  }
  return result;
}

function indexedOffsets(view: ArrayView, indices: Indices): Int32Array {
  const { shape, strides } = view;
  const { common, before, after } = analyse(shape, indices);
  const middle = new Int32Array(numelOf(common));
  let ordinal = 0;
  // PyTorch names the index tensor's ordinal as the dimension in its error text.
  indices.forEach((index, d) => {
    if (index === null) return;
    const values = wrapped(expandTo(index, common), ordinal++, shape[d]!);
    const stride = strides[d]!;
    for (let i = 0; i < middle.length; i++) middle[i]! += values[i]! * stride;
  });
  const pick = (dims: number[], list: readonly number[]): number[] => dims.map((d) => list[d]!);
  const outer = elementOffsets(pick(before, shape), pick(before, strides), view.offset);
  const inner = elementOffsets(pick(after, shape), pick(after, strides), 0);
  const result = new Int32Array(outer.length * middle.length * inner.length);
  let at = 0;
  for (let i = 0; i < outer.length; i++) {
    for (let j = 0; j < middle.length; j++) {
      const start = outer[i]! + middle[j]!;
      for (let k = 0; k < inner.length; k++) result[at++] = start + inner[k]!;
    }
  }
  return result;
}
