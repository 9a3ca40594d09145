/** Neural networks: modules, layers, losses, initialisation. */
import "@tt/autograd";
import "@tt/core/neural";

export { Parameter } from "@tt/core";
export { Callable } from "./module/callable.ts";
export { AttributeError, KeyError, Module } from "./module/module.ts";
export type * from "./module/state.ts";
export * as functional from "./functional/index.ts";
