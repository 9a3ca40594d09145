import { ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { type AnyOptimizer, checkOptimizer, LRScheduler, perGroup } from "./scheduler.ts";

export interface CyclicLROptions {
  base_lr?: number | readonly number[];
  max_lr?: number | readonly number[];
  step_size_up?: number;
  step_size_down?: number | null;
  mode?: "triangular" | "triangular2" | "exp_range";
  gamma?: number;
  /** Factor by cycle or by iteration; takes the place of `mode`. */
  scale_fn?: ((x: number) => number) | null;
  scale_mode?: "cycle" | "iterations";
  /** Moves the momentum the other way round. */
  cycle_momentum?: boolean;
  base_momentum?: number | readonly number[];
  max_momentum?: number | readonly number[];
  last_epoch?: number;
  verbose?: boolean;
}

const read = signature<Required<CyclicLROptions> & { optimizer: AnyOptimizer }>(
  'CyclicLR(Any optimizer, Any base_lr, Any max_lr, float step_size_up=2000, float? step_size_down=None, str mode="triangular", float gamma=1.0, Function? scale_fn=None, str scale_mode="cycle", bool cycle_momentum=True, Any base_momentum=0.8, Any max_momentum=0.9, int last_epoch=-1, bool verbose=False)',
);

const MODES = new Set(["triangular", "triangular2", "exp_range"]);

/** Goes up and down between two learning rates (Smith, arXiv 1506.01186). Step it after every batch. */
export class CyclicLR extends LRScheduler {
  static readonly schema: readonly string[] = read.schema;
  max_lrs: number[];
  total_size: number;
  step_ratio: number;
  mode: string;
  gamma: number;
  scale_mode: string;
  cycle_momentum: boolean;
  base_momentums: number[] = [];
  max_momentums: number[] = [];
  private readonly customScale: ((x: number) => number) | null;

  /** @throws ValueError for an unknown mode, or an optimizer without momentum that is to cycle */
  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [
        base_lr: number | readonly number[],
        max_lr: number | readonly number[],
        step_size_up: number,
        step_size_down: number | null,
      ],
      CyclicLROptions
    >
  ) {
    const options = read([optimizer, ...args]);
    const { last_epoch, step_size_up: up, mode, scale_fn, cycle_momentum } = options;
    checkOptimizer(options.optimizer);
    const groups = options.optimizer.param_groups;
    const base_lrs = perGroup(options.optimizer, "base_lr", options.base_lr);
    if (last_epoch === -1) {
      base_lrs.forEach((lr, i) => {
        groups[i]!.lr = lr;
      });
    }
    if (!MODES.has(mode) && scale_fn === null) throw new ValueError("mode is invalid and scale_fn is None");
    if (cycle_momentum && !("momentum" in options.optimizer.defaults)) {
      throw new ValueError("optimizer must support momentum with `cycle_momentum` option enabled");
    }
    super(options.optimizer, last_epoch, options.verbose);
    this.max_lrs = perGroup(optimizer, "max_lr", options.max_lr);
    this.total_size = up + (options.step_size_down ?? up);
    this.step_ratio = up / this.total_size;
    this.mode = mode;
    this.gamma = options.gamma;
    this.customScale = scale_fn;
    this.scale_mode = scale_fn !== null ? options.scale_mode : mode === "exp_range" ? "iterations" : "cycle";
    this.cycle_momentum = cycle_momentum;
    if (cycle_momentum) {
      const base = perGroup(optimizer, "base_momentum", options.base_momentum);
      groups.forEach((group, i) => {
        if (last_epoch === -1) group["momentum"] = base[i]!;
      });
      this.base_momentums = groups.map((group) => group["momentum"] as number);
      this.max_momentums = perGroup(optimizer, "max_momentum", options.max_momentum);
    }
    this._initial_step();
    this.base_lrs = base_lrs;
  }

  /** Factor of the amplitude. */
  scale_fn(x: number): number {
    if (this.customScale !== null) return this.customScale(x);
    if (this.mode === "triangular") return 1;
    return this.mode === "triangular2" ? 1 / 2 ** (x - 1) : this.gamma ** x;
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const { last_epoch, total_size, step_ratio } = this;
    const cycle = Math.floor(1 + last_epoch / total_size);
    const x = 1 + last_epoch / total_size - cycle;
    const height = x <= step_ratio ? x / step_ratio : (x - 1) / (step_ratio - 1);
    const scale = this.scale_fn(this.scale_mode === "cycle" ? cycle : last_epoch);
    if (this.cycle_momentum) {
      this.groups.forEach((group, i) => {
        const [low, high] = [this.base_momentums[i]!, this.max_momentums[i]!];
        group["momentum"] = high - (high - low) * height * scale;
      });
    }
    return this.base_lrs.map((low, i) => low + (this.max_lrs[i]! - low) * height * scale);
  }
}
