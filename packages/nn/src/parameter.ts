/** torch.nn.parameter. */
export { Parameter } from "@tt/core";
export { is_lazy, UninitializedBuffer, UninitializedParameter } from "./module/uninitialized.ts";
