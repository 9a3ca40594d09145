import { float32, from_numpy, int64, no_grad, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import { defineFunction } from "./define.ts";

type Maybe = Tensor | null;

/** Scales the rows of `weight` that `indices` name down to norm `max_norm`, in place and unrecorded. */
export function limitNorms(weight: Tensor, indices: Tensor, max_norm: number, norm_type: number): void {
  no_grad(() => {
    const used = new Set([...indices.reshape([-1]).tolist()].map(Number));
    for (const row of used) {
      const vector = weight.select(0, row);
      const norm = callOp("norm", vector, norm_type, null, false, null).item();
      if (norm > max_norm) vector.mul_(max_norm / (norm + 1e-7));
    }
  });
}

function paddingIndex(padding: number | null, count: number): number {
  if (padding === null) return -1;
  if (padding >= count || padding < -count) throw new RuntimeError("Padding_idx must be within num_embeddings");
  return padding < 0 ? padding + count : padding;
}

defineFunction(
  "embedding(Tensor input, Tensor weight, int? padding_idx=None, float? max_norm=None, float norm_type=2.0, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor",
  "Rows of `weight` [count, width] at the indices `input`; with `max_norm` the used rows are first scaled down to it, in place.",
  (
    input: Tensor,
    weight: Tensor,
    padding: number | null,
    max_norm: number | null,
    norm_type: number,
    scale: boolean,
    sparse: boolean,
  ) => {
    const row = paddingIndex(padding, weight.shape[0]!);
    if (max_norm !== null) limitNorms(weight, input, max_norm, norm_type);
    return callOp("embedding", weight, input, row, scale, sparse);
  },
);

/** First and one past the last index of every bag. */
function bagBounds(offsets: readonly number[], total: number, include_last_offset: boolean): [number, number][] {
  if (offsets.length > 0 && offsets[0] !== 0) {
    throw new RuntimeError(
      `offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${offsets[0]}`,
    );
  }
  const bags = include_last_offset ? offsets.slice(0, -1) : offsets;
  if (bags.length > 0 && bags.at(-1)! > total) {
    throw new RuntimeError(
      `offsets[-1] can not be greater than input's length: ${total} but got offsets[-1] of ${bags.at(-1)}`,
    );
  }
  return bags.map((start, i) => [start, offsets[i + 1] ?? total]);
}

defineFunction(
  'embedding_bag(Tensor input, Tensor weight, Tensor? offsets=None, float? max_norm=None, float norm_type=2, bool scale_grad_by_freq=False, str mode="mean", bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int? padding_idx=None) -> Tensor',
  "Sums, means or maxima of bags of embeddings: rows of a matrix of indices, or a vector divided at `offsets`.",
  (
    given: Tensor,
    matrix: Tensor,
    givenOffsets: Maybe,
    max_norm: number | null,
    norm_type: number,
    scale: boolean,
    mode: string,
    sparse: boolean,
    givenWeights: Maybe,
    include_last_offset: boolean,
    padding: number | null,
  ) => {
    // Before PyTorch 0.4 the matrix came first.
    const [input, weight] = matrix.dtype === int64 && given.is_floating_point() ? [matrix, given] : [given, matrix];
    if (givenWeights !== null && mode !== "sum") {
      throw new RuntimeError(
        `embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='${mode}'). Please open a feature request on GitHub.`,
      );
    }
    if (!["sum", "mean", "max"].includes(mode)) throw new ValueError("mode has to be one of sum, mean or max");
    if (givenWeights !== null && givenWeights.shape.join() !== input.shape.join()) {
      throw new ValueError(
        `embedding_bag: If per_sample_weights (${givenWeights.shape.join(",")}) is not None, then it must have the same shape as the input (${input.shape.join(",")})`,
      );
    }
    let bounds: [number, number][];
    if (input.ndim === 2) {
      if (givenOffsets !== null) {
        throw new ValueError(
          "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences.",
        );
      }
      const [bags, size] = input.shape as readonly [number, number];
      bounds = Array.from({ length: bags }, (_, i) => [i * size, (i + 1) * size]);
    } else if (input.ndim === 1) {
      if (givenOffsets === null) throw new ValueError("offsets has to be a 1D Tensor but got None");
      if (givenOffsets.ndim !== 1) throw new ValueError("offsets has to be a 1D Tensor");
      bounds = bagBounds([...givenOffsets.tolist()].map(Number), input.shape[0]!, include_last_offset);
    } else throw new ValueError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.ndim}`);
    const flat = input.reshape([-1]);
    const row = paddingIndex(padding, weight.shape[0]!);
    if (max_norm !== null) limitNorms(weight, flat, max_norm, norm_type);
    let rows = callOp("embedding", weight, flat, row, scale, sparse);
    if (givenWeights !== null) rows = rows.mul(givenWeights.reshape([-1, 1]));
    return pooled(rows, flat, bounds, mode, row);
  },
);

function pooled(
  rows: Tensor,
  flat: Tensor,
  bounds: readonly [number, number][],
  mode: string,
  padding: number,
): Tensor {
  const width = rows.shape[1]!;
  const sizes = bounds.map(([start, end]) => end - start);
  const size = sizes[0] ?? 0;
  if (padding < 0 && size > 0 && sizes.every((own) => own === size)) {
    const bags = rows.view([sizes.length, size, width]);
    return mode === "max" ? bags.max(1)[0] : mode === "sum" ? bags.sum(1) : bags.mean(1);
  }
  return mode === "max" ? maxima(rows, flat, bounds, padding) : totals(rows, flat, sizes, mode, padding);
}

/** Sums or means of bags of these sizes, one after another. */
function totals(given: Tensor, flat: Tensor, sizes: readonly number[], mode: string, padding: number): Tensor {
  const rows = given.dtype.itemsize === 2 ? given.to(float32) : given;
  const out = rows.new_zeros([sizes.length, rows.shape[1]!]);
  if (sizes.length === 0) return out.to(given.dtype);
  const numbers = new BigInt64Array(sizes.reduce((total, own) => total + own, 0));
  let at = 0;
  sizes.forEach((own, bag) => numbers.fill(BigInt(bag), at, (at += own)));
  let bags = from_numpy(numbers).to(flat.device);
  let values = rows.narrow(0, 0, numbers.length);
  if (padding >= 0) {
    const counted = flat.narrow(0, 0, numbers.length).ne(padding).nonzero().select(1, 0);
    [bags, values] = [bags.index_select(0, counted), values.index_select(0, counted)];
  }
  const sums = out.index_add(0, bags, values);
  if (mode === "sum") return sums.to(given.dtype);
  const counts = rows.new_zeros([sizes.length]).index_add(0, bags, rows.new_ones([bags.numel()]));
  return sums.div(counts.clamp_min(1).unsqueeze(1)).to(given.dtype);
}

function maxima(rows: Tensor, flat: Tensor, bounds: readonly [number, number][], padding: number): Tensor {
  const counted = padding < 0 ? null : flat.ne(padding);
  const width = rows.shape[1]!;
  const bags = bounds.map(([start, end]) => {
    let bag = rows.narrow(0, start, end - start);
    if (counted !== null) {
      const kept = counted.narrow(0, start, end - start).nonzero();
      bag = bag.index_select(0, kept.select(1, 0));
    }
    return bag.shape[0] === 0 ? rows.new_zeros([width]) : bag.max(0)[0];
  });
  return bags.length === 0 ? rows.new_zeros([0, width]) : callOp("stack", bags, 0);
}

defineFunction(
  "one_hot(Tensor tensor, int num_classes=-1) -> Tensor",
  "Class indices of any shape as rows of zeros with a one at the index; int64.",
  (tensor: Tensor, num_classes: number) => {
    if (tensor.dtype !== int64) throw new RuntimeError("one_hot is only applicable to index tensor.");
    if (tensor.numel() === 0) {
      if (num_classes <= 0) throw new RuntimeError("Can not infer total number of classes from empty tensor.");
      return tensor.new_zeros([...tensor.shape, num_classes]);
    }
    if (tensor.min().item() < 0) throw new RuntimeError("Class values must be non-negative.");
    const largest = tensor.max().item();
    if (num_classes === -1) return one(tensor, largest + 1);
    if (num_classes < 1) throw new RuntimeError("num_classes should be positive");
    if (num_classes <= largest) throw new RuntimeError("Class values must be smaller than num_classes.");
    return one(tensor, num_classes);
  },
);

const one = (tensor: Tensor, classes: number): Tensor =>
  tensor.new_zeros([...tensor.shape, classes]).scatter(-1, tensor.unsqueeze(-1), 1);
