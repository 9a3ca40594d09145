import type { AutogradRuntime } from "./autograd.ts";
import type { Op } from "./op.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** An interpreter between callers and kernels: autocast, a tracer, vmap, the profiler. */
export interface Layer {
  readonly name: string;
  /**
   * Whether it has something to do for `op`. A composite without a gradient formula for which this is false
   * runs its decomposition under the layer, which so sees the ops inside; without this method composites
   * are not seen through.
   */
  handles?(op: Op): boolean;
  /**
   * Handles a call; `next` continues with the layers below and finally the kernels.
   * @param inplace - the result is to be written into the first argument
   */
  handle(op: Op, args: unknown[], next: (op: Op, args: unknown[]) => unknown, inplace: boolean): unknown;
}

/** What holds for the code that runs now. */
export interface Modes {
  gradEnabled: boolean;
  inference: boolean;
  layers: readonly Layer[];
}

/** Modes outside of async callbacks, and the autograd runtime. */
export const state: Modes & {
  autograd: AutogradRuntime | null;
  /** Async callbacks under way that have modes of their own. */
  asyncScopes: number;
  /** Computes ops on sparse tensors, once there are any; undefined for what it leaves to the kernels. */
  sparse: ((op: Op, args: unknown[], target: Tensor | null) => unknown) | null;
} = { gradEnabled: true, inference: false, layers: [], autograd: null, asyncScopes: 0, sparse: null };

interface AsyncStorage {
  run<R>(store: Modes, fn: () => R): R;
  getStore(): Modes | undefined;
}

let storage: AsyncStorage | null | undefined;

/** Node's AsyncLocalStorage; null in browsers, which have nothing like it yet. */
export function asyncStorage(): AsyncStorage | null {
  if (storage === undefined) {
    const host = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
    const hooks = host?.getBuiltinModule?.("node:async_hooks") as
      | { AsyncLocalStorage: new () => AsyncStorage }
      | undefined;
    storage = hooks === undefined ? null : new hooks.AsyncLocalStorage();
  }
  return storage;
}

/** The modes of the code that runs now. */
export function modes(): Modes {
  return state.asyncScopes === 0 ? state : (asyncStorage()?.getStore() ?? state);
}
