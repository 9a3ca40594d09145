import { defineOp } from "../../dispatch/op.ts";
import { call } from "../../dispatch/call.ts";
import type { DType } from "../../dtype/index.ts";
import { wrapDim, wrapDims } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { accumulateDtype, conj, reducedMeta } from "../helpers.ts";
import { cat } from "../join/cat.ts";

/** Products of all other elements, by products from both ends: zeros do no harm. */
function othersProduct(input: Tensor, dim: number): Tensor {
  const size = input.shape[dim]!;
  if (size === 1) return input.new_ones(input.shape);
  const one = input.new_ones(input.shape.with(dim, 1));
  const before = (call(cat, [[one, input.narrow(dim, 0, size - 1)], dim]) as Tensor).cumprod(dim);
  const after = (call(cat, [[one, input.narrow(dim, 1, size - 1).flip([dim])], dim]) as Tensor)
    .cumprod(dim)
    .flip([dim]);
  return before.mul(after);
}

function prodBackward(g: Tensor, input: Tensor, result: Tensor): Tensor {
  if (input.ndim === 0) return g;
  const zeros = input.storage.readable ? input.eq(0).sum().item() : 1;
  if (zeros === 0) return g.mul(conj(result.div(input)));
  if (zeros > 1) return g.new_zeros(input.shape);
  return g.mul(conj(othersProduct(input.reshape([-1]), 0))).reshape(input.shape);
}

function prodDimBackward(g: Tensor, input: Tensor, dim: number, keepdim: boolean, result: Tensor): Tensor {
  if (input.ndim === 0) return g;
  const at = wrapDim(dim, input.ndim);
  const grad = keepdim ? g : g.unsqueeze(at);
  if (input.numel() === 0) return grad.expand(input.shape);
  if (!input.storage.readable || input.eq(0).any().item()) return grad.mul(conj(othersProduct(input, at)));
  return grad.mul(conj((keepdim ? result : result.unsqueeze(at)).div(input)));
}

const cast = (input: Tensor, dtype: DType | null): Tensor => (dtype === null ? input : input.detach().to(dtype));

defineOp({
  schema: "prod(Tensor input, *, ScalarType? dtype=None) -> Tensor",
  doc: "The product of all elements, or along `dim`; integers and bool multiply to int64.",
  kernel: "prod",
  meta: (input: Tensor, dtype: DType | null) => ({ shape: [], dtype: accumulateDtype(input.dtype, dtype) }),
  kernelArgs: (input: Tensor, dtype: DType | null) => [cast(input, dtype), wrapDims(null, input.ndim)],
  derivative: {
    input: [
      (g, input: Tensor, dtype, result) => prodBackward(g, dtype === null ? input : input.to(dtype), result),
      "input",
      "dtype",
      "result",
    ],
  },
});

defineOp({
  schema: "prod.dim_int(Tensor input, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
  doc: "The products along `dim`.",
  gradName: "ProdBackward1",
  kernel: "prod",
  meta: (input: Tensor, dim: number, keepdim: boolean, dtype: DType | null) =>
    reducedMeta(input, [dim], keepdim, accumulateDtype(input.dtype, dtype)),
  kernelArgs: (input: Tensor, dim: number, _keepdim: boolean, dtype: DType | null) => [
    cast(input, dtype),
    wrapDims([dim], input.ndim),
  ],
  derivative: {
    input: [
      (g, input: Tensor, dim, keepdim, dtype, result) =>
        prodDimBackward(g, dtype === null ? input : input.to(dtype), dim, keepdim, result),
      "input",
      "dim",
      "keepdim",
      "dtype",
      "result",
    ],
  },
});
