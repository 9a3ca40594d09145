import {
  bool,
  type DType,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  type Kernel,
  type Kernels,
  type Scalar,
  Tensor,
  uint8,
} from "@tt/core";
import { allocate, parseExpr, type Program } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import type { MapInto } from "./map.ts";
import { fillDense, patternOf } from "./pattern.ts";
import { atLeast1d, broadcast, dense, product, viewOf } from "./views.ts";

/** Elements up to which the host's loops are as fast. */
const FEW = 256;

/** Dtypes that are combined here, as assembly/gather.ts numbers them, and ways to do it. */
const KINDS: readonly DType[] = [float32, float64, int32, int64, uint8, int8, int16, bool];
const MODES: readonly unknown[] = [null, "sum", "prod", "amax", "amin"];

/** What changes nothing when it is combined. */
function neutral(way: string, dtype: DType): Scalar {
  if (way === "sum" || way === "prod") return way === "sum" ? 0 : 1;
  if (dtype.is_floating_point) return way === "amax" ? -Infinity : Infinity;
  if (dtype === bool) return way === "amin";
  const bits = BigInt(8 * dtype.itemsize - Number(dtype.is_signed));
  const most = 2n ** bits - 1n;
  return way === "amin" ? most : dtype.is_signed ? -most - 1n : 0;
}

const MEAN: Program = parseExpr("a / max(b, 1)");

/** Nanoseconds for an element. */
const COST = 2;

interface Sizes {
  readonly outer: number;
  readonly n: number;
  readonly size: number;
  readonly inner: number;
}

