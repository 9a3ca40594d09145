import { pyExponent, type Tensor, ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { type AnyOptimizer, checkOptimizer, SchedulerBase, type SchedulerStateDict, warnEpoch } from "./scheduler.ts";

export interface ReduceLROnPlateauOptions {
  /** Whether the metric shall fall or rise. */
  mode?: "min" | "max";
  factor?: number;
  /** Epochs without improvement that are borne. */
  patience?: number;
  /** What counts as an improvement. */
  threshold?: number;
  threshold_mode?: "rel" | "abs";
  /** Epochs to wait after a reduction. */
  cooldown?: number;
  min_lr?: number | readonly number[];
  /** Smaller changes are left out. */
  eps?: number;
  verbose?: boolean;
}

const read = signature<Required<ReduceLROnPlateauOptions> & { optimizer: AnyOptimizer }>(
  'ReduceLROnPlateau(Any optimizer, str mode="min", float factor=0.1, int patience=10, float threshold=0.0001, str threshold_mode="rel", int cooldown=0, Any min_lr=0, float eps=1e-08, bool verbose=False)',
);

/**
 * Lowers the learning rate when a metric has stopped getting better.
 * @example
 * ```ts
 * import { SGD, lr_scheduler } from "@tt/optim";
 * import { ones } from "@tt/core";
 * const optimizer = new SGD([ones(1)], { lr: 1 });
 * const scheduler = new lr_scheduler.ReduceLROnPlateau(optimizer, { patience: 0 });
 * scheduler.step(0.5);
 * scheduler.step(0.5);
 * optimizer.param_groups[0]!.lr; // 0.1
 * ```
 */
export class ReduceLROnPlateau extends SchedulerBase {
  static readonly schema: readonly string[] = read.schema;
  factor: number;
  min_lrs: number[];
  patience: number;
  verbose: boolean;
  cooldown: number;
  cooldown_counter = 0;
  mode: string;
  threshold: number;
  threshold_mode: string;
  best: number;
  num_bad_epochs = 0;
  mode_worse: number;
  eps: number;
  last_epoch = 0;

  /** @throws ValueError for values out of range */
  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [
        mode: "min" | "max",
        factor: number,
        patience: number,
        threshold: number,
        threshold_mode: "rel" | "abs",
        cooldown: number,
        min_lr: number | readonly number[],
        eps: number,
        verbose: boolean,
      ],
      ReduceLROnPlateauOptions
    >
  ) {
    const options = read([optimizer, ...args]);
    const { factor, min_lr, mode, threshold_mode } = options;
    if (factor >= 1) throw new ValueError("Factor should be < 1.0.");
    checkOptimizer(options.optimizer);
    const count = options.optimizer.param_groups.length;
    if (typeof min_lr !== "number" && min_lr.length !== count) {
      throw new ValueError(`expected ${count} min_lrs, got ${min_lr.length}`);
    }
    checkModes(mode, threshold_mode);
    super(options.optimizer);
    this.factor = factor;
    this.min_lrs = typeof min_lr === "number" ? Array.from({ length: count }, () => min_lr) : [...min_lr];
    this.patience = options.patience;
    this.verbose = options.verbose;
    this.cooldown = options.cooldown;
    this.mode = mode;
    this.threshold = options.threshold;
    this.threshold_mode = threshold_mode;
    this.eps = options.eps;
    this.mode_worse = mode === "min" ? Infinity : -Infinity;
    this.best = this.mode_worse;
  }

  /** Takes note of the epoch's metric. */
  step(metrics: number | Tensor, epoch: number | null = null): void {
    const current = typeof metrics === "number" ? metrics : metrics.item();
    if (epoch !== null) warnEpoch();
    this.last_epoch = epoch ?? this.last_epoch + 1;
    if (this.is_better(current, this.best)) {
      this.best = current;
      this.num_bad_epochs = 0;
    } else this.num_bad_epochs++;
    if (this.in_cooldown) {
      this.cooldown_counter--;
      this.num_bad_epochs = 0;
    }
    if (this.num_bad_epochs > this.patience) {
      this.reduce(this.last_epoch);
      this.cooldown_counter = this.cooldown;
      this.num_bad_epochs = 0;
    }
    this._last_lr = this.groups.map((group) => group.lr);
  }

  private reduce(epoch: number): void {
    this.groups.forEach((group, i) => {
      const next = Math.max(group.lr * this.factor, this.min_lrs[i]!);
      if (group.lr - next <= this.eps) return;
      group.lr = next;
      if (!this.verbose) return;
      const text = Number.isInteger(epoch) ? String(epoch).padStart(5, "0") : epoch.toFixed(2);
      console.log(`Epoch ${text}: reducing learning rate of group ${i} to ${pyExponent(next, 4)}.`);
    });
  }

  /** Whether a reduction was too short ago for another. */
  get in_cooldown(): boolean {
    return this.cooldown_counter > 0;
  }

  /** Whether metric `a` improves on `best` by the threshold. */
  is_better(a: number, best: number): boolean {
    const { mode, threshold, threshold_mode } = this;
    if (mode === "min") return threshold_mode === "rel" ? a < best * (1 - threshold) : a < best - threshold;
    return threshold_mode === "rel" ? a > best * (threshold + 1) : a > best + threshold;
  }

  override load_state_dict(state_dict: Readonly<SchedulerStateDict>): void {
    super.load_state_dict(state_dict);
    checkModes(this.mode, this.threshold_mode);
    this.mode_worse = this.mode === "min" ? Infinity : -Infinity;
  }
}

function checkModes(mode: string, threshold_mode: string): void {
  if (mode !== "min" && mode !== "max") throw new ValueError(`mode ${mode} is unknown!`);
  if (threshold_mode !== "rel" && threshold_mode !== "abs") {
    throw new ValueError(`threshold mode ${threshold_mode} is unknown!`);
  }
}
