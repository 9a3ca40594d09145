import {
  bool,
  type DType,
  float32,
  float64,
  int32,
  int64,
  type Kernel,
  type Kernels,
  type Scalar,
  Tensor,
  uint8,
} from "@tt/core";
import type { Engine } from "../engine.ts";
import { broadcast, dense, product } from "./views.ts";

/** Elements up to which the host's loops are as fast. */
const FEW = 256;

/** Dtypes that are combined here, as assembly/blocks.ts numbers them, and ways to do it. */
const KINDS: readonly DType[] = [float32, float64, int32, int64];
const MODES: readonly unknown[] = [null, "sum", "prod", "amax", "amin"];

/** Nanoseconds for an element. */
const COST = 2;

/** `gather` and the scatters between dense tensors whose sizes agree but along `dim`; other cases go to the host's loops. */
export function gatherKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host, threads } = engine;

  /** Sizes before, along and after `dim`; null where `index` covers only part of the other dimensions. */
  function sizes(self: Tensor, dim: number, index: Tensor): { outer: number; n: number; inner: number } | null {
    if (index.dtype !== int64 || self.ndim === 0 || index.ndim !== self.ndim || index.numel() <= FEW) return null;
    for (let d = 0; d < self.ndim; d++) if (d !== dim && index.shape[d] !== self.shape[d]) return null;
    const outer = product(self.shape.slice(0, dim));
    return { outer, n: index.shape[dim]!, inner: product(self.shape.slice(dim + 1)) };
  }

  function gather(out: Tensor, input: Tensor, dim: number, given: Tensor): boolean {
    const plan = sizes(input, dim, given);
    if (plan === null || !input.contiguous_ || !out.contiguous_) return false;
    const index = dense(engine, given);
    operands.begin();
    const [to, from, at] = [operands.output(out), operands.input(input), operands.input(index)];
    if (to < 0 || from < 0 || at < 0) return false;
    const { outer, n, inner } = plan;
    const size = input.shape[dim]!;
    if (exports.areWithin(index.numel(), at, 1, size) === 0) return false;
    const item = out.dtype.itemsize;
    const row = n * inner;
    const calls = threads.split(outer, COST * outer * row).map(([first, last]) => {
      const skip = first * row;
      return [item, last - first, n, size, inner, at + 8 * skip, from + first * size * inner * item, to + skip * item];
    });
    threads.run("gatherAlong", calls);
    operands.end();
    return true;
  }

  /** Combines `src` into `self`, which holds what was there before. */
  function scatter(self: Tensor, dim: number, given: Tensor, src: Tensor | Scalar, mode: unknown): boolean {
    const plan = sizes(self, dim, given);
    const way = MODES.indexOf(mode);
    const kind = KINDS.indexOf(self.dtype);
    if (plan === null || !self.contiguous_ || way < 0 || (way > 0 && kind < 0)) return false;
    if (given.storage === self.storage) return false;
    let source: Tensor | null = null;
    if (src instanceof Tensor) {
      if (src.dtype !== self.dtype || src.storage === self.storage) return false;
      if (src.ndim !== given.ndim || src.shape.some((s, d) => s !== given.shape[d])) return false;
      source = dense(engine, src);
    }
    const index = dense(engine, given);
    operands.begin();
    const [to, at] = [operands.output(self), operands.input(index)];
    const from = source === null ? number(src as Scalar, self.dtype) : operands.input(source);
    if (to < 0 || from < 0 || at < 0) return false;
    const { outer, n, inner } = plan;
    const size = self.shape[dim]!;
    if (exports.areWithin(index.numel(), at, 1, size) === 0) return false;
    const item = self.dtype.itemsize;
    const row = n * inner;
    const step = source === null ? 0 : item;
    const calls = threads.split(outer, COST * outer * row).map(([first, last]) => {
      const skip = first * row;
      const target = to + first * size * inner * item;
      return [way, kind, item, last - first, n, size, inner, at + 8 * skip, from + skip * step, step, target];
    });
    threads.run("scatterAlong", calls);
    operands.end();
    return true;
  }

  /** Address of a number as an element; -1 for dtypes that are written differently. */
  function number(value: Scalar, dtype: DType): number {
    const plain = dtype === bool || dtype === uint8 || dtype === int32 || dtype === float32 || dtype === float64;
    if (!plain || (typeof value !== "number" && typeof value !== "boolean")) return -1;
    const at = operands.reserve(16);
    if (at < 0) return -1;
    const array = new dtype.ArrayType(1) as Float64Array;
    array[0] = dtype === bool ? Number(Boolean(value)) : Number(value);
    heap.bytes.set(new Uint8Array(array.buffer), at);
    return at;
  }

  return {
    gather(out: Tensor, input: Tensor, dim: number, index: Tensor): void {
      if (!gather(out, input, dim, index)) (host["gather"] as Kernel)(out, input, dim, index);
    },
    scatter(
      out: Tensor,
      input: Tensor,
      dim: number,
      index: Tensor,
      src: Tensor | Scalar,
      mode: string | null,
      include_self: boolean,
    ): void {
      if (out !== input) (host["copy"] as Kernel)(out, broadcast(input, out.shape));
      const known = mode === null || include_self;
      if (!known || !scatter(out, dim, index, src, mode))
        (host["scatter"] as Kernel)(out, out, dim, index, src, mode, include_self);
    },
  };
}
