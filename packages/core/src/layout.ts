import { IndexError, RuntimeError } from "./errors.ts";

/** Number of elements of a shape. */
export function numelOf(shape: readonly number[]): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i]!;
  return n;
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i]!, 1);
  }
  return strides;
}

/** Whether elements lie in row-major order without gaps. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    if (size === 0) return true;
    if (size !== 1) {
      if (strides[i] !== step) return false;
      step *= size;
    }
  }
  return true;
}

/** Strides of an NHWC (or NDHWC) tensor. */
export function channelsLastStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  const order = [1];
  for (let i = shape.length - 1; i >= 2; i--) order.push(i);
  order.push(0);
  let step = 1;
  for (const dim of order) {
    strides[dim] = step;
    step *= Math.max(shape[dim]!, 1);
  }
  return strides;
}

/** Whether a 4-d or 5-d tensor lies channels-last. */
export function isChannelsLast(shape: readonly number[], strides: readonly number[]): boolean {
  const want = channelsLastStrides(shape);
  return shape.every((size, i) => size === 1 || strides[i] === want[i]);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The shape that `a` and `b` broadcast to. */
export function broadcastPair(a: readonly number[], b: readonly number[]): readonly number[] {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = i <= a.length ? a[a.length - i]! : 1;
    const y = i <= b.length ? b[b.length - i]! : 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new RuntimeError(
        `The size of tensor a (${x}) must match the size of tensor b (${y}) at non-singleton dimension ${rank - i}`,
      );
    }
    shape[rank - i] = x === 1 ? y : x;
  }
  return shape;
}

/** Strides with which a tensor of `shape` reads as `target`; 0 in broadcast dimensions. */
export function expandStrides(
  shape: readonly number[],
  strides: readonly number[],
  target: readonly number[],
): number[] {
  const lead = target.length - shape.length;
  const out = new Array<number>(target.length);
  for (let i = 0; i < target.length; i++) {
    out[i] = i < lead || (shape[i - lead] === 1 && target[i] !== 1) ? 0 : strides[i - lead]!;
  }
  return out;
}

/** `dim` counted from the front. Scalars (rank 0) accept -1 and 0. */
export function wrapDim(dim: number, rank: number): number {
  const limit = Math.max(rank, 1);
  if (dim < -limit || dim >= limit) {
    throw new IndexError(
      `Dimension out of range (expected to be in range of [${-limit}, ${limit - 1}], but got ${dim})`,
    );
  }
  return dim < 0 ? dim + limit : dim;
}

/** Sorted, wrapped, distinct dims; null, undefined or an empty list mean all. */
export function wrapDims(dims: readonly number[] | null | undefined, rank: number): number[] {
  if (dims === null || dims === undefined || dims.length === 0) return Array.from({ length: rank }, (_, i) => i);
  const out: number[] = [];
  for (const dim of dims) {
    const wrapped = wrapDim(dim, rank);
    if (out.includes(wrapped)) throw new RuntimeError(`dim ${wrapped} appears multiple times in the list of dims`);
    out.push(wrapped);
  }
  if (rank === 0) return [];
  return out.sort((x, y) => x - y);
}

/** The shape left after reducing `dims` (sorted, wrapped). */
export function reducedShape(shape: readonly number[], dims: readonly number[], keepdim: boolean): number[] {
  const out: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (!dims.includes(i)) out.push(shape[i]!);
    else if (keepdim) out.push(1);
  }
  return out;
}

/** Replaces one -1 in `shape` so that it holds `numel` elements. */
export function inferShape(shape: readonly number[], numel: number): number[] {
  let known = 1;
  let unknown = -1;
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i]!;
    if (size === -1) {
      if (unknown >= 0) throw new RuntimeError("only one dimension can be inferred");
      unknown = i;
    } else if (size < 0) {
      throw new RuntimeError(`invalid shape dimension ${size}`);
    } else known *= size;
  }
  const out = [...shape];
  if (unknown >= 0) {
    if (known === 0) {
      throw new RuntimeError(
        `cannot reshape tensor of 0 elements into shape [${shape.join(", ")}] because the unspecified dimension size -1 can be any value and is ambiguous`,
      );
    }
    if (numel % known === 0) {
      out[unknown] = numel / known;
      return out;
    }
  } else if (known === numel) return out;
  throw new RuntimeError(`shape '[${shape.join(", ")}]' is invalid for input of size ${numel}`);
}

/** Strides that let memory of (shape, strides) be seen as `target` without a copy, or null. */
export function viewStrides(
  shape: readonly number[],
  strides: readonly number[],
  target: readonly number[],
): number[] | null {
  if (isContiguous(shape, strides)) return contiguousStrides(target);
  const out = new Array<number>(target.length);
  let view = target.length - 1;
  let base = strides.length === 0 ? 1 : strides.at(-1)!;
  let chunk = 1;
  let seen = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    chunk *= shape[dim]!;
    if (dim === 0 || (shape[dim - 1] !== 1 && strides[dim - 1] !== chunk * base)) {
      while (view >= 0 && (seen < chunk || target[view] === 1)) {
        out[view] = seen * base;
        seen *= target[view]!;
        view--;
      }
      if (seen !== chunk) return null;
      if (dim > 0) {
        base = strides[dim - 1]!;
        chunk = 1;
        seen = 1;
      }
    }
  }
  return view === -1 ? out : null;
}
