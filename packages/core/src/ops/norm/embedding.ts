import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int32, int64, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { embeddingSparseBackward } from "../sparse/coo.ts";

const backward: Op = defineOp({
  schema:
    "embedding_dense_backward(Tensor grad_output, Tensor indices, int num_weights, int padding_idx, bool scale_grad_by_freq) -> Tensor",
  doc: "Gradient of `embedding`: rows summed by index.",
  variants: "internal",
  kernel: "embedding_backward",
  meta: (grad: Tensor, _indices: Tensor, count: number) => metaLike(grad, [count, grad.shape.at(-1)!]),
  kernelArgs: (grad: Tensor, indices: Tensor, _count: number, padding: number, scale: boolean) => [
    grad,
    indices,
    padding,
    scale,
  ],
  derivative: {
    grad_output: [
      (g: Tensor, indices: Tensor, padding: number) => {
        const rows = call(embedding, [g, indices, padding, false, false]) as Tensor;
        return padding < 0 ? rows : rows.masked_fill(indices.eq(padding).unsqueeze(-1), 0);
      },
      "indices",
      "padding_idx",
    ],
  },
});

const embedding: Op = defineOp({
  schema:
    "embedding(Tensor weight, Tensor indices, int padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor",
  doc: "Rows of `weight` [count, width] at `indices` (any shape); the row `padding_idx` gets no gradient.",
  variants: "function",
  out: false,
  kernel: "embedding",
  meta: (weight: Tensor, indices: Tensor) => {
    if (weight.ndim !== 2) throw new RuntimeError("'weight' must be 2-D");
    if (indices.dtype !== int64 && indices.dtype !== int32) {
      throw new RuntimeError(
        `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${scalarTypeName(indices.dtype)}Tensor instead (while checking arguments for embedding)`,
      );
    }
    return metaLike(weight, [...indices.shape, weight.shape[1]!]);
  },
  kernelArgs: (weight: Tensor, indices: Tensor) => [weight, indices],
  derivative: {
    weight: [
      (g: Tensor, indices: Tensor, [count]: readonly number[], padding: number, scale: boolean, sparse: boolean) =>
        sparse
          ? embeddingSparseBackward(g, indices, count!, padding)
          : (call(backward, [g, indices, count, padding, scale]) as Tensor),
      "indices",
      "weight.shape",
      "padding_idx",
      "scale_grad_by_freq",
      "sparse",
    ],
  },
});
