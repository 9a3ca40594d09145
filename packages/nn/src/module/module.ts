/// <reference lib="esnext.disposable" preserve="true" />
import { NotImplementedError, type RemovableHandle, RuntimeError } from "@tt/core";
import { callWithHooks } from "./call.ts";
import { loadStateDict, saveStateDict } from "./state_dict.ts";
import {
  addHook,
  type BackwardHook,
  type BackwardPreHook,
  type ForwardHook,
  type ForwardPreHook,
  type IncompatibleKeys,
  type LoadPostHook,
  type LoadPreHook,
  ModuleState,
  type StateDict,
  type StateDictHook,
} from "./state.ts";
import { ModuleTransfer } from "./transfer.ts";

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Module {
  /** Runs `forward` with the module's hooks. */
  (...args: Parameters<this["forward"]>): ReturnType<this["forward"]>;
}

/**
 * Base class of networks and layers. Own properties that hold modules and parameters are registered
 * by being assigned, in order; the instance itself is a function that runs {@link Module.forward}.
 *
 * @example
 * ```ts
 * import { Module, Linear } from "@tt/nn";
 * import { rand, type Tensor } from "@tt/core";
 * class Net extends Module {
 *   fc = new Linear(4, 2);
 *   override forward(x: Tensor): Tensor {
 *     return this.fc(x).relu();
 *   }
 * }
 * const net = new Net();
 * net(rand(3, 4)).shape; // [3, 2]
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export abstract class Module extends ModuleTransfer {
  /** What the module computes. Subclasses give it their own signature. */
  // oxlint-disable-next-line typescript/no-explicit-any
  abstract forward(...args: any[]): any;

  /** @internal what calling the instance does */
  call_(args: unknown[]): unknown {
    return this.moduleState.hasCallHooks || globalHooks.hasCallHooks
      ? callWithHooks(this, args, globalHooks)
      : (this.forward as (...a: unknown[]) => unknown)(...args);
  }

  /** What a subclass wants to have in the state dict besides tensors, under `_extra_state`. */
  get_extra_state(): unknown {
    throw new RuntimeError(
      "Reached a code path in Module.get_extra_state() that should never be called. Please file an issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug.",
    );
  }

  /** Takes back what {@link get_extra_state} gave. */
  set_extra_state(_state: unknown): void {
    throw new RuntimeError(
      "Reached a code path in Module.set_extra_state() that should never be called. Please file an issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug.",
    );
  }

  /**
   * Parameters and persistent buffers by qualified name, sharing memory with the module.
   * @param options - `prefix` is put before every name; `keep_vars` gives the parameters themselves
   */
  state_dict(options: { destination?: StateDict; prefix?: string; keep_vars?: boolean } = {}): StateDict {
    return saveStateDict(this, options.destination ?? {}, options.prefix ?? "", options.keep_vars ?? false);
  }

  /**
   * Copies values from a state dict. When anything does not fit, nothing is changed.
   * @throws RuntimeError with PyTorch's list of missing, unexpected and ill-shaped entries
   */
  load_state_dict(state_dict: StateDict, strict: boolean | { strict?: boolean } = true): IncompatibleKeys {
    return loadStateDict(this, state_dict, typeof strict === "boolean" ? strict : (strict.strict ?? true));
  }

  /** Calls `hook(module, args)` before every forward; what it returns replaces the arguments. */
  register_forward_pre_hook(hook: ForwardPreHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this.moduleState.forwardPre, hook, options.prepend);
  }

  /** Calls `hook(module, args, output)` after every forward; what it returns replaces the output. */
  register_forward_hook(hook: ForwardHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this.moduleState.forward, hook, options.prepend);
  }

  /** Calls `hook(module, grad_input, grad_output)` when gradients of the inputs have been computed. */
  register_full_backward_hook(hook: BackwardHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this.moduleState.backward, hook, options.prepend);
  }

  /** The former name of {@link register_full_backward_hook}. */
  register_backward_hook(hook: BackwardHook): RemovableHandle {
    return this.register_full_backward_hook(hook);
  }

  /** Calls `hook(module, grad_output)` before gradients of the module are computed. */
  register_full_backward_pre_hook(hook: BackwardPreHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this.moduleState.backwardPre, hook, options.prepend);
  }

  /** Calls `hook(module, state_dict, prefix)` after `state_dict()`. */
  register_state_dict_hook(hook: StateDictHook): RemovableHandle {
    return addHook(this.moduleState.stateDict, hook);
  }

  /** Calls `hook(module, state_dict, prefix)` before this module loads. */
  register_load_state_dict_pre_hook(hook: LoadPreHook): RemovableHandle {
    return addHook(this.moduleState.loadPre, hook);
  }

  /** Calls `hook(module, incompatible_keys)` after `load_state_dict()`. */
  register_load_state_dict_post_hook(hook: LoadPostHook): RemovableHandle {
    return addHook(this.moduleState.loadPost, hook);
  }

  /** The arguments as Python prints them between the parentheses. */
  extra_repr(): string {
    return "";
  }

  /** The name printed before the parentheses. */
  _get_name(): string {
    return this.constructor.name;
  }

  /** PyTorch's text of the module and its children. */
  override toString(): string {
    const extra = this.extra_repr();
    const lines = Object.entries(this)
      .filter((entry): entry is [string, Module] => entry[1] instanceof Module)
      .map(([name, child]) => `(${name}): ${child.toString().replaceAll("\n", "\n  ")}`);
    const head = `${this._get_name()}(`;
    const extras = extra === "" ? [] : extra.split("\n");
    if (lines.length === 0 && extras.length <= 1) return `${head}${extra})`;
    return `${head}\n  ${[...extras, ...lines].join("\n  ")}\n)`;
  }
}

Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Module): string {
    return this.toString();
  },
  configurable: true,
});

/** Hooks that run for every module. */
export const globalHooks: ModuleState = new ModuleState();

// Abstract for the type checker only: JavaScript, and casts, can leave it out.
Object.defineProperty(Module.prototype, "forward", {
  value(this: Module): never {
    throw new NotImplementedError(`Module [${this.constructor.name}] is missing the required "forward" function`);
  },
  writable: true,
  configurable: true,
});
