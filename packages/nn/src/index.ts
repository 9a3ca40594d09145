/** Neural networks: modules, layers, losses, initialisation. */
import "@tt/autograd";

export { Parameter } from "@tt/core";
export { AttributeError, KeyError, Module } from "./module/module.ts";
export type * from "./module/state.ts";
export * as functional from "./functional/index.ts";
