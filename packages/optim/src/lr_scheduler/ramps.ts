import { ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { type AnyOptimizer, LRScheduler } from "./scheduler.ts";

export interface ConstantLROptions {
  factor?: number;
  total_iters?: number;
  last_epoch?: number;
  verbose?: boolean;
}

const readConstant = signature<Required<ConstantLROptions> & { optimizer: AnyOptimizer }>(
  "ConstantLR(Any optimizer, float factor=0.3333333333333333, int total_iters=5, int last_epoch=-1, bool verbose=False)",
);

/** Multiplies the learning rate by `factor` until epoch `total_iters`. */
export class ConstantLR extends LRScheduler {
  static readonly schema: readonly string[] = readConstant.schema;
  factor: number;
  total_iters: number;

  /** @throws ValueError for a factor outside of [0, 1] */
  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<[factor: number, total_iters: number, last_epoch: number, verbose: boolean], ConstantLROptions>
  ) {
    const options = readConstant([optimizer, ...args]);
    if (options.factor > 1 || options.factor < 0) {
      throw new ValueError("Constant multiplicative factor expected to be between 0 and 1.");
    }
    super(options.optimizer, options.last_epoch, options.verbose);
    this.factor = options.factor;
    this.total_iters = options.total_iters;
    this._initial_step();
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const { last_epoch, total_iters, factor } = this;
    const by = last_epoch === 0 ? factor : last_epoch === total_iters ? 1 / factor : 1;
    return this.groups.map(({ lr }) => lr * by);
  }

  override _get_closed_form_lr(): number[] {
    const { last_epoch, total_iters, factor } = this;
    return this.base_lrs.map((lr) => lr * (factor + (last_epoch >= total_iters ? 1 - factor : 0)));
  }
}

export interface LinearLROptions {
  start_factor?: number;
  end_factor?: number;
  total_iters?: number;
  last_epoch?: number;
  verbose?: boolean;
}

const readLinear = signature<Required<LinearLROptions> & { optimizer: AnyOptimizer }>(
  "LinearLR(Any optimizer, float start_factor=0.3333333333333333, float end_factor=1.0, int total_iters=5, int last_epoch=-1, bool verbose=False)",
);

/** Goes from `start_factor` times to `end_factor` times the learning rate in `total_iters` epochs. */
export class LinearLR extends LRScheduler {
  static readonly schema: readonly string[] = readLinear.schema;
  start_factor: number;
  end_factor: number;
  total_iters: number;

  /** @throws ValueError for factors outside of [0, 1] */
  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [start_factor: number, end_factor: number, total_iters: number, last_epoch: number, verbose: boolean],
      LinearLROptions
    >
  ) {
    const options = readLinear([optimizer, ...args]);
    const { start_factor, end_factor } = options;
    if (start_factor > 1 || start_factor < 0) {
      throw new ValueError("Starting multiplicative factor expected to be between 0 and 1.");
    }
    if (end_factor > 1 || end_factor < 0) {
      throw new ValueError("Ending multiplicative factor expected to be between 0 and 1.");
    }
    super(options.optimizer, options.last_epoch, options.verbose);
    this.start_factor = start_factor;
    this.end_factor = end_factor;
    this.total_iters = options.total_iters;
    this._initial_step();
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const { last_epoch, total_iters, start_factor, end_factor } = this;
    const rise = end_factor - start_factor;
    const by =
      last_epoch === 0
        ? start_factor
        : last_epoch > total_iters
          ? 1
          : 1 + rise / (total_iters * start_factor + (last_epoch - 1) * rise);
    return this.groups.map(({ lr }) => lr * by);
  }

  override _get_closed_form_lr(): number[] {
    const { last_epoch, total_iters, start_factor, end_factor } = this;
    const done = Math.min(total_iters, last_epoch) / total_iters;
    return this.base_lrs.map((lr) => lr * (start_factor + (end_factor - start_factor) * done));
  }
}

export interface PolynomialLROptions {
  total_iters?: number;
  power?: number;
  last_epoch?: number;
  verbose?: boolean;
}

const readPolynomial = signature<Required<PolynomialLROptions> & { optimizer: AnyOptimizer }>(
  "PolynomialLR(Any optimizer, int total_iters=5, float power=1.0, int last_epoch=-1, bool verbose=False)",
);

/** Falls to zero in `total_iters` epochs, by a power of what remains. */
export class PolynomialLR extends LRScheduler {
  static readonly schema: readonly string[] = readPolynomial.schema;
  total_iters: number;
  power: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<[total_iters: number, power: number, last_epoch: number, verbose: boolean], PolynomialLROptions>
  ) {
    const options = readPolynomial([optimizer, ...args]);
    super(options.optimizer, options.last_epoch, options.verbose);
    this.total_iters = options.total_iters;
    this.power = options.power;
    this._initial_step();
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const { last_epoch, total_iters, power } = this;
    if (last_epoch === 0 || last_epoch > total_iters) return this.groups.map(({ lr }) => lr);
    const decay = ((1 - last_epoch / total_iters) / (1 - (last_epoch - 1) / total_iters)) ** power;
    return this.groups.map(({ lr }) => lr * decay);
  }

  override _get_closed_form_lr(): number[] {
    const { last_epoch, total_iters, power } = this;
    return this.base_lrs.map((lr) => lr * (1 - Math.min(total_iters, last_epoch) / total_iters) ** power);
  }
}
