import { pyRepr, ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { type AnyOptimizer, checkPositiveInteger, LRScheduler } from "./scheduler.ts";

export interface CosineAnnealingLROptions {
  T_max?: number;
  eta_min?: number;
  last_epoch?: number;
  verbose?: boolean;
}

const readCosine = signature<Required<CosineAnnealingLROptions> & { optimizer: AnyOptimizer }>(
  "CosineAnnealingLR(Any optimizer, int T_max, float eta_min=0, int last_epoch=-1, bool verbose=False)",
);

/** Swings between the first learning rate and `eta_min`, half a wave in `T_max` epochs (arXiv 1608.03983). */
export class CosineAnnealingLR extends LRScheduler {
  static readonly schema: readonly string[] = readCosine.schema;
  T_max: number;
  eta_min: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<[T_max: number, eta_min: number, last_epoch: number, verbose: boolean], CosineAnnealingLROptions>
  ) {
    const options = readCosine([optimizer, ...args]);
    super(options.optimizer, options.last_epoch, options.verbose);
    this.T_max = options.T_max;
    this.eta_min = options.eta_min;
    this._initial_step();
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const { last_epoch, T_max, eta_min, base_lrs } = this;
    if (last_epoch === 0) return this.groups.map(({ lr }) => lr);
    if (this._step_count === 1 && last_epoch > 0) return this._get_closed_form_lr();
    if ((last_epoch - 1 - T_max) % (2 * T_max) === 0) {
      return this.groups.map(({ lr }, i) => lr + ((base_lrs[i]! - eta_min) * (1 - Math.cos(Math.PI / T_max))) / 2);
    }
    const now = 1 + Math.cos((Math.PI * last_epoch) / T_max);
    const before = 1 + Math.cos((Math.PI * (last_epoch - 1)) / T_max);
    return this.groups.map(({ lr }) => (now / before) * (lr - eta_min) + eta_min);
  }

  override _get_closed_form_lr(): number[] {
    const { last_epoch, T_max, eta_min } = this;
    const wave = 1 + Math.cos((Math.PI * last_epoch) / T_max);
    return this.base_lrs.map((lr) => eta_min + ((lr - eta_min) * wave) / 2);
  }
}

export interface CosineAnnealingWarmRestartsOptions {
  T_0?: number;
  T_mult?: number;
  eta_min?: number;
  last_epoch?: number;
  verbose?: boolean;
}

const readRestarts = signature<Required<CosineAnnealingWarmRestartsOptions> & { optimizer: AnyOptimizer }>(
  "CosineAnnealingWarmRestarts(Any optimizer, float T_0, float T_mult=1, float eta_min=0, int last_epoch=-1, bool verbose=False)",
);

/** Falls along half a cosine and starts again, each time `T_mult` times as long (arXiv 1608.03983). */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  static readonly schema: readonly string[] = readRestarts.schema;
  T_0: number;
  T_i: number;
  T_mult: number;
  eta_min: number;
  T_cur: number;

  /** @throws ValueError unless `T_0` and `T_mult` are positive integers */
  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [T_0: number, T_mult: number, eta_min: number, last_epoch: number, verbose: boolean],
      CosineAnnealingWarmRestartsOptions
    >
  ) {
    const options = readRestarts([optimizer, ...args]);
    const { T_0, T_mult } = options;
    checkPositiveInteger("T_0", T_0);
    if (T_mult < 1 || !Number.isInteger(T_mult)) {
      throw new ValueError(`Expected integer T_mult >= 1, but got ${pyRepr(T_mult)}`);
    }
    super(options.optimizer, options.last_epoch, options.verbose);
    this.T_0 = T_0;
    this.T_i = T_0;
    this.T_mult = T_mult;
    this.eta_min = options.eta_min;
    this.T_cur = options.last_epoch;
    this._initial_step();
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const wave = 1 + Math.cos((Math.PI * this.T_cur) / this.T_i);
    return this.base_lrs.map((lr) => this.eta_min + ((lr - this.eta_min) * wave) / 2);
  }

  /** Goes on by one epoch, or to any epoch, fractions included. */
  override step(epoch: number | null = null): void {
    const { T_0, T_mult } = this;
    let now = epoch ?? (this.last_epoch < 0 ? 0 : null);
    if (now === null) {
      now = this.last_epoch + 1;
      this.T_cur++;
      if (this.T_cur >= this.T_i) {
        this.T_cur -= this.T_i;
        this.T_i *= T_mult;
      }
    } else {
      if (now < 0) throw new ValueError(`Expected non-negative epoch, but got ${pyRepr(now)}`);
      if (now < T_0) {
        this.T_i = T_0;
        this.T_cur = now;
      } else if (T_mult === 1) this.T_cur = now % T_0;
      else {
        const n = Math.floor(Math.log((now / T_0) * (T_mult - 1) + 1) / Math.log(T_mult));
        this.T_cur = now - (T_0 * (T_mult ** n - 1)) / (T_mult - 1);
        this.T_i = T_0 * T_mult ** n;
      }
    }
    this.last_epoch = Math.floor(now);
    this._get_lr_called_within_step = true;
    try {
      this.setRates(this.get_lr(), now);
    } finally {
      this._get_lr_called_within_step = false;
    }
  }
}
