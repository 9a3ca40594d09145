import { type Arguments, signature } from "@tt/core/dispatch";
import { type AnyOptimizer, LRScheduler } from "./scheduler.ts";

export interface StepLROptions {
  step_size?: number;
  gamma?: number;
  last_epoch?: number;
  verbose?: boolean;
}

const readStep = signature<Required<StepLROptions> & { optimizer: AnyOptimizer }>(
  "StepLR(Any optimizer, int step_size, float gamma=0.1, int last_epoch=-1, bool verbose=False)",
);

/** Multiplies the learning rate by `gamma` every `step_size` epochs. */
export class StepLR extends LRScheduler {
  static readonly schema: readonly string[] = readStep.schema;
  step_size: number;
  gamma: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<[step_size: number, gamma: number, last_epoch: number, verbose: boolean], StepLROptions>
  ) {
    const options = readStep([optimizer, ...args]);
    super(options.optimizer, options.last_epoch, options.verbose);
    this.step_size = options.step_size;
    this.gamma = options.gamma;
    this._initial_step();
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const same = this.last_epoch === 0 || this.last_epoch % this.step_size !== 0;
    return this.groups.map(({ lr }) => (same ? lr : lr * this.gamma));
  }

  override _get_closed_form_lr(): number[] {
    return this.base_lrs.map((lr) => lr * this.gamma ** Math.floor(this.last_epoch / this.step_size));
  }
}

export interface MultiStepLROptions {
  milestones?: readonly number[];
  gamma?: number;
  last_epoch?: number;
  verbose?: boolean;
}

const readMulti = signature<Required<MultiStepLROptions> & { optimizer: AnyOptimizer }>(
  "MultiStepLR(Any optimizer, int[] milestones, float gamma=0.1, int last_epoch=-1, bool verbose=False)",
);

/** Multiplies the learning rate by `gamma` at each of the milestones. */
export class MultiStepLR extends LRScheduler {
  static readonly schema: readonly string[] = readMulti.schema;
  /** How often each epoch is a milestone. */
  milestones: Map<number, number>;
  gamma: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [milestones: readonly number[], gamma: number, last_epoch: number, verbose: boolean],
      MultiStepLROptions
    >
  ) {
    const options = readMulti([optimizer, ...args]);
    super(options.optimizer, options.last_epoch, options.verbose);
    this.milestones = new Map();
    for (const epoch of options.milestones) this.milestones.set(epoch, (this.milestones.get(epoch) ?? 0) + 1);
    this.gamma = options.gamma;
    this._initial_step();
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const times = this.milestones.get(this.last_epoch) ?? 0;
    return this.groups.map(({ lr }) => (times === 0 ? lr : lr * this.gamma ** times));
  }

  override _get_closed_form_lr(): number[] {
    let passed = 0;
    for (const [epoch, times] of this.milestones) if (epoch <= this.last_epoch) passed += times;
    return this.base_lrs.map((lr) => lr * this.gamma ** passed);
  }
}

export interface ExponentialLROptions {
  gamma?: number;
  last_epoch?: number;
  verbose?: boolean;
}

const readExponential = signature<Required<ExponentialLROptions> & { optimizer: AnyOptimizer }>(
  "ExponentialLR(Any optimizer, float gamma, int last_epoch=-1, bool verbose=False)",
);

/** Multiplies the learning rate by `gamma` every epoch. */
export class ExponentialLR extends LRScheduler {
  static readonly schema: readonly string[] = readExponential.schema;
  gamma: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<[gamma: number, last_epoch: number, verbose: boolean], ExponentialLROptions>
  ) {
    const options = readExponential([optimizer, ...args]);
    super(options.optimizer, options.last_epoch, options.verbose);
    this.gamma = options.gamma;
    this._initial_step();
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    return this.groups.map(({ lr }) => (this.last_epoch === 0 ? lr : lr * this.gamma));
  }

  override _get_closed_form_lr(): number[] {
    return this.base_lrs.map((lr) => lr * this.gamma ** this.last_epoch);
  }
}
