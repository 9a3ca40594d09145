import { get_rng_state, set_rng_state } from "@tt/core";
import type { Module } from "../module/module.ts";

/** Constructs a module whose parameters are not to be relied on; no random number is drawn. */
export function skip_init<A extends unknown[], M extends Module>(module_cls: new (...args: A) => M, ...args: A): M {
  const state = get_rng_state();
  try {
    return new module_cls(...args);
  } finally {
    set_rng_state(state);
  }
}
