import type { Tensor } from "@tt/core";
import { cosine_similarity, pairwise_distance } from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs } from "../module/construct.ts";
import { Module } from "../module/module.ts";

interface PairwiseArgs {
  p?: number;
  eps?: number;
  keepdim?: boolean;
}

/** The p-norm of x1 - x2 along the last dimension. */
export class PairwiseDistance extends Module {
  readonly norm: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(...args: ConstructorArgs<PairwiseArgs, ["p", "eps", "keepdim"]>) {
    super();
    const [p, eps, keepdim] = bindConstructor<[number, number, boolean]>(
      "PairwiseDistance(float p=2.0, float eps=1e-06, bool keepdim=False)",
      args,
    );
    this.norm = p;
    this.eps = eps;
    this.keepdim = keepdim;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwise_distance(x1, x2, this.norm, this.eps, this.keepdim);
  }
}

interface CosineArgs {
  dim?: number;
  eps?: number;
}

/** Cosine of the angle between vectors along `dim`. */
export class CosineSimilarity extends Module {
  readonly dim: number;
  readonly eps: number;

  constructor(...args: ConstructorArgs<CosineArgs, ["dim", "eps"]>) {
    super();
    const [dim, eps] = bindConstructor<[number, number]>("CosineSimilarity(int dim=1, float eps=1e-08)", args);
    this.dim = dim;
    this.eps = eps;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosine_similarity(x1, x2, this.dim, this.eps);
  }
}
