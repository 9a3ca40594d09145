import { NotImplementedError, pyExponent, pyRepr, ValueError } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { Optimizer } from "../optimizer/optimizer.ts";
import type { ParamGroup } from "../optimizer/types.ts";

/** Any optimizer, whatever its options. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyOptimizer = Optimizer<any>;

const EPOCH_DEPRECATION_WARNING =
  "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form is used instead of the new chainable form, where available. Please open an issue if you are unable to replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose.";

const warned = new Set<string>();

/** Says `message` once, as Python's warnings do. */
export function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  console.warn(`UserWarning: ${message}`);
}

export function warnEpoch(): void {
  warnOnce(EPOCH_DEPRECATION_WARNING);
}

/** @throws TypeError for what is not an optimizer */
export function checkOptimizer(optimizer: unknown): asserts optimizer is AnyOptimizer {
  if (!(optimizer instanceof Optimizer)) throw new TypeError(`${pythonTypeName(optimizer)} is not an Optimizer`);
}

/** One value per group. */
export function perGroup<T>(optimizer: AnyOptimizer, name: string, value: T | readonly T[]): T[] {
  const count = optimizer.param_groups.length;
  if (!Array.isArray(value)) return Array.from({ length: count }, () => value as T);
  if (value.length !== count) throw new ValueError(`expected ${count} values for ${name}, got ${value.length}`);
  return [...(value as readonly T[])];
}

/** A scheduler's state: its own properties by name. */
export type SchedulerStateDict = Record<string, unknown>;

/** What all schedulers share: an optimizer, and a state that can be saved. */
export class SchedulerBase {
  readonly optimizer: AnyOptimizer;
  /** @internal */
  _last_lr: number[] = [];

  constructor(optimizer: AnyOptimizer) {
    this.optimizer = optimizer;
  }

  /** The groups of the optimizer. */
  protected get groups(): ParamGroup[] {
    return this.optimizer.param_groups as ParamGroup[];
  }

  /** The learning rates the last step set, one a group. */
  get_last_lr(): number[] {
    return this._last_lr;
  }

  /** Everything but the optimizer and functions. */
  state_dict(): SchedulerStateDict {
    return Object.fromEntries(
      Object.entries(this).filter(([key, value]) => key !== "optimizer" && typeof value !== "function"),
    );
  }

  /** Takes over what {@link SchedulerBase.state_dict} gave. */
  load_state_dict(state_dict: Readonly<SchedulerStateDict>): void {
    const { optimizer: _, ...rest } = state_dict;
    Object.assign(this, rest);
  }
}

/** @throws ValueError unless the text of the value is a positive integer */
export function checkPositiveInteger(name: string, value: number | null): void {
  if (value === null || !(value > 0) || !Number.isInteger(value)) {
    throw new ValueError(`Expected positive integer ${name}, but got ${pyRepr(value)}`);
  }
}

/**
 * Base class of schedulers that set each group's learning rate after an epoch. A new one overrides
 * `get_lr` and ends its constructor with `this._initial_step()`.
 *
 * @example
 * ```ts
 * import { SGD, lr_scheduler } from "@tt/optim";
 * import { ones } from "@tt/core";
 * class Halving extends lr_scheduler.LRScheduler {
 *   constructor(optimizer: SGD) {
 *     super(optimizer);
 *     this._initial_step();
 *   }
 *   override get_lr(): number[] {
 *     return this.base_lrs.map((lr) => lr / 2 ** this.last_epoch);
 *   }
 * }
 * const optimizer = new SGD([ones(1)], { lr: 1 });
 * const scheduler = new Halving(optimizer);
 * optimizer.step();
 * scheduler.step();
 * scheduler.get_last_lr(); // [0.5]
 * ```
 */
