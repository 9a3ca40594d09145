import {
  complex128,
  complex64,
  type DType,
  float32,
  float64,
  int32,
  int64,
  type Kernel,
  type Kernels,
  type Scalar,
  type Tensor,
} from "@tt/core";
import type { Engine } from "../engine.ts";
import { patternOf } from "./pattern.ts";
import { atLeast1d, broadcast, dense, product, viewOf } from "./views.ts";

/** Elements up to which the host's loops are as fast. */
const FEW = 256;

/** Dtypes that are added up here, as assembly/blocks.ts numbers them. */
const KINDS: readonly DType[] = [float32, float64, int32, int64];

/** Complex numbers are added up by their parts. */
function kindOf(dtype: DType): number {
  return KINDS.indexOf(dtype === complex64 ? float32 : dtype === complex128 ? float64 : dtype);
}

/** Columns of a matrix that a thread takes at least. */
const COLUMNS = 64;

/** A dimension, or several neighbours, between those before and after. */
interface Place {
  readonly outer: number;
  readonly size: number;
  /** Bytes of a block. */
  readonly block: number;
}

function placeOf({ shape, dtype }: Tensor, first: number, last: number): Place {
  return {
    outer: product(shape.slice(0, first)),
    size: product(shape.slice(first, last + 1)),
    block: product(shape.slice(last + 1)) * dtype.itemsize,
  };
}

const isIndex = ({ dtype }: Tensor): boolean => dtype === int64 || dtype === int32;

