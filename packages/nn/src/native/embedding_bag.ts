import { callOp } from "@tt/core/dispatch";
import { int64, type Tensor, tensor } from "@tt/core";
import "../functional/records.ts";
import { defineNative } from "./define.ts";

type Maybe = Tensor | null;

const MODES = ["sum", "mean", "max"];

/** For every bag and column the index whose row has the maximum; 0 where a bag is empty. */
function maxIndices(weight: Tensor, indices: Tensor, starts: readonly number[], sizes: readonly number[]): Tensor {
  const rows = weight.detach().index_select(0, indices);
  const bags = sizes.map((size, i) => {
    if (size === 0) return indices.new_zeros([weight.shape[1]!]);
    const { indices: best } = rows.narrow(0, starts[i]!, size).max(0);
    return indices.narrow(0, starts[i]!, size).index_select(0, best);
  });
  return callOp("stack", bags, 0);
}

function embeddingBag(
  weight: Tensor,
  indices: Tensor,
  offsets: Tensor,
  scale: boolean,
  mode: number,
  sparse: boolean,
  weights: Maybe,
  include_last_offset: boolean,
  padding_idx: number | null = null,
): Tensor[] {
  const kind = MODES[mode] ?? `${mode}`;
  const out = callOp(
    "nn_embedding_bag",
    indices,
    weight,
    offsets,
    null,
    2,
    scale,
    kind,
    sparse,
    weights,
    include_last_offset,
    padding_idx,
  );
  const starts = (offsets.tolist() as number[]).slice(0, out.shape[0]);
  const sizes = starts.map((start, i) => (starts[i + 1] ?? indices.numel()) - start);
  const longs = (list: readonly number[]): Tensor => tensor([...list], { dtype: int64 });
  if (kind === "sum") return [out, longs([]), longs(sizes.map(() => 0)), longs(sizes.map(() => 0))];
  const bags = longs(sizes.flatMap((size, i) => new Array<number>(size).fill(i)));
  const most = kind === "max" ? maxIndices(weight, indices, starts, sizes) : longs(sizes);
  return [out, bags, longs(sizes), most];
}

const START = "Tensor weight, Tensor indices, Tensor offsets";
const RETURNS = "(Tensor result, Tensor offset2bag, Tensor bag_size, Tensor max_indices)";
const DOC =
  "`nn.functional.embedding_bag` with modes by number (sum, mean, max): the bags, each index's bag, the bags' sizes and where maxima came from. Sums need none of these: they are empty or zero.";

defineNative(
  `embedding_bag(${START}, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False) -> ${RETURNS}`,
  DOC,
  embeddingBag,
);

defineNative(
  `embedding_bag.padding_idx(${START}, bool scale_grad_by_freq, int mode, bool sparse, Tensor? per_sample_weights, bool include_last_offset, int? padding_idx) -> ${RETURNS}`,
  DOC,
  embeddingBag,
);