export class LRScheduler extends SchedulerBase {
  /** Learning rates before any change. */
  base_lrs: number[];
  last_epoch: number;
  verbose: boolean;
  /** @internal */
  _step_count = 0;
  /** @internal */
  _get_lr_called_within_step = false;
  /** @internal learning rates by a formula of the epoch alone, where there is one */
  _get_closed_form_lr?(): number[];

  /**
   * @param last_epoch - -1 to start, else the epoch at which the optimizer's groups have their `initial_lr`
   * @throws TypeError when `optimizer` is none
   */
  constructor(optimizer: AnyOptimizer, last_epoch = -1, verbose = false) {
    checkOptimizer(optimizer);
    super(optimizer);
    this.groups.forEach((group, i) => {
      if (last_epoch === -1) group.initial_lr ??= group.lr;
      else if (group.initial_lr === undefined) {
        throw new ValueError(`param 'initial_lr' is not specified in param_groups[${i}] when resuming an optimizer`);
      }
    });
    this.base_lrs = this.groups.map((group) => group.initial_lr!);
    this.last_epoch = last_epoch;
    this.verbose = verbose;
    countSteps(optimizer);
  }

  /** @internal sets the first learning rates */
  _initial_step(): void {
    this.optimizer._step_count = 0;
    this._step_count = 0;
    this.step();
  }

  /** Learning rates of the epoch that begins; called by `step`. */
  get_lr(): number[] {
    throw new NotImplementedError(`${this.constructor.name} has no get_lr`);
  }

  /** @internal */
  protected checkCalledWithinStep(): void {
    if (!this._get_lr_called_within_step) {
      warnOnce("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.");
    }
  }

  /** Prints a change when `is_verbose`. */
  print_lr(is_verbose: boolean, group: number, lr: number, epoch: number | null = null): void {
    if (!is_verbose) return;
    const text = `djusting learning rate of group ${group} to ${pyExponent(lr, 4)}.`;
    if (epoch === null) console.log(`A${text}`);
    else console.log(`Epoch ${Number.isInteger(epoch) ? String(epoch).padStart(5, "0") : epoch.toFixed(2)}: a${text}`);
  }

  /** Goes to the next epoch (or to `epoch`) and sets the learning rates. Call it after `optimizer.step()`. */
  step(epoch: number | null = null): void {
    if (this._step_count === 1) this.checkOrder();
    this._step_count++;
    let values: number[];
    this._get_lr_called_within_step = true;
    try {
      if (epoch === null) {
        this.last_epoch++;
        values = this.get_lr();
      } else {
        warnEpoch();
        this.last_epoch = epoch;
        values = this._get_closed_form_lr?.() ?? this.get_lr();
      }
    } finally {
      this._get_lr_called_within_step = false;
    }
    this.setRates(values, epoch);
  }

  /** @internal */
  protected setRates(values: readonly number[], epoch: number | null): void {
    this.groups.forEach((group, i) => {
      if (i >= values.length) return;
      group.lr = values[i]!;
      this.print_lr(this.verbose, i, values[i]!, epoch);
    });
    this._last_lr = this.groups.map((group) => group.lr);
  }

  private checkOrder(): void {
    if (!isCounted(this.optimizer)) {
      warnOnce(
        "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. Please, make sure to call `optimizer.step()` before `lr_scheduler.step()`. See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate",
      );
    } else if (this.optimizer._step_count < 1) {
      warnOnce(
        "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping the first value of the learning rate schedule. See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate",
      );
    }
  }
}

const counted = new WeakSet<object>();

function isCounted(optimizer: AnyOptimizer): boolean {
  return counted.has(optimizer.step);
}

/** Makes `optimizer.step` count its calls. */
function countSteps(optimizer: AnyOptimizer): void {
  const { step } = optimizer;
  if (counted.has(step)) return;
  const counting = (...args: unknown[]): unknown => {
    optimizer._step_count++;
    return (step as (...a: unknown[]) => unknown).apply(optimizer, args);
  };
  counted.add(counting);
  Object.defineProperty(optimizer, "step", { value: counting, writable: true, configurable: true });
}
