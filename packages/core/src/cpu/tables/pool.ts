import type { Kernels } from "../../dispatch/backend.ts";
import {
  adaptiveAvgPool,
  adaptiveAvgPoolBackward,
  adaptiveMaxPool,
  avgPool,
  avgPoolBackward,
  fractionalMaxPool,
  maxPool,
  maxPoolBackward,
  maxUnpool,
  maxUnpoolBackward,
} from "../pool/index.ts";
import type { MaxPoolParams } from "../pool/max_pool.ts";
import type { ArrayView } from "../view.ts";

type Pair = readonly [ArrayView, ArrayView];

/** Pooling: `(out, input, params)`; maximum pools give `[out, indices]`. */
export const poolKernels: Kernels = {
  max_pool: ([out, indices]: Pair, input: ArrayView, params: MaxPoolParams) => maxPool(out, indices, input, params),
  max_pool_backward: maxPoolBackward,
  adaptive_max_pool: ([out, indices]: Pair, input: ArrayView, rank: number) =>
    adaptiveMaxPool(out, indices, input, rank),
  fractional_max_pool: ([out, indices]: Pair, input: ArrayView, samples: ArrayView, kernel: readonly number[]) =>
    fractionalMaxPool(out, indices, input, samples, kernel),
  max_unpool: maxUnpool,
  max_unpool_backward: maxUnpoolBackward,
  avg_pool: avgPool,
  avg_pool_backward: avgPoolBackward,
  adaptive_avg_pool: adaptiveAvgPool,
  adaptive_avg_pool_backward: adaptiveAvgPoolBackward,
};
