import type { RemovableHandle, Tensor } from "@tt/core";
import type { Module } from "./module.ts";

/** What a hook may give back to replace a value. */
type Replace<T> = T | null | undefined | void;

export type ForwardPreHook = (module: Module, args: unknown[]) => Replace<unknown>;
export type ForwardHook = (module: Module, args: unknown[], output: unknown) => Replace<unknown>;
export type BackwardHook = (
  module: Module,
  grad_input: (Tensor | null)[],
  grad_output: (Tensor | null)[],
) => Replace<(Tensor | null)[]>;
export type BackwardPreHook = (module: Module, grad_output: (Tensor | null)[]) => Replace<(Tensor | null)[]>;
export type StateDictHook = (module: Module, state_dict: StateDict, prefix: string) => Replace<StateDict>;
export type LoadPreHook = (module: Module, state_dict: StateDict, prefix: string) => void;
export type LoadPostHook = (module: Module, incompatible: IncompatibleKeys) => void;

/** Parameters and buffers by qualified name, in order of registration. */
export type StateDict = Record<string, Tensor>;

/** What `load_state_dict(..., {strict: false})` could not place. */
export interface IncompatibleKeys {
  readonly missing_keys: string[];
  readonly unexpected_keys: string[];
}

/** Registrations of one module that are not its own properties. */
export class ModuleState {
  readonly buffers: Set<string> = new Set();
  readonly nonPersistent: Set<string> = new Set();
  /** Parameters, buffers and modules registered as null. */
  readonly none: Set<string> = new Set();
  readonly forwardPre: Map<number, ForwardPreHook> = new Map();
  readonly forward: Map<number, ForwardHook> = new Map();
  readonly backward: Map<number, BackwardHook> = new Map();
  readonly backwardPre: Map<number, BackwardPreHook> = new Map();
  readonly stateDict: Map<number, StateDictHook> = new Map();
  readonly loadPre: Map<number, LoadPreHook> = new Map();
  readonly loadPost: Map<number, LoadPostHook> = new Map();
  /** Any hook that a call has to run. */
  get hasCallHooks(): boolean {
    return this.forwardPre.size + this.forward.size + this.backward.size + this.backwardPre.size > 0;
  }
}

let nextId = 0;

/** Adds `hook`, first when `prepend`; the handle takes it out again. */
export function addHook<T>(hooks: Map<number, T>, hook: T, prepend = false): RemovableHandle {
  const id = nextId++;
  if (prepend) {
    const before = [...hooks];
    hooks.clear();
    hooks.set(id, hook);
    for (const [key, value] of before) hooks.set(key, value);
  } else hooks.set(id, hook);
  const remove = (): void => void hooks.delete(id);
  return { remove, [Symbol.dispose]: remove };
}