/** Blocks of dense tensors taken and put by index; what does not suit, and what is out of range, goes to the host's loops. */
export function indexingKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host, threads } = engine;

  /** Copies `input`, broadcast, to another tensor. */
  function copyTo(out: Tensor, input: Tensor): void {
    if (out === input) return;
    const suits = input.dtype === out.dtype && input.contiguous_ && out.contiguous_ && input.numel() === out.numel();
    if (suits) {
      operands.begin();
      const [to, from] = [operands.output(out), operands.input(input)];
      if (to >= 0 && from >= 0) {
        heap.bytes.copyWithin(to, from, from + out.numel() * out.dtype.itemsize);
        operands.end();
        return;
      }
    }
    (host["copy"] as Kernel)(out, broadcast(input, out.shape));
  }

  function locate(written: Tensor, ...read: readonly Tensor[]): number[] | null {
    operands.begin();
    const at = [operands.output(written), ...read.map((tensor) => operands.input(tensor))];
    return at.some((address) => address < 0) ? null : at;
  }

  /** Byte offsets of what a vector of indices names, in working memory; -1 when one is out of range. */
  function offsets(
    index: Tensor,
    address: number,
    count: number,
    { size, block }: Place,
    skip = -1,
    wrap = false,
  ): number {
    const wide = index.dtype === int64;
    const to = heap.scratch(4 * count);
    if (to < 0) return -1;
    const step = (index.ndim === 0 ? 1 : index.strides[0]!) * (wide ? 8 : 4);
    return exports.offsetsOf(count, address, step, wide, size, block, to, 0, wrap, skip) !== 0 ? to : -1;
  }

  /** The vector's elements may be apart. */
  const vector = (index: Tensor): Tensor => (index.ndim <= 1 ? index : dense(engine, index));

  function select(givenOut: Tensor, given: Tensor, dim: number, index: Tensor): boolean {
    const [out, input] = [atLeast1d(givenOut), atLeast1d(given)];
    if (out.numel() < engine.few(FEW) || !input.contiguous_ || !out.contiguous_ || !isIndex(index)) return false;
    const place = placeOf(input, dim, dim);
    const count = index.numel();
    const at = locate(out, input, index);
    if (at === null) return false;
    const list = offsets(index, at[2]!, count, place);
    if (list < 0) return false;
    exports.takeBlocks(place.outer, place.size * place.block, count, list, place.block, at[1]!, at[0]!);
    operands.end();
    return true;
  }

  function put(givenOut: Tensor, dim: number, index: Tensor, given: Tensor, alpha: Scalar | null): boolean {
    const [out, source] = [atLeast1d(givenOut), dense(engine, atLeast1d(given))];
    if (source.numel() < engine.few(FEW) || source.dtype !== out.dtype) return false;
    if (!out.contiguous_ || !isIndex(index)) return false;
    if (source.storage === out.storage || index.storage === out.storage) return false;
    const kind = kindOf(out.dtype);
    if (alpha !== null && (kind < 0 || typeof alpha === "object")) return false;
    const place = placeOf(out, dim, dim);
    const count = index.numel();
    const at = locate(out, source, index);
    if (at === null) return false;
    const list = offsets(index, at[2]!, count, place);
    if (list < 0) return false;
    if (alpha === null)
      exports.putBlocks(place.outer, place.size * place.block, count, list, place.block, at[1]!, at[0]!);
    else add(kind, place, count, list, at[1]!, at[0]!, out.dtype, Number(alpha));
    operands.end();
    return true;
  }

  function fill(given: Tensor, dim: number, index: Tensor, value: Scalar): boolean {
    const out = atLeast1d(given);
    if (out.numel() < engine.few(FEW) || !out.contiguous_ || !isIndex(index)) return false;
    if (index.storage === out.storage) return false;
    const place = placeOf(out, dim, dim);
    const at = locate(out, index);
    if (at === null) return false;
    const list = offsets(index, at[1]!, index.numel(), place, -1, true);
    const pattern = patternOf(engine, value, out.dtype);
    if (list < 0 || pattern < 0) return false;
    exports.fillBlocks(place.outer, place.size * place.block, index.numel(), list, place.block, at[0]!, pattern);
    operands.end();
    return true;
  }

  /** Adds blocks at their offsets: threads take columns, so that the order of additions is always the same. */
  function add(
    kind: number,
    { outer, size, block }: Place,
    count: number,
    list: number,
    from: number,
    to: number,
    { itemsize, lanes }: DType,
    alpha: number,
  ): void {
    const n = (block / itemsize) * lanes;
    const pieces = threads.split(n, 0.3 * outer * count * n, COLUMNS);
    threads.run(
      "addBlocks",
      pieces.map(([left, right]) => [kind, outer, size * block, count, list, n, left, right, from, to, alpha]),
    );
  }

  /** Where advanced indices point: their dimensions together, and the offsets of the elements they name. */
  function advanced(
    input: Tensor,
    indices: readonly (Tensor | null)[],
  ): { place: Place; count: number; prepare: () => number } | null {
    const used = [...indices.keys()].filter((d) => indices[d] !== null);
    const [first, last] = [used[0], used.at(-1)];
    if (first === undefined || last === undefined || last - first + 1 !== used.length) return null;
    const rank = Math.max(...used.map((d) => indices[d]!.ndim));
    const common = Array.from({ length: rank }, (_, i) =>
      Math.max(...used.map((d) => indices[d]!.shape[indices[d]!.ndim - rank + i] ?? 1)),
    );
    if (used.some((d) => indices[d]!.dtype !== int64) || common.includes(0) || input.numel() === 0) return null;
    const count = product(common);
    const place = placeOf(input, first, last);
    const lists = used.map((d) => {
      const index = indices[d]!;
      const whole = index.numel() === count;
      return whole && (index.ndim <= 1 || index.contiguous_) ? index : dense(engine, broadcast(index, common));
    });
    const prepare = (): number => {
      const to = heap.scratch(4 * count);
      if (to < 0) return -1;
      for (let i = 0; i < lists.length; i++) {
        const index = lists[i]!;
        const address = operands.input(index);
        const step = index.ndim === 1 ? 8 * index.strides[0]! : 8;
        const size = input.shape[first + i]!;
        const scale = product(input.shape.slice(first + i + 1)) * input.dtype.itemsize;
        if (address < 0) return -1;
        if (exports.offsetsOf(count, address, step, 1, size, scale, to, i > 0, 1, -1) === 0) return -1;
      }
      return to;
    };
    return { place, count, prepare };
  }

  function get(out: Tensor, input: Tensor, indices: readonly (Tensor | null)[]): boolean {
    if (out.numel() < engine.few(FEW) || !input.contiguous_ || !out.contiguous_) return false;
    const plan = advanced(input, indices);
    const at = plan === null ? null : locate(out, input);
    if (plan === null || at === null) return false;
    const list = plan.prepare();
    if (list < 0) return false;
    const { outer, size, block } = plan.place;
    exports.takeBlocks(outer, size * block, plan.count, list, block, at[1]!, at[0]!);
    operands.end();
    return true;
  }

  function indexPut(
    out: Tensor,
    indices: readonly (Tensor | null)[],
    values: Tensor,
    shape: readonly number[],
    accumulate: boolean,
  ): boolean {
    const kind = kindOf(out.dtype);
    if (product(shape) < engine.few(FEW) || !out.contiguous_ || values.storage === out.storage) return false;
    if (values.dtype !== out.dtype || (accumulate && kind < 0)) return false;
    if (indices.some((index) => index?.storage === out.storage)) return false;
    const plan = advanced(out, indices);
    if (plan === null) return false;
    const source = dense(engine, broadcast(values, shape));
    const at = locate(out, source);
    if (at === null) return false;
    const list = plan.prepare();
    if (list < 0) return false;
    const { outer, size, block } = plan.place;
    if (accumulate) add(kind, plan.place, plan.count, list, at[1]!, at[0]!, out.dtype, 1);
    else exports.putBlocks(outer, size * block, plan.count, list, block, at[1]!, at[0]!);
    operands.end();
    return true;
  }

  return {
    index_select(out: Tensor, input: Tensor, dim: number, index: Tensor): void {
      if (!select(out, input, dim, vector(index))) (host["index_select"] as Kernel)(out, input, dim, index);
    },
    index_add(out: Tensor, input: Tensor, dim: number, index: Tensor, source: Tensor, alpha: Scalar): void {
      copyTo(out, input);
      if (!put(out, dim, vector(index), source, alpha))
        (host["index_add"] as Kernel)(out, out, dim, index, source, alpha);
    },
    index_fill(out: Tensor, input: Tensor, dim: number, index: Tensor, value: Scalar): void {
      copyTo(out, input);
      if (!fill(out, dim, vector(index), value)) (host["index_fill"] as Kernel)(out, out, dim, index, value);
    },
    index_copy(out: Tensor, input: Tensor, dim: number, index: Tensor, source: Tensor): void {
      copyTo(out, input);
      if (!put(out, dim, vector(index), source, null)) (host["index_copy"] as Kernel)(out, out, dim, index, source);
    },
    index_get(out: Tensor, input: Tensor, indices: readonly (Tensor | null)[]): void {
      if (!get(out, input, indices)) (host["index_get"] as Kernel)(out, input, indices);
    },
    index_put(
      out: Tensor,
      input: Tensor,
      indices: readonly (Tensor | null)[],
      values: Tensor,
      accumulate: boolean,
    ): void {
      copyTo(out, input);
      if (!indexPut(out, indices, values, values.shape, accumulate))
        (host["index_put"] as Kernel)(out, out, indices, values, accumulate);
    },
    embedding(out: Tensor, weight: Tensor, indices: Tensor): void {
      if (!select(out, weight, 0, flat(dense(engine, indices)))) (host["embedding"] as Kernel)(out, weight, indices);
    },
    embedding_backward(out: Tensor, grad: Tensor, indices: Tensor, padding: number, scale: boolean): void {
      if (!embeddingBackward(out, grad, indices, padding, scale))
        (host["embedding_backward"] as Kernel)(out, grad, indices, padding, scale);
    },
  };

  function embeddingBackward(out: Tensor, grad: Tensor, indices: Tensor, padding: number, scale: boolean): boolean {
    const kind = KINDS.indexOf(out.dtype);
    if (scale || kind < 0 || kind > 1 || grad.numel() < engine.few(FEW) || !out.contiguous_ || grad.dtype !== out.dtype)
      return false;
    const source = dense(engine, grad);
    const index = flat(dense(engine, indices));
    const at = locate(out, source, index);
    if (at === null) return false;
    const place = placeOf(out, 0, 0);
    const list = offsets(index, at[2]!, index.numel(), place, padding);
    if (list < 0) return false;
    heap.bytes.fill(0, at[0], at[0]! + out.numel() * out.dtype.itemsize);
    add(kind, place, index.numel(), list, at[1]!, at[0]!, out.dtype, 1);
    operands.end();
    return true;
  }
}

/** A dense tensor as a vector. */
function flat(tensor: Tensor): Tensor {
  return tensor.ndim === 1 ? tensor : viewOf(tensor, [tensor.numel()], [1]);
}
