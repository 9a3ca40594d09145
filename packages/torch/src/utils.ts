/** torch.utils */
export * as data from "@tt/data";
