import {
  bfloat16,
  bool,
  type DType,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  type Kernel,
  type Kernels,
  type Tensor,
  uint8,
} from "@tt/core";
import { allocate } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { dense, product } from "./views.ts";

/** Elements up to which the host's loops are as fast. */
const FEW = 128;

/** Kinds of elements, as assembly/sort.ts numbers them. */
const KINDS = new Map<DType, number>([
  [float32, 0],
  [float64, 1],
  [int32, 2],
  [int64, 3],
  [bool, 4],
  [uint8, 4],
  [int8, 5],
  [int16, 6],
  [float16, 7],
  [bfloat16, 8],
]);

/** Nanoseconds for an element. */
const COST = 15;

/** What is picked of a slice, as assembly/sort.ts numbers it. */
const PICKS = ["kthvalue", "median", "nanmedian", "mode"] as const;
type Pick = (typeof PICKS)[number];

type Pair = readonly [values: Tensor, indices: Tensor];

/** Sorting and what follows from it, by radix: every real dtype, along any dimension. */
export function sortKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host, threads } = engine;

  /** The first `kept` elements in order along `dim`. */
  function sort([values, indices]: Pair, given: Tensor, dim: number, descending: boolean, kept: number): boolean {
    const kind = KINDS.get(given.dtype);
    if (kind === undefined || given.numel() < engine.few(FEW) || kept === 0 || given.numel() === 0) return false;
    if (!values.contiguous_ || !indices.contiguous_) return false;
    const input = dense(engine, given);
    const n = input.shape[dim] ?? 1;
    const inner = product(input.shape.slice(dim + 1));
    const slices = input.numel() / n;
    operands.begin();
    const stride = (exports.sortScratch(n) + 63) & ~63;
    const base = heap.scratch(threads.count * stride);
    const [out, order, x] = [operands.output(values), operands.output(indices), operands.input(input)];
    if (base < 0 || out < 0 || order < 0 || x < 0) return false;
    const flag = Number(descending);
    const calls = threads
      .split(slices, COST * input.numel())
      .map(([first, last]) => [kind, flag, first, last, n, inner, kept, x, out, order, 0]);
    threads.run("sortSlices", calls, { at: 10, base, stride });
    operands.end();
    return true;
  }

  /** One element of each slice along `dim`, and where it is. */
  function pick(how: Pick, values: Tensor, indices: Tensor | null, given: Tensor, dim: number, k = 0): boolean {
    const kind = KINDS.get(given.dtype);
    if (kind === undefined || given.numel() < engine.few(FEW) || given.numel() === 0) return false;
    if (!values.contiguous_ || indices?.contiguous_ === false) return false;
    const input = dense(engine, given);
    const n = input.shape[dim] ?? 1;
    const inner = product(input.shape.slice(dim + 1));
    const slices = input.numel() / n;
    operands.begin();
    const stride = (exports.sortScratch(n) + 63) & ~63;
    const base = heap.scratch(threads.count * stride);
    const [out, x] = [operands.output(values), operands.input(input)];
    const at = indices === null ? 0 : operands.output(indices);
    if (base < 0 || out < 0 || at < 0 || x < 0) return false;
    const calls = threads
      .split(slices, COST * input.numel())
      .map(([first, last]) => [PICKS.indexOf(how), kind, first, last, n, inner, k, x, out, at, 0]);
    threads.run("pickSlices", calls, { at: 10, base, stride });
    operands.end();
    return true;
  }

  function unique(given: Tensor): Tensor[] | null {
    const kind = KINDS.get(given.dtype);
    const n = given.numel();
    if (kind === undefined || n < engine.few(FEW)) return null;
    const input = dense(engine, given);
    const { itemsize } = given.dtype;
    const inverse = allocate(given.shape, int64, given.device);
    operands.begin();
    const sorting = (exports.sortScratch(n) + 63) & ~63;
    const base = heap.scratch(sorting + (8 + itemsize) * n + 64);
    const [x, which] = [operands.input(input), operands.output(inverse)];
    if (base < 0 || x < 0 || which < 0) return null;
    const [counts, values] = [base + sorting, base + sorting + 8 * n];
    const found = exports.uniqueElements(kind, n, x, values, which, counts, base);
    operands.end();
    const kept = heap.bytes.slice(values, values + found * itemsize);
    const often = heap.bytes.slice(counts, counts + 8 * found);
    return [filled(given.dtype, given, found, kept), inverse, filled(int64, given, found, often)];
  }

  /** A vector of these bytes on the device of another tensor. */
  function filled(dtype: DType, like: Tensor, n: number, bytes: Uint8Array): Tensor {
    const out = allocate([n], dtype, like.device);
    const { array } = out;
    new Uint8Array(array.buffer, array.byteOffset, bytes.length).set(bytes);
    return out;
  }

  function bincount(input: Tensor, minlength: number): Tensor | null {
    if (input.ndim !== 1 || input.dtype !== int64 || input.numel() < engine.few(FEW)) return null;
    const values = dense(engine, input);
    operands.begin();
    const x = operands.input(values);
    if (x < 0) return null;
    const top = exports.greatestIndex(input.numel(), x);
    operands.end();
    if (top < 0) return null;
    const out = allocate([Math.max(minlength, top + 1)], int64, input.device);
    out.array.fill(0n as never);
    operands.begin();
    const [to, from] = [operands.output(out), operands.input(values)];
    if (to < 0 || from < 0) return null;
    exports.countValues(input.numel(), from, to);
    operands.end();
    return out;
  }

  return {
    sort(outs: Pair, input: Tensor, dim: number, descending: boolean): void {
      if (!sort(outs, input, dim, descending, input.shape[dim] ?? 1))
        (host["sort"] as Kernel)(outs, input, dim, descending);
    },
    topk(outs: Pair, input: Tensor, k: number, dim: number, largest: boolean): void {
      if (!sort(outs, input, dim, largest, input.ndim === 0 ? 1 : k))
        (host["topk"] as Kernel)(outs, input, k, dim, largest);
    },
    kthvalue(outs: Pair, input: Tensor, k: number, dim: number): void {
      if (!pick("kthvalue", ...outs, input, dim, k)) (host["kthvalue"] as Kernel)(outs, input, k, dim);
    },
    mode(outs: Pair, input: Tensor, dim: number): void {
      if (!pick("mode", ...outs, input, dim)) (host["mode"] as Kernel)(outs, input, dim);
    },
    "median.dim"(outs: Pair, input: Tensor, dim: number): void {
      if (!pick("median", ...outs, input, dim)) (host["median.dim"] as Kernel)(outs, input, dim);
    },
    "nanmedian.dim"(outs: Pair, input: Tensor, dim: number): void {
      if (!pick("nanmedian", ...outs, input, dim)) (host["nanmedian.dim"] as Kernel)(outs, input, dim);
    },
    median(out: Tensor, input: Tensor): void {
      if (!pick("median", out, null, input, 0)) (host["median"] as Kernel)(out, input);
    },
    nanmedian(out: Tensor, input: Tensor): void {
      if (!pick("nanmedian", out, null, input, 0)) (host["nanmedian"] as Kernel)(out, input);
    },
    _unique(_out: null, input: Tensor, dim: number | null, consecutive: boolean): unknown {
      const found = dim === null && !consecutive ? unique(input) : null;
      return found ?? (host["_unique"] as Kernel)(null, input, dim, consecutive);
    },
    bincount(_out: null, input: Tensor, weights: Tensor | null, dtype: DType, minlength: number): unknown {
      const found = weights === null ? bincount(input, minlength) : null;
      return found ?? (host["bincount"] as Kernel)(null, input, weights, dtype, minlength);
    },
  };
}
