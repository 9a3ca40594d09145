import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { float16, float64, int64, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";

defineOp({
  schema: "histc(Tensor input, int bins=100, Scalar min=0, Scalar max=0) -> Tensor",
  doc: "Counts of the elements in `bins` equal bins between `min` and `max`; both 0 mean the data's own range.",
  kernel: "histc",
  check: ({ dtype }: Tensor, bins: number) => {
    if (dtype.category !== 2 || dtype === float16)
      throw new RuntimeError(`"histogram_cpu" not implemented for '${scalarTypeName(dtype)}'`);
    if (bins <= 0) throw new RuntimeError("bins must be > 0");
  },
  meta: (input: Tensor, bins: number) => ({ shape: [bins], dtype: input.dtype }),
  kernelArgs: (input: Tensor, _bins: number, min: number, max: number) => [input, min, max],
});

defineOp({
  schema: "bincount(Tensor input, Tensor? weights=None, int minlength=0) -> Tensor",
  doc: "How often each value occurs in a vector of integers, or the sums of `weights` at each value.",
  out: false,
  kernel: "bincount",
  check: (input: Tensor, weights: Tensor | null, minlength: number) => {
    if (minlength < 0) throw new RuntimeError("minlength should be >= 0");
    if (weights !== null && (weights.ndim !== 1 || weights.shape[0] !== input.shape[0])) {
      throw new RuntimeError("weights should be 1-d and have the same length as input");
    }
  },
  kernelArgs: (input: Tensor, weights: Tensor | null, minlength: number) => [
    input,
    weights,
    weights === null ? int64 : weights.dtype.name === "float32" ? weights.dtype : float64,
    minlength,
  ],
});

function checkHistogram(input: Tensor, weight: Tensor | null): void {
  if (input.dtype.category !== 2 || input.dtype.itemsize < 4) {
    throw new RuntimeError(`"histogramdd" not implemented for '${scalarTypeName(input.dtype)}'`);
  }
  if (weight !== null && weight.dtype !== input.dtype) {
    throw new RuntimeError(
      `torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, but got input(${input.dtype.name}), and weight(${weight.dtype.name})`,
    );
  }
}

const count: Op = defineOp({
  schema: "_histogramdd(Tensor input, Tensor[] edges, Tensor? weight) -> Tensor",
  doc: "Weighted counts of points between edges, one vector of edges per dimension.",
  variants: "internal",
  kernel: "_histogramdd",
  check: (input: Tensor, _edges: unknown, weight: Tensor | null) => checkHistogram(input, weight),
  meta: (input: Tensor, edges: readonly Tensor[]) => ({
    shape: edges.map((e) => e.numel() - 1),
    dtype: input.dtype,
  }),
});

/** Counts as a density: divided by their sum and the volumes of their bins. */
function asDensity(hist: Tensor, edges: readonly Tensor[]): Tensor {
  return edges.reduce((out, edge, d) => {
    const width = edge.diff().reshape(hist.shape.map((s, i) => (i === d ? s : 1)));
    return out.div(width);
  }, hist.div(hist.sum()));
}

function histogramOf(points: Tensor, edges: readonly Tensor[], weight: Tensor | null, density: boolean): Tensor {
  const hist = call(count, [points, edges, weight === null ? null : weight.reshape([-1])]) as Tensor;
  return density ? asDensity(hist, edges) : hist;
}

/** Equal bins between the ends of a range, or of the data of one column. */
function edgesOf(column: Tensor, bins: number, range: readonly [number, number] | null): Tensor {
  if (bins <= 0) throw new RuntimeError("torch.histogramdd(): bins must be > 0");
  let [low, high] = range ?? (column.numel() === 0 ? [0, 1] : [column.min().item(), column.max().item()]);
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new RuntimeError(`torch.histogram: range [${low}, ${high}] is not finite`);
  }
  if (low > high) throw new RuntimeError("torch.histogramdd: max must be larger than min");
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return callOp("linspace", low, high, bins + 1, column.dtype, null, column.device, false, false);
}

defineOp({
  schema:
    "histogram.bin_ct(Tensor input, int bins=100, *, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)",
  doc: "Counts of the elements in bins (equal ones, or between the given edges), and the bins' edges.",
  decompose: (
    input: Tensor,
    bins: number,
    range: readonly [number, number] | null,
    weight: Tensor | null,
    density: boolean,
  ) => {
    checkHistogram(input, weight);
    const flat = input.reshape([-1]);
    const edges = edgesOf(flat, bins, range);
    return [histogramOf(flat, [edges], weight, density), edges];
  },
});

defineOp({
  schema:
    "histogram.bins_tensor(Tensor input, Tensor bins, *, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)",
  doc: "Counts of the elements between the given edges, and the edges.",
  decompose: (input: Tensor, bins: Tensor, weight: Tensor | null, density: boolean) => {
    checkHistogram(input, weight);
    if (bins.dtype !== input.dtype) {
      throw new RuntimeError("torch.histogramdd: input tensor and bins tensors should have the same dtype");
    }
    return [histogramOf(input.reshape([-1]), [bins], weight, density), bins];
  },
});

defineOp({
  schema:
    "histogramdd(Tensor input, Any bins, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor[] bin_edges)",
  doc: "Counts of points, the rows of the last dimension, in bins of every dimension, and the bins' edges.",
  out: false,
  variants: "function",
  decompose: (
    input: Tensor,
    bins: number | readonly (number | Tensor)[],
    range: readonly number[] | null,
    weight: Tensor | null,
    density: boolean,
  ) => {
    checkHistogram(input, weight);
    if (input.ndim < 2) throw new RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions");
    const columns = input.shape.at(-1)!;
    const points = input.reshape([-1, columns]);
    const each = typeof bins === "number" ? new Array<number>(columns).fill(bins) : bins;
    if (each.length !== columns) {
      throw new RuntimeError(
        `torch.histogramdd: expected ${columns} sequences of bin edges for a ${columns}-dimensional histogram but got ${each.length}`,
      );
    }
    const edges = each.map((bin, d) =>
      typeof bin === "number"
        ? edgesOf(points.select(1, d), bin, range === null ? null : [range[2 * d]!, range[2 * d + 1]!])
        : bin,
    );
    return [histogramOf(points, edges, weight, density), edges];
  },
});
