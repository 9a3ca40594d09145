import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { asSparse, sparseDims, SparseTensor } from "../../sparse/coo.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Changes sizes and the division into sparse and dense dimensions; entries stay where they are. */
function resized(input: SparseTensor, size: readonly number[], sparse: number, dense: number): SparseTensor {
  if (sparse + dense !== size.length) {
    throw new RuntimeError(
      `number of dimensions must be sparse_dim (${sparse}) + dense_dim (${dense}), but got ${size.length}`,
    );
  }
  const inner = size.slice(sparse);
  const none = input.entries.shape[0] === 0;
  if (!none) {
    if (sparse !== sparseDims(input)) {
      throw new RuntimeError(
        `changing the number of sparse dimensions (from ${sparseDims(input)} to ${sparse}) on a non-empty sparse tensor is not supported.`,
      );
    }
    if (dense !== input.ndim - sparseDims(input)) {
      throw new RuntimeError(
        `changing the number of dense dimensions (from ${input.ndim - sparseDims(input)} to ${dense}) on a non-empty sparse tensor is not supported.`,
      );
    }
    if (size.some((s, d) => s < input.shape[d]!))
      throw new RuntimeError(
        "shrinking the size of sparse or dense dimensions on a non-empty sparse tensor is not supported.",
      );
  }
  const { coordinates, entries } = input;
  if (none) {
    const places = coordinates.new_zeros([sparse, 0]);
    return input.become(new SparseTensor(places, entries.new_zeros([0, ...inner]), [...size], true));
  }
  const kept = inner.every((s, d) => s === entries.shape[d + 1]) ? entries : grown(entries, inner);
  return input.become(new SparseTensor(coordinates, kept, [...size], input.sorted));
}

/** Larger entries, zero where they were not. */
function grown(entries: Tensor, inner: readonly number[]): Tensor {
  const out = entries.new_zeros([entries.shape[0]!, ...inner]);
  let corner = out;
  entries.shape.forEach((size, d) => (corner = corner.narrow(d, 0, size)));
  corner.copy_(entries);
  return out;
}

const record = {
  variants: "method",
  out: false,
} as const;

defineOp({
  ...record,
  schema: "sparse_resize_(Tensor input, int[] size, int sparse_dim, int dense_dim) -> Tensor",
  doc: "Gives this sparse tensor other sizes; entries stay.",
  decompose: (input: Tensor, size: readonly number[], sparse: number, dense: number) =>
    resized(asSparse(input, "sparse_resize_"), size, sparse, dense),
});

defineOp({
  ...record,
  schema: "sparse_resize_and_clear_(Tensor input, int[] size, int sparse_dim, int dense_dim) -> Tensor",
  doc: "Gives this sparse tensor other sizes and takes all its entries away.",
  decompose: (input: Tensor, size: readonly number[], sparse: number, dense: number) => {
    const own = asSparse(input, "sparse_resize_and_clear_");
    const none = new SparseTensor(own.coordinates.narrow(1, 0, 0), own.entries.narrow(0, 0, 0), own.shape, true);
    return resized(own.become(none), size, sparse, dense);
  },
});

defineOp({
  schema: "resize_as_sparse_(Tensor input, Tensor the_template) -> Tensor",
  doc: "Gives this sparse tensor the sizes of another; entries stay.",
  out: false,
  decompose: (input: Tensor, template: Tensor) => {
    const like = asSparse(template, "resize_as_sparse_");
    return resized(asSparse(input, "resize_as_sparse_"), like.shape, sparseDims(like), like.ndim - sparseDims(like));
  },
});
