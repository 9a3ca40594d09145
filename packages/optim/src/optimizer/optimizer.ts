import {
  enable_grad,
  no_grad,
  NotImplementedError,
  pyStr,
  type PyValue,
  type RemovableHandle,
  set_grad_enabled,
  Tensor,
  ValueError,
} from "@tt/core";
import { isOptions, memory, pythonTypeName } from "@tt/core/dispatch";
import { Hooks } from "./hooks.ts";
import { type LoadableStateDict, packState, type StateMap, unpackState } from "./state_dict.ts";
import type {
  Closure,
  CommonOptions,
  OptimizerStateDict,
  ParamGroup,
  ParamGroupInput,
  Params,
  ParamState,
} from "./types.ts";

/** Called around {@link Optimizer.step} with the arguments of the call. */
export type StepHook = (optimizer: Optimizer, args: readonly unknown[]) => void;

/**
 * Base class of optimizers. A new one gives defaults to the constructor and either overrides
 * {@link Optimizer.update}, which gets one group at a time, or `step` as a whole.
 *
 * @example
 * ```ts
 * import { Optimizer, type ParamGroup } from "@tt/optim";
 * import { Parameter, ones } from "@tt/core";
 * import "@tt/autograd";
 * class Plain extends Optimizer {
 *   protected override update({ params, lr }: ParamGroup): void {
 *     for (const p of params) if (p.grad !== null) p.sub_(p.grad.mul(lr));
 *   }
 * }
 * const weight = new Parameter(ones(2));
 * const optimizer = new Plain([weight], { lr: 0.5 });
 * weight.sum().backward();
 * optimizer.step();
 * weight.tolist(); // [0.5, 0.5]
 * ```
 */
export class Optimizer<Options extends object = CommonOptions> {
  /** Options of groups that do not say otherwise; undefined for those every group must give. */
  readonly defaults: Options;
  /** Parameters and their options; change an option here and the next step uses it. */
  param_groups: ParamGroup<Options>[] = [];
  /** What is kept for each parameter. */
  state: StateMap = new Map();
  /** @internal counts calls of `step` once a scheduler watches */
  _step_count = 0;
  private readonly preHooks = new Hooks<StepHook>();
  private readonly postHooks = new Hooks<StepHook>();

  /**
   * @param params - tensors, or groups of them
   * @param defaults - options of groups that do not say otherwise
   * @throws TypeError for a single tensor
   * @throws ValueError for an empty list, repeated parameters and missing options
   */
  constructor(params: Params<Options>, defaults: Options) {
    this.defaults = defaults;
    if ((params as unknown) instanceof Tensor) {
      throw new TypeError(
        `params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.FloatTensor`,
      );
    }
    const list = [...params] as (Tensor | ParamGroupInput<Options>)[];
    if (list.length === 0) throw new ValueError("optimizer got an empty parameter list");
    const groups = isOptions(list[0]) ? list : [{ params: list }];
    for (const group of groups) this.add_param_group(group as ParamGroupInput<Options>);
  }

  /**
   * Adds parameters with their own options.
   * @throws ValueError for non-leaf tensors, parameters of another group and missing options
   */
  add_param_group(param_group: ParamGroupInput<Options>): void {
    if (!isOptions(param_group)) throw new TypeError("param group must be a dict");
    const given = param_group.params as unknown;
    if (given instanceof Set) {
      throw new TypeError(
        "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will change between runs. Please use a list instead.",
      );
    }
    const params = given instanceof Tensor ? [given] : [...(given as Iterable<Tensor>)];
    const differentiable = (this.defaults as { differentiable?: boolean }).differentiable === true;
    for (const param of params) {
      if (!(param instanceof Tensor)) {
        throw new TypeError(`optimizer can only optimize Tensors, but one of the params is ${pythonTypeName(param)}`);
      }
      if (!differentiable && !param.is_leaf && !param.retains_grad)
        throw new ValueError("can't optimize a non-leaf Tensor");
    }
    const group = { ...param_group, params } as unknown as ParamGroup<Options>;
    for (const [name, value] of Object.entries(this.defaults)) {
      if (name in group) continue;
      if (value === undefined) {
        throw new ValueError(`parameter group didn't specify a value of required optimization parameter ${name}`);
      }
      (group as Record<string, unknown>)[name] = value;
    }
    if (new Set(params).size < params.length) {
      console.warn(
        "UserWarning: optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see github.com/pytorch/pytorch/issues/40967 for more information",
      );
    }
    const known = new Set(this.param_groups.flatMap((g) => g.params));
    if (params.some((param) => known.has(param))) {
      throw new ValueError("some parameters appear in more than one parameter group");
    }
    this.param_groups.push(group);
  }

