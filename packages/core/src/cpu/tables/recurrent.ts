import type { Kernels } from "../../dispatch/backend.ts";
import { recurrentBackward, recurrentForward } from "../recurrent/index.ts";

/** Recurrent layers. */
export const recurrentKernels: Kernels = {
  recurrent_forward: recurrentForward,
  recurrent_backward: recurrentBackward,
};
