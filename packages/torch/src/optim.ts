/** torch.optim */
export * from "@tt/optim";
export * as swa_utils from "./swa_utils.ts";