  /**
   * Updates the parameters by their gradients.
   * @param closure - recomputes the loss; most optimizers do without
   * @returns what `closure` gives, else null
   */
  step(): null;
  step<R>(closure: Closure<R>): R;
  step<R>(closure?: Closure<R> | null): R | null;
  step<R>(closure: Closure<R> | null = null): R | null {
    for (const hook of this.preHooks) hook(this, [closure]);
    const loss = closure === null ? null : enable_grad(closure);
    const differentiable = (this.defaults as { differentiable?: boolean }).differentiable === true;
    const run = (): void => {
      for (const group of this.param_groups) this.update(group);
    };
    if (differentiable) set_grad_enabled(true, run);
    else no_grad(run);
    memory.keep?.(this.state);
    for (const hook of this.postHooks) hook(this, [closure]);
    return loss;
  }

  /** Updates the parameters of one group; called by `step` without recording. */
  protected update(_group: ParamGroup<Options>): void {
    throw new NotImplementedError(`${this.constructor.name} has neither step nor update`);
  }

  /** The state kept for `param`, made by `initial` at first. */
  protected stateOf(param: Tensor, initial: () => ParamState): ParamState {
    let state = this.state.get(param);
    if (state === undefined || Object.keys(state).length === 0) this.state.set(param, (state = initial()));
    return state;
  }

  /** Sets the gradients of all parameters to zero, or to null. */
  zero_grad(set_to_none: boolean | { set_to_none?: boolean } = false): void {
    const none = typeof set_to_none === "boolean" ? set_to_none : (set_to_none.set_to_none ?? false);
    for (const { params } of this.param_groups) {
      for (const param of params) {
        const grad = param.gradTensor;
        if (grad === null) continue;
        if (none) {
          param.gradTensor = null;
          continue;
        }
        if (grad.grad_fn !== null) grad.detach_();
        else if (grad.requires_grad) grad.requires_grad = false;
        grad.zero_();
      }
    }
  }

  /** State and options in PyTorch's layout; its tensors are this optimizer's own. */
  state_dict(): OptimizerStateDict {
    return packState(this.param_groups, this.state);
  }

  /**
   * Takes over copies of a saved state and its options.
   * @throws ValueError when its groups do not match this optimizer's
   */
  load_state_dict(state_dict: LoadableStateDict): void {
    const { state, groups } = unpackState(this.param_groups, state_dict);
    this.state = state;
    memory.keep?.(state);
    // Files of older versions lack newer options.
    this.param_groups = groups.map((group) => ({ ...definedOf(this.defaults), ...group }) as ParamGroup<Options>);
  }

  /** Calls `hook` before every step. */
  register_step_pre_hook(hook: StepHook): RemovableHandle {
    return this.preHooks.add(hook);
  }

  /** Calls `hook` after every step. */
  register_step_post_hook(hook: StepHook): RemovableHandle {
    return this.postHooks.add(hook);
  }

  /** PyTorch's text of the optimizer. */
  toString(): string {
    const groups = this.param_groups.map((group, i) => {
      const lines = Object.entries(group)
        .filter(([name]) => name !== "params")
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `    ${name}: ${pyStr(value as PyValue)}\n`);
      return `\nParameter Group ${i}\n${lines.join("")}`;
    });
    return `${this.constructor.name} (${groups.join("")})`;
  }
}

Object.defineProperty(Optimizer.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Optimizer): string {
    return this.toString();
  },
});

function definedOf(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
