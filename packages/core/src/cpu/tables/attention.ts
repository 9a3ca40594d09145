import type { Kernels } from "../../dispatch/backend.ts";
import { attention, attentionBackward } from "../attention/attention.ts";

/** Attention. */
export const attentionKernels: Kernels = { attention_forward: attention, attention_backward: attentionBackward };
