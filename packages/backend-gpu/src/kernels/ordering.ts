import { int32, type Kernel, type Kernels, type Tensor } from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { numelOf, type View } from "../queue/view.ts";
import { scan, type ScanKind, type ScanSpec } from "../wgsl/scan/scan.ts";
import { median, type MedianSpec } from "../wgsl/sort/median.ts";
import { searchsorted, type SearchSpec } from "../wgsl/sort/search.ts";
import { sort, type SortSpec } from "../wgsl/sort/sort.ts";
import { planFor } from "./cache.ts";
import { elementOf } from "./reduce.ts";

const FILL: Program = parseExpr("a");

type Pair = readonly [Tensor, Tensor];

/** Sizes before, at and after dimension `dim`; a scalar has one dimension of size 1. */
function around({ shape }: Tensor, dim: number): { outer: number; length: number; inner: number } {
  return { outer: numelOf(shape.slice(0, dim)), length: shape[dim] ?? 1, inner: numelOf(shape.slice(dim + 1)) };
}

/** Scans and sorting. */
export function orderingKernels(engine: Engine): Kernels {
  const cumulate = (kind: ScanKind, out: Tensor, indices: Tensor | null, x: Tensor, dim: number): void => {
    if (x.numel() === 0) return;
    const accumulate = elementOf(out.dtype) === "f32" ? "f32" : "i32";
    const spec: ScanSpec = { kind, type: elementOf(x.dtype), accumulate, ...around(x, dim) };
    engine.run(planFor("scan", spec, scan), { x, out, ...(indices !== null && { indices }) });
  };
  const one =
    (kind: ScanKind): Kernel =>
    (out: Tensor, x: Tensor, dim: number) =>
      cumulate(kind, out, null, x, dim);
  const extreme =
    (kind: ScanKind): Kernel =>
    ([out, indices]: Pair, x: Tensor, dim: number) =>
      cumulate(kind, out, indices, x, dim);

  const sorted = (
    [out, indices]: Pair,
    x: Tensor,
    dim: number,
    part: Pick<SortSpec, "descending" | "count" | "first">,
  ): void => {
    if (indices.numel() === 0) return;
    const spec: SortSpec = { type: elementOf(x.dtype), ...around(x, dim), ...part };
    engine.run(planFor("sort", spec, sort), { x, out, indices });
  };

  const middle = (
    out: Tensor,
    indices: Tensor | View,
    x: Tensor,
    sizes: Omit<MedianSpec, "type" | "ignoreNan">,
    ignoreNan: boolean,
  ): void => {
    if (out.numel() === 0) return;
    const spec: MedianSpec = { type: elementOf(x.dtype), ...sizes, ignoreNan };
    engine.run(planFor("median", spec, median), { x, out, indices });
  };
  const medianAlong =
    (ignoreNan: boolean): Kernel =>
    ([out, indices]: Pair, x: Tensor, dim: number) =>
      middle(out, indices, x, around(x, dim), ignoreNan);
  /** Of all elements: NaN when there are none. */
  const medianOfAll =
    (ignoreNan: boolean): Kernel =>
    (out: Tensor, x: Tensor) => {
      if (x.numel() === 0) {
        if (out.dtype.is_floating_point) engine.map(FILL, out.dtype, out, [Number.NaN], []);
        return;
      }
      const at = engine.temporary(int32, []);
      middle(out, at, x, { outer: 1, length: x.numel(), inner: 1 }, ignoreNan);
      engine.queue.release(at.memory);
    };

  return {
    "median.dim": medianAlong(false),
    "nanmedian.dim": medianAlong(true),
    median: medianOfAll(false),
    nanmedian: medianOfAll(true),
    cumsum: one("sum"),
    cumprod: one("prod"),
    logcumsumexp: one("logsumexp"),
    cummax: extreme("max"),
    cummin: extreme("min"),
    sort: (outs: Pair, x: Tensor, dim: number, descending: boolean) =>
      sorted(outs, x, dim, { descending, count: x.shape[dim] ?? 1, first: 0 }),
    topk: (outs: Pair, x: Tensor, k: number, dim: number, largest: boolean) =>
      sorted(outs, x, dim, { descending: largest, count: x.ndim === 0 ? 1 : k, first: 0 }),
    searchsorted(out: Tensor, edges: Tensor, values: Tensor, right = false, order: Tensor | null = null): void {
      if (out.numel() === 0) return;
      const shared = edges.ndim === 1;
      const length = edges.shape.at(-1)!;
      const rows = shared ? 1 : numelOf(edges.shape.slice(0, -1));
      const spec: SearchSpec = {
        type: elementOf(edges.dtype),
        rows,
        length,
        values: values.numel() / rows,
        right,
        sorted: order === null,
      };
      const plan = planFor("searchsorted", spec, searchsorted);
      engine.run(plan, { edges, values, ...(order !== null && { order }), out });
    },
    kthvalue: (outs: Pair, x: Tensor, k: number, dim: number) =>
      sorted(outs, x, dim, { descending: false, count: 1, first: k - 1 }),
  };
}
