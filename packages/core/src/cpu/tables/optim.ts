import type { Kernels } from "../../dispatch/backend.ts";
import { fusedAdam } from "../optim/adam.ts";
import { fusedSgd } from "../optim/sgd.ts";

/** Optimizer steps. */
export const optimKernels: Kernels = {
  _fused_adam_: fusedAdam as never,
  _fused_sgd_: fusedSgd as never,
};
