import { pyRepr, ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import type { ParamGroup } from "../optimizer/types.ts";
import { type AnyOptimizer, checkOptimizer, checkPositiveInteger, LRScheduler, perGroup } from "./scheduler.ts";

export interface OneCycleLROptions {
  max_lr?: number | readonly number[];
  total_steps?: number | null;
  epochs?: number | null;
  steps_per_epoch?: number | null;
  /** Part of the cycle in which the learning rate rises. */
  pct_start?: number;
  anneal_strategy?: "cos" | "linear";
  /** Moves the momentum (or the first beta) the other way round. */
  cycle_momentum?: boolean;
  base_momentum?: number | readonly number[];
  max_momentum?: number | readonly number[];
  /** First learning rate: `max_lr / div_factor`. */
  div_factor?: number;
  /** Last learning rate: the first one divided by `final_div_factor`. */
  final_div_factor?: number;
  three_phase?: boolean;
  last_epoch?: number;
  verbose?: boolean;
}

interface Phase {
  end_step: number;
  start_lr: string;
  end_lr: string;
  start_momentum: string;
  end_momentum: string;
}

const read = signature<Required<OneCycleLROptions> & { optimizer: AnyOptimizer }>(
  'OneCycleLR(Any optimizer, Any max_lr, float? total_steps=None, float? epochs=None, float? steps_per_epoch=None, float pct_start=0.3, str anneal_strategy="cos", bool cycle_momentum=True, Any base_momentum=0.85, Any max_momentum=0.95, float div_factor=25.0, float final_div_factor=10000.0, bool three_phase=False, int last_epoch=-1, bool verbose=False)',
);

function phase(end_step: number, lrs: [string, string], momenta: [string, string]): Phase {
  return { end_step, start_lr: lrs[0], end_lr: lrs[1], start_momentum: momenta[0], end_momentum: momenta[1] };
}

function phases(total: number, pct: number, three: boolean): Phase[] {
  const up = phase(pct * total - 1, ["initial_lr", "max_lr"], ["max_momentum", "base_momentum"]);
  if (!three) return [up, phase(total - 1, ["max_lr", "min_lr"], ["base_momentum", "max_momentum"])];
  return [
    up,
    phase(2 * pct * total - 2, ["max_lr", "initial_lr"], ["base_momentum", "max_momentum"]),
    phase(total - 1, ["initial_lr", "min_lr"], ["max_momentum", "max_momentum"]),
  ];
}

/** One rise to `max_lr` and a fall far below the start (Smith and Topin, arXiv 1708.07120). Step it after every batch. */
export class OneCycleLR extends LRScheduler {
  static readonly schema: readonly string[] = read.schema;
  total_steps: number;
  cycle_momentum: boolean;
  use_beta1: boolean;
  /** @internal */
  _schedule_phases: Phase[];
  /** @internal */
  _anneal_func_type: string;

  /** @throws ValueError when the number of steps is not given, and for values out of range */
  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [
        max_lr: number | readonly number[],
        total_steps: number | null,
        epochs: number | null,
        steps_per_epoch: number | null,
      ],
      OneCycleLROptions
    >
  ) {
    const options = read([optimizer, ...args]);
    checkOptimizer(options.optimizer);
    const total_steps = stepsOf(options);
    const { pct_start, anneal_strategy, last_epoch, cycle_momentum } = options;
    if (pct_start < 0 || pct_start > 1) {
      throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${pyRepr(pct_start)}`);
    }
    if (anneal_strategy !== "cos" && anneal_strategy !== "linear") {
      throw new ValueError(`anneal_strategy must by one of 'cos' or 'linear', instead got ${String(anneal_strategy)}`);
    }
    const { defaults } = options.optimizer;
    const use_beta1 = "betas" in defaults;
    if (cycle_momentum && !use_beta1 && !("momentum" in defaults)) {
      throw new ValueError("optimizer must support momentum with `cycle_momentum` option enabled");
    }
    if (last_epoch === -1) prepareGroups(options, use_beta1);
    super(options.optimizer, last_epoch, options.verbose);
    this.total_steps = total_steps;
    this._schedule_phases = phases(total_steps, pct_start, options.three_phase);
    this._anneal_func_type = anneal_strategy;
    this.cycle_momentum = cycle_momentum;
    this.use_beta1 = use_beta1;
    this._initial_step();
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const step = this.last_epoch;
    if (step > this.total_steps) {
      throw new ValueError(
        `Tried to step ${step + 1} times. The specified number of total steps is ${this.total_steps}`,
      );
    }
    const found = this._schedule_phases.findIndex(({ end_step }) => step <= end_step);
    const at = found < 0 ? this._schedule_phases.length - 1 : found;
    const { end_step, start_lr, end_lr, start_momentum, end_momentum } = this._schedule_phases[at]!;
    const start = at === 0 ? 0 : this._schedule_phases[at - 1]!.end_step;
    const pct = (step - start) / (end_step - start);
    return this.groups.map((group) => {
      if (this.cycle_momentum)
        setMomentum(group, this.use_beta1, this.anneal(group, start_momentum, end_momentum, pct));
      return this.anneal(group, start_lr, end_lr, pct);
    });
  }

  private anneal(group: ParamGroup, from: string, to: string, pct: number): number {
    const start = group[from] as number;
    const end = group[to] as number;
    if (this._anneal_func_type === "linear") return (end - start) * pct + start;
    return end + ((start - end) / 2) * (Math.cos(Math.PI * pct) + 1);
  }
}

function stepsOf({ total_steps, epochs, steps_per_epoch }: Required<OneCycleLROptions>): number {
  if (total_steps === null && epochs === null && steps_per_epoch === null) {
    throw new ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)");
  }
  if (total_steps !== null) {
    checkPositiveInteger("total_steps", total_steps);
    return total_steps;
  }
  checkPositiveInteger("epochs", epochs);
  checkPositiveInteger("steps_per_epoch", steps_per_epoch);
  return epochs! * steps_per_epoch!;
}

function setMomentum(group: ParamGroup, use_beta1: boolean, momentum: number): void {
  if (use_beta1) group["betas"] = [momentum, ...(group["betas"] as number[]).slice(1)];
  else group["momentum"] = momentum;
}

function prepareGroups(options: Required<OneCycleLROptions> & { optimizer: AnyOptimizer }, use_beta1: boolean): void {
  const { optimizer, div_factor, final_div_factor } = options;
  const peaks = perGroup(optimizer, "max_lr", options.max_lr);
  const high = perGroup(optimizer, "max_momentum", options.max_momentum);
  const low = perGroup(optimizer, "base_momentum", options.base_momentum);
  (optimizer.param_groups as ParamGroup[]).forEach((group, i) => {
    group.initial_lr = peaks[i]! / div_factor;
    group["max_lr"] = peaks[i]!;
    group["min_lr"] = group.initial_lr / final_div_factor;
    if (!options.cycle_momentum) return;
    setMomentum(group, use_beta1, high[i]!);
    group["max_momentum"] = high[i]!;
    group["base_momentum"] = low[i]!;
  });
}
