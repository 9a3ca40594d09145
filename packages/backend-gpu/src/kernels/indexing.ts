import { int32, type Kernels, type Scalar, Tensor } from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import { type Engine, expandTo } from "../engine.ts";
import { numelOf, type View, viewOf } from "../queue/view.ts";
import { flattenIndices, gather, type GatherSpec } from "../wgsl/index/gather.ts";
import { maskedScatter } from "../wgsl/index/masked_scatter.ts";
import { type Combine, scatter, type ScatterSpec } from "../wgsl/index/scatter.ts";
import { planFor } from "./cache.ts";
import { elementOf } from "./reduce.ts";

const FILL: Program = parseExpr("a");
const SCALE: Program = parseExpr("a * s");

type Indices = readonly (Tensor | null)[];
type Sizes = readonly number[];

/** Sizes before, at and after dimension `dim`; a scalar has one dimension of size 1. */
function around(shape: Sizes, dim: number): { outer: number; size: number; inner: number } {
  return {
    outer: numelOf(shape.slice(0, dim)),
    size: shape[dim] ?? 1,
    inner: numelOf(shape.slice(dim + 1)),
  };
}

/**
 * Indexing. Indices are not checked, as a device cannot throw: what is out of bounds is read as zero, and not written.
 */
export function indexKernels(engine: Engine): Kernels {
  const take = (out: Tensor | View, x: Tensor | View, index: Tensor | View, spec: GatherSpec): void => {
    engine.run(planFor("gather", spec, gather), { x, index, out });
  };

  /** `scatter` where a number may stand for the source. */
  const put = (
    out: Tensor | View,
    x: Tensor | View | null,
    index: Tensor | View,
    source: Tensor | View | Scalar,
    spec: ScatterSpec,
    like: Tensor,
  ): void => {
    const given = source instanceof Tensor || (typeof source === "object" && "memory" in source);
    const src = given ? source : engine.temporary(like.dtype, [1]);
    if (!given) engine.map(FILL, like.dtype, src, [source], []);
    const wide = given ? src : expandTo(src as View, [spec.outer, spec.length, spec.inner]);
    engine.run(planFor("scatter", spec, scatter), { ...(x !== null && { x }), index, src: wide, out });
    if (!given) engine.queue.release((src as View).memory);
  };

  /** Shape of the slices that a vector of indices along `dim` sends or takes. */
  const slices = (
    out: Tensor,
    x: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor | View | Scalar,
    combine: Combine,
    self: ScatterSpec["self"] = "counts",
  ): void => {
    if (out.numel() === 0) return;
    const sizes = around(x.shape, dim);
    const spec: ScatterSpec = {
      type: elementOf(x.dtype),
      ...sizes,
      length: index.numel(),
      shared: true,
      combine,
      self,
    };
    put(out, x, index, source, spec, x);
  };

  /** The block of dimensions that index tensors name, moved to the front if they are not neighbours. */
  const block = (x: Tensor, indices: Indices) => {
    const used = x.shape.map((_, d) => d).filter((d) => (indices[d] ?? null) !== null);
    const given = used.map((d) => indices[d]!);
    const common = broadcast(given.map((index) => index.shape));
    const first = used[0]!;
    const adjacent = used.at(-1)! - first === used.length - 1;
    const free = x.shape.map((_, d) => d).filter((d) => !used.includes(d));
    const before = adjacent ? free.filter((d) => d < first) : [];
    const after = free.filter((d) => !before.includes(d));
    const order = [...before, ...used, ...after];
    const sizes = (dims: Sizes): number[] => dims.map((d) => x.shape[d]!);
    return {
      order,
      sizes: {
        outer: numelOf(sizes(before)),
        size: numelOf(sizes(used)),
        inner: numelOf(sizes(after)),
        length: numelOf(common),
      },
      shape: [...sizes(before), ...common, ...sizes(after)],
      /** The indices as numbers in the block; to be released. */
      flat(): View {
        const flat = engine.temporary(int32, [numelOf(common)]);
        const spec = { sizes: sizes(used), count: numelOf(common) };
        const plan = planFor("flatten_indices", spec, () => flattenIndices(spec.sizes, spec.count));
        const operands = given.map((index, i) => [`index_${i}`, expandTo(viewOf(index), common)] as const);
        engine.run(plan, { ...Object.fromEntries(operands), flat });
        return flat;
      },
    };
  };

  const modes: Readonly<Record<string, Combine>> = {
    sum: "sum",
    prod: "prod",
    mean: "mean",
    amax: "amax",
    amin: "amin",
  };

  return {
    embedding(out: Tensor, weight: Tensor, index: Tensor): void {
      if (out.numel() === 0) return;
      const [size, inner] = weight.shape as [number, number];
      take(out, weight, index, { type: "f32", outer: 1, size, inner, length: index.numel(), shared: true });
    },
    embedding_backward(out: Tensor, src: Tensor, index: Tensor, padding = -1, scale = false): void {
      if (out.numel() === 0) return;
      const [size, inner] = out.shape as [number, number];
      put(
        out,
        null,
        index,
        src,
        {
          type: "f32",
          outer: 1,
          size,
          inner,
          length: index.numel(),
          shared: true,
          self: "zeros",
          combine: scale ? "mean" : "sum",
          ...(padding >= 0 && { skip: padding }),
        },
        out,
      );
    },
    gather(out: Tensor, x: Tensor, dim: number, index: Tensor): void {
      if (out.numel() === 0) return;
      const { size } = around(x.shape, dim);
      const { outer, size: length, inner } = around(index.shape, dim);
      // `index` may be smaller than `x`: the leading part counts.
      take(out, cropped(x, dim, index), index, { type: elementOf(x.dtype), outer, size, inner, length, shared: false });
    },
    index_select(out: Tensor, x: Tensor, dim: number, index: Tensor): void {
      if (out.numel() === 0) return;
      const sizes = around(x.shape, dim);
      take(out, x, index, { type: elementOf(x.dtype), ...sizes, length: index.numel(), shared: true });
    },
    index_get(out: Tensor, x: Tensor, indices: Indices): void {
      if (out.numel() === 0) return;
      if (indices.every((index) => index === null)) return engine.copy(out, x);
      const { order, sizes, flat } = block(x, indices);
      const index = flat();
      take(out, permuted(viewOf(x), order), index, { type: elementOf(x.dtype), ...sizes, shared: true });
      engine.queue.release(index.memory);
    },
    index_put(out: Tensor, x: Tensor, indices: Indices, values: Tensor, accumulate = false): void {
      if (out.numel() === 0) return;
      if (indices.every((index) => index === null)) throw new Error("index_put without indices");
      const { order, sizes, shape, flat } = block(x, indices);
      const index = flat();
      const spec: ScatterSpec = {
        type: elementOf(x.dtype),
        ...sizes,
        shared: true,
        self: "counts",
        combine: accumulate ? "sum" : "set",
      };
      const target = permuted(viewOf(out), order);
      put(target, permuted(viewOf(x), order), index, expandTo(viewOf(values), shape), spec, x);
      engine.queue.release(index.memory);
    },
    index_add(out: Tensor, x: Tensor, dim: number, index: Tensor, source: Tensor, alpha: Scalar = 1): void {
      if (alpha === 1 || alpha === 1n) return slices(out, x, dim, index, source, "sum");
      const scaled = engine.temporary(x.dtype, source.shape);
      engine.map(SCALE, x.dtype, scaled, [source], [alpha]);
      slices(out, x, dim, index, scaled, "sum");
      engine.queue.release(scaled.memory);
    },
    index_copy: (out: Tensor, x: Tensor, dim: number, index: Tensor, source: Tensor) =>
      slices(out, x, dim, index, source, "set"),
    index_fill: (out: Tensor, x: Tensor, dim: number, index: Tensor, value: Scalar) =>
      slices(out, x, dim, index, value, "set"),
    index_reduce: (
      out: Tensor,
      x: Tensor,
      dim: number,
      index: Tensor,
      source: Tensor,
      reduce: string,
      include_self = true,
    ) => slices(out, x, dim, index, source, modes[reduce]!, include_self ? "counts" : "replaced"),
    scatter(
      out: Tensor,
      x: Tensor,
      dim: number,
      index: Tensor,
      src: Tensor | Scalar,
      mode: string | null,
      include_self: boolean,
    ): void {
      if (out.numel() === 0) return;
      if (index.numel() === 0) return out.storage === x.storage ? undefined : engine.copy(out, x);
      const { outer, inner, size: length } = around(index.shape, dim);
      const { size } = around(x.shape, dim);
      const spec: ScatterSpec = {
        type: elementOf(x.dtype),
        outer,
        size,
        inner,
        length,
        shared: false,
        combine: mode === null ? "set" : (modes[mode] ?? "prod"),
        self: include_self ? "counts" : "replaced",
      };
      const source = src instanceof Tensor ? leading(viewOf(src), index.shape) : src;
      // Where `index` is smaller than `x`, only the leading part of it is reached.
      const [target, from] = [cropped(out, dim, index), cropped(x, dim, index)];
      if (target.numel !== out.numel() && out !== x) engine.copy(out, x);
      put(target, target.numel === out.numel() ? from : target, index, source, spec, x);
    },
    masked_scatter(out: Tensor, input: Tensor, mask: Tensor, source: Tensor): void {
      const count = out.numel();
      if (count === 0) return;
      const [x, where] = [expandTo(viewOf(input), out.shape), expandTo(viewOf(mask), out.shape)];
      const type = elementOf(out.dtype);
      const plan = planFor("masked_scatter", { type, count }, () => maskedScatter(type, count));
      engine.run(plan, { x, mask: where, src: source, out });
    },
    take(out: Tensor, x: Tensor, index: Tensor): void {
      if (out.numel() === 0) return;
      const spec = { outer: 1, size: x.numel(), inner: 1, length: index.numel(), shared: true };
      take(out, x, index, { type: elementOf(x.dtype), ...spec });
    },
    put(out: Tensor, x: Tensor, index: Tensor, source: Tensor, accumulate = false): void {
      if (out.numel() === 0) return;
      const spec = {
        outer: 1,
        size: x.numel(),
        inner: 1,
        length: index.numel(),
        shared: true,
        self: "counts",
      } as const;
      put(out, x, index, source, { type: elementOf(x.dtype), ...spec, combine: accumulate ? "sum" : "set" }, x);
    },
  };
}

/** `x` with all dimensions but `dim` cut to the sizes of `index`. */
function cropped(x: Tensor, dim: number, index: Tensor): View {
  return leading(
    viewOf(x),
    x.shape.map((size, d) => (d === dim ? size : index.shape[d]!)),
  );
}

/** The leading part of that shape. */
function leading(view: View, shape: Sizes): View {
  if (shape.every((size, d) => size === view.shape[d])) return view;
  return { ...view, shape, numel: numelOf(shape), dense: false };
}

function permuted(view: View, order: Sizes): View {
  if (order.every((d, i) => d === i)) return view;
  return {
    ...view,
    shape: order.map((d) => view.shape[d]!),
    strides: order.map((d) => view.strides[d]!),
    dense: false,
  };
}

function broadcast(shapes: readonly Sizes[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + i] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}
