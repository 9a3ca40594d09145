import { ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import type { LRScheduler } from "./scheduler.ts";
import { type AnyOptimizer, SchedulerBase, type SchedulerStateDict } from "./scheduler.ts";

/** Schedulers whose state holds that of others. */
abstract class Composed<S extends SchedulerBase> extends SchedulerBase {
  /** @internal */
  _schedulers: S[];

  constructor(optimizer: AnyOptimizer, schedulers: readonly S[]) {
    super(optimizer);
    this._schedulers = [...schedulers];
  }

  override state_dict(): SchedulerStateDict {
    return { ...super.state_dict(), _schedulers: this._schedulers.map((scheduler) => scheduler.state_dict()) };
  }

  override load_state_dict(state_dict: Readonly<SchedulerStateDict>): void {
    const { _schedulers: states, ...rest } = state_dict;
    super.load_state_dict(rest);
    (states as SchedulerStateDict[]).forEach((state, i) => this._schedulers[i]!.load_state_dict(state));
  }
}

export interface SequentialLROptions {
  schedulers?: readonly LRScheduler[];
  /** Epochs at which the next scheduler takes over. */
  milestones?: readonly number[];
  last_epoch?: number;
  verbose?: boolean;
}

const read = signature<Required<SequentialLROptions> & { optimizer: AnyOptimizer }>(
  "SequentialLR(Any optimizer, Any schedulers, int[] milestones, int last_epoch=-1, bool verbose=False)",
);

/** One scheduler after another. */
export class SequentialLR extends Composed<LRScheduler> {
  static readonly schema: readonly string[] = read.schema;
  last_epoch: number;
  /** @internal */
  _milestones: number[];

  /** @throws ValueError when the schedulers' optimizers differ, or the milestones do not fit */
  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [schedulers: readonly LRScheduler[], milestones: readonly number[], last_epoch: number, verbose: boolean],
      SequentialLROptions
    >
  ) {
    const { optimizer: given, schedulers, milestones, last_epoch } = read([optimizer, ...args]);
    const stranger = schedulers.findIndex((scheduler) => scheduler.optimizer !== given);
    if (stranger >= 0) {
      throw new ValueError(
        `Sequential Schedulers expects all schedulers to belong to the same optimizer, but got schedulers at index ${stranger} to be different than the optimizer passed in.`,
      );
    }
    if (milestones.length !== schedulers.length - 1) {
      throw new ValueError(
        `Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`,
      );
    }
    super(given, schedulers);
    this._milestones = [...milestones];
    this.last_epoch = last_epoch + 1;
    for (const group of this.groups) group.lr = group.initial_lr!;
    // Every scheduler made its first step when it was constructed: only the first one's counts.
    for (const scheduler of this._schedulers) scheduler.last_epoch--;
    this._schedulers[0]!._initial_step();
    this._last_lr = this._schedulers[0]!.get_last_lr();
  }

  /** Goes to the next epoch. */
  step(): void {
    this.last_epoch++;
    const index = this._milestones.filter((epoch) => epoch <= this.last_epoch).length;
    const scheduler = this._schedulers[index]!;
    if (index > 0 && this._milestones[index - 1] === this.last_epoch) scheduler.step(0);
    else scheduler.step();
    this._last_lr = scheduler.get_last_lr();
  }
}

/** Several schedulers at once, each changing what the one before it set. */
export class ChainedScheduler extends Composed<SchedulerBase & { step(): void }> {
  static readonly schema: readonly string[] = ["ChainedScheduler(Any schedulers) -> Any"];

  /** @throws ValueError when the schedulers' optimizers differ */
  constructor(schedulers: readonly (SchedulerBase & { step(): void })[]) {
    const stranger = schedulers.findIndex((scheduler) => scheduler.optimizer !== schedulers[0]!.optimizer);
    if (stranger >= 0) {
      throw new ValueError(
        `ChainedScheduler expects all schedulers to belong to the same optimizer, but got schedulers at index 0 and ${stranger} to be different`,
      );
    }
    super(schedulers[0]!.optimizer, schedulers);
    this._last_lr = this.groups.map((group) => group.lr);
  }

  /** Steps every scheduler. */
  step(): void {
    for (const scheduler of this._schedulers) scheduler.step();
    this._last_lr = this.groups.map((group) => group.lr);
  }
}
