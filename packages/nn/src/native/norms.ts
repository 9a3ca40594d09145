import { call, callOp, findOp } from "@tt/core/dispatch";
import { bool, type Tensor } from "@tt/core";
import { limitNorms } from "../functional/sparse.ts";
import { defineNative } from "./define.ts";

type Maybe = Tensor | null;

defineNative(
  "native_dropout(Tensor input, float p, bool? train) -> (Tensor result, Tensor mask)",
  "Dropout and the mask of the elements that it kept.",
  (input: Tensor, p: number, train: boolean | null) => {
    if (input.numel() === 0) return [input, callOp("empty_like", input)];
    const kept = input.new_empty(input.shape, { dtype: bool });
    if (train === false) return [input.clone(), kept.fill_(true)];
    kept.bernoulli_(1 - p);
    return [input.mul(kept).mul(p === 1 ? 0 : 1 / (1 - p)), kept];
  },
);

defineNative(
  "native_group_norm(Tensor input, Tensor? weight, Tensor? bias, int N, int C, int HxW, int group, float eps) -> (Tensor result, Tensor mean, Tensor rstd)",
  "`group_norm`, the means and the reciprocal standard deviations [N, group].",
  (
    input: Tensor,
    weight: Maybe,
    bias: Maybe,
    n: number,
    _channels: number,
    _positions: number,
    group: number,
    eps: number,
  ) => {
    const [out, mean, rstd] = call(findOp("_group_norm")!, [input, weight, bias, group, eps]) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    if (!input.requires_grad) return [out, mean.reshape([n, group]), rstd.reshape([n, group])];
    // The statistics are differentiable too.
    const rows = input.reshape([n, group, -1]);
    return [out, rows.mean(-1), rows.var(-1, { unbiased: false }).add(eps).rsqrt()];
  },
);

defineNative(
  "norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor",
  "The norms of the slices of `dim`, in a shape that broadcasts against `v`; of all elements for dim -1.",
  (v: Tensor, pow: number, dim: number) => {
    if (dim === -1) return v.norm(pow);
    const others = v.shape.map((_, d) => d).filter((d) => d !== dim);
    return others.length === 0 ? v.abs() : v.norm(pow, others, true);
  },
);

defineNative(
  "embedding_renorm_(Tensor input, Tensor indices, float max_norm, float norm_type) -> Tensor",
  "Scales the rows at `indices` down to `max_norm`, in place.",
  (input: Tensor, indices: Tensor, max_norm: number, norm_type: number) => {
    limitNorms(input, indices, max_norm, norm_type);
    return input;
  },
);