/** `gather`, the scatters, `take` and `put`; indices that are out of range leave the error to the host's loops. */
export function gatherKernels(engine: Engine, map: MapInto): Kernels {
  const { heap, operands, host, threads } = engine;

  /** The part of `self` that `index` covers in all dimensions but `dim`. */
  function covered(self: Tensor, dim: number, index: Tensor): Tensor {
    const shape = self.shape.map((size, d) => (d === dim ? size : index.shape[d]!));
    return viewOf(self, shape, self.strides);
  }

  const sizesOf = (self: Tensor, dim: number, index: Tensor): Sizes => ({
    outer: product(self.shape.slice(0, dim)),
    n: index.shape[dim]!,
    size: self.shape[dim]!,
    inner: product(self.shape.slice(dim + 1)),
  });

  const suits = (index: Tensor): boolean => index.dtype === int64 && index.numel() >= engine.few(FEW);

  /** Runs calls that set a flag where an index is out of range; whether none was. */
  function flagged(
    name: "gatherAlong" | "scatterAlong",
    { outer, n, size, inner }: Sizes,
    item: number,
    wrap: boolean,
    argsOf: (skip: number, target: number, last: number) => number[],
  ): boolean {
    const flag = operands.reserve(16);
    if (flag < 0) return false;
    heap.ints[flag >> 2] = 0;
    const calls = threads
      .split(outer, COST * outer * n * inner)
      .map(([first, last]) => [
        ...argsOf(first * n * inner, first * size * inner * item, last - first),
        Number(wrap),
        flag,
      ]);
    threads.run(name, calls);
    return heap.ints[flag >> 2] === 0;
  }

  /** Elements of dense `input` at `index`; `out` and `index` are dense. */
  function collect(out: Tensor, input: Tensor, sizes: Sizes, index: Tensor, wrap: boolean): boolean {
    operands.begin();
    const [to, from, at] = [operands.output(out), operands.input(input), operands.input(index)];
    if (to < 0 || from < 0 || at < 0) return false;
    const item = out.dtype.itemsize;
    const { n, size, inner } = sizes;
    const done = flagged("gatherAlong", sizes, item, wrap, (skip, target, outer) => {
      return [item, outer, n, size, inner, at + 8 * skip, from + target, to + skip * item];
    });
    if (done) operands.end();
    return done;
  }

  function gather(out: Tensor, input: Tensor, dim: number, given: Tensor): boolean {
    if (!suits(given) || !out.contiguous_ || given.ndim !== input.ndim || input.numel() === 0) return false;
    const [self, index] = [atLeast1d(input), dense(engine, atLeast1d(given))];
    const source = dense(engine, covered(self, dim, index));
    return collect(out, source, sizesOf(source, dim, index), index, false);
  }

  function take(out: Tensor, input: Tensor, given: Tensor): boolean {
    if (!suits(given) || !out.contiguous_ || input.numel() === 0) return false;
    const [self, index] = [dense(engine, input), dense(engine, given)];
    return collect(out, self, { outer: 1, n: index.numel(), size: self.numel(), inner: 1 }, index, true);
  }

  /** Combines `src` at `index` into dense `self`. */
  function combine(
    self: Tensor,
    sizes: Sizes,
    index: Tensor,
    src: Tensor | Scalar,
    mode: unknown,
    wrap: boolean,
  ): boolean {
    const way = MODES.indexOf(mode);
    const kind = KINDS.indexOf(self.dtype);
    if (way < 0 || (way > 0 && kind < 0)) return false;
    operands.begin();
    const [to, at] = [operands.output(self), operands.input(index)];
    const from = src instanceof Tensor ? operands.input(src) : patternOf(engine, src, self.dtype);
    if (to < 0 || from < 0 || at < 0) return false;
    const item = self.dtype.itemsize;
    const step = src instanceof Tensor ? item : 0;
    const { n, size, inner } = sizes;
    const done = flagged("scatterAlong", sizes, item, wrap, (skip, target, outer) => {
      return [way, kind, item, outer, n, size, inner, at + 8 * skip, from + skip * step, step, to + target];
    });
    if (done) operands.end();
    return done;
  }

  /** Combines `src` into `self`, which holds what was there before. */
  function scatter(given: Tensor, dim: number, indices: Tensor, src: Tensor | Scalar, mode: unknown): boolean {
    if (!suits(indices) || indices.ndim !== given.ndim || given.numel() === 0) return false;
    if (indices.storage === given.storage) return false;
    const [self, index] = [atLeast1d(given), dense(engine, atLeast1d(indices))];
    let source = src;
    if (src instanceof Tensor) {
      if (src.dtype !== self.dtype || src.storage === self.storage || src.ndim !== indices.ndim) return false;
      source = dense(engine, viewOf(atLeast1d(src), index.shape, atLeast1d(src).strides));
    }
    const region = covered(self, dim, index);
    const target = region.contiguous_ ? region : dense(engine, region);
    if (!combine(target, sizesOf(target, dim, index), index, source, mode, false)) return false;
    if (target !== region) engine.copy(region, target);
    return true;
  }

  /** {@link scatter} with means (of floating dtypes), and with what was there before left out. */
  function reduce(
    out: Tensor,
    dim: number,
    index: Tensor,
    src: Tensor | Scalar,
    mode: string,
    include_self: boolean,
  ): boolean {
    const { dtype } = out;
    if (!KINDS.includes(dtype) || !(src instanceof Tensor) || (mode === "mean" && !dtype.is_floating_point))
      return false;
    const way = mode === "mean" ? "sum" : mode;
    let counts: Tensor | null = null;
    if (mode === "mean") {
      counts = allocate(out.shape, dtype, out.device);
      if (!fillDense(engine, counts, Number(include_self))) return false;
      if (!scatter(counts, dim, index, 1, "sum")) return false;
    }
    if (!include_self && !scatter(out, dim, index, neutral(way, dtype), null)) return false;
    if (!scatter(out, dim, index, src, way)) return false;
    if (counts !== null) map(MEAN, dtype, out, [out, counts], []);
    return true;
  }

  function combined(
    out: Tensor,
    dim: number,
    index: Tensor,
    src: Tensor | Scalar,
    mode: string | null,
    include_self: boolean,
  ): boolean {
    const plain = mode === null || (include_self && mode !== "mean");
    return plain ? scatter(out, dim, index, src, mode) : reduce(out, dim, index, src, mode, include_self);
  }

  /** The vector `index` for every element of `source`, whose slices along `dim` it is for. */
  function spread(index: Tensor, source: Tensor, dim: number): Tensor {
    const step = index.ndim === 0 ? 0 : index.strides[0]!;
    return viewOf(
      index,
      source.shape,
      source.shape.map((_, d) => (d === dim ? step : 0)),
    );
  }

  function put(self: Tensor, given: Tensor, src: Tensor, accumulate: boolean): boolean {
    if (!suits(given) || src.dtype !== self.dtype || self.numel() === 0) return false;
    if (src.storage === self.storage || given.storage === self.storage) return false;
    const [index, source] = [dense(engine, given), dense(engine, src)];
    const target = dense(engine, self);
    const sizes = { outer: 1, n: index.numel(), size: self.numel(), inner: 1 };
    if (!combine(target, sizes, index, source, accumulate ? "sum" : null, true)) return false;
    if (target !== self) engine.copy(self, target);
    return true;
  }

  /** `input`, broadcast, becomes the contents of `out`. */
  function begin(out: Tensor, input: Tensor): void {
    if (out !== input) engine.copy(out, broadcast(input, out.shape));
  }

  return {
    gather(out: Tensor, input: Tensor, dim: number, index: Tensor): void {
      if (!gather(out, input, dim, index)) (host["gather"] as Kernel)(out, input, dim, index);
    },
    take(out: Tensor, input: Tensor, index: Tensor): void {
      if (!take(out, input, index)) (host["take"] as Kernel)(out, input, index);
    },
    put(out: Tensor, input: Tensor, index: Tensor, source: Tensor, accumulate: boolean): void {
      begin(out, input);
      if (!put(out, index, source, accumulate)) (host["put"] as Kernel)(out, out, index, source, accumulate);
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
      begin(out, input);
      if (!combined(out, dim, index, src, mode, include_self))
        (host["scatter"] as Kernel)(out, out, dim, index, src, mode, include_self);
    },
    index_reduce(
      out: Tensor,
      input: Tensor,
      dim: number,
      index: Tensor,
      source: Tensor,
      mode: string,
      include_self: boolean,
    ): void {
      begin(out, input);
      if (!combined(out, dim, spread(index, source, dim), source, mode, include_self))
        (host["index_reduce"] as Kernel)(out, out, dim, index, source, mode, include_self);
    },
  };
}
