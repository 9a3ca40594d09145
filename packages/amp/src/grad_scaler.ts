import {
  type Device,
  float16,
  float32,
  float64,
  full,
  int32,
  is_tensor,
  no_grad,
  RuntimeError,
  type Tensor,
  where,
} from "@tt/core";
import { tableOf } from "@tt/core/dispatch";

/** Options of {@link GradScaler}. */
export interface GradScalerOptions {
  /** Where the scale lives; by default wherever the first scaled tensor does. */
  readonly device?: Device | string;
  readonly init_scale?: number;
  /** What the scale grows by after `growth_interval` steps without overflow. */
  readonly growth_factor?: number;
  /** What the scale shrinks by after an overflow. */
  readonly backoff_factor?: number;
  readonly growth_interval?: number;
  /** `false` makes every method pass through. */
  readonly enabled?: boolean;
}

/** What {@link GradScaler.state_dict} gives. */
export interface GradScalerState {
  readonly scale: number;
  readonly growth_factor: number;
  readonly backoff_factor: number;
  readonly growth_interval: number;
  readonly _growth_tracker: number;
}

/** The part of an optimizer that scaling needs. */
interface Optimizer<R = unknown> {
  readonly param_groups: readonly { readonly params: readonly Tensor[] }[];
  step(...args: readonly never[]): R;
}

interface Progress {
  stage: "ready" | "unscaled" | "stepped";
  /** 1 where a gradient is not finite, for each device. */
  found: Map<Device, Tensor>;
}

type Nested = Tensor | readonly Nested[];

/**
 * Scales losses so that float16 gradients do not vanish, and skips steps whose gradients overflowed.
 *
 * The scale moves as PyTorch's: down by `backoff_factor` after an overflow, up by `growth_factor` after
 * `growth_interval` steps without one.
 *
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { GradScaler } from "@tt/amp";
 * const scaler = new GradScaler({ init_scale: 4 });
 * scaler.scale(tensor(1.5)).item(); // 6
 * scaler.get_scale(); // 4
 * ```
 */
export class GradScaler {
  private readonly enabled: boolean;
  private readonly device: Device | string | null;
  private initScale: number;
  private growthFactor: number;
  private backoffFactor: number;
  private growthInterval: number;
  private initTracker = 0;
  /** Both on the device, so that no step waits for them. */
  private scaleTensor: Tensor | null = null;
  private tracker: Tensor | null = null;
  private progress = new Map<object, Progress>();

  constructor(options?: GradScalerOptions);
  constructor(device: string, options?: GradScalerOptions);
  constructor(device?: string | GradScalerOptions, options: GradScalerOptions = {}) {
    const given = typeof device === "string" ? { device, ...options } : (device ?? {});
    this.device = given.device ?? null;
    this.initScale = given.init_scale ?? 65536;
    this.growthFactor = given.growth_factor ?? 2;
    this.backoffFactor = given.backoff_factor ?? 0.5;
    this.growthInterval = given.growth_interval ?? 2000;
    this.enabled = given.enabled ?? true;
    if (!this.enabled) return;
    if (this.growthFactor <= 1) throw new RuntimeError("The growth factor must be > 1.0.");
    if (this.backoffFactor >= 1) throw new RuntimeError("The backoff factor must be < 1.0.");
  }

  /** Multiplies a tensor, or tensors in (nested) lists, by the scale. */
  scale<T extends Nested>(outputs: T): T {
    if (!this.enabled) return outputs;
    const apply = (value: Nested): Nested => {
      if (!is_tensor(value)) return value.map(apply);
      if (this.scaleTensor === null) this.start(value.device);
      return value.mul(this.scaleTensor!.to(value.device));
    };
    return apply(outputs) as T;
  }

  /**
   * Divides the optimizer's gradients by the scale, for example to clip them before {@link step}.
   * @throws RuntimeError when called twice for a step, or on float16 gradients
   */
  unscale_(optimizer: Optimizer): void {
    if (!this.enabled) return;
    const { scale } = this.started("unscale_");
    const progress = this.progressOf(optimizer);
    if (progress.stage === "unscaled") {
      throw new RuntimeError("unscale_() has already been called on this optimizer since the last update().");
    }
    if (progress.stage === "stepped") throw new RuntimeError("unscale_() is being called after step().");
    no_grad(() => {
      const inverse = reciprocal(scale);
      for (const { params } of optimizer.param_groups)
        for (const { grad } of params) {
          if (grad !== null) this.unscaleGrad(grad, inverse, progress.found);
        }
    });
    progress.stage = "unscaled";
  }

  private unscaleGrad(grad: Tensor, inverse: Tensor, found: Map<Device, Tensor>): void {
    if (grad.dtype === float16) throw new RuntimeError("Attempting to unscale FP16 gradients.");
    const values = grad.is_sparse ? grad._values() : grad;
    const bad = values.isfinite().all().logical_not().to(float32);
    const before = found.get(grad.device);
    found.set(grad.device, before === undefined ? bad : before.maximum(bad));
    values.mul_(inverse.to(grad.device));
  }

  /**
   * Unscales the gradients unless {@link unscale_} has, and runs `optimizer.step(...args)` if all are finite.
   * @returns what `optimizer.step` gives; null when the step was skipped
   * @throws RuntimeError when called twice without {@link update}
   */
  step<R>(optimizer: Optimizer<R>, ...args: readonly unknown[]): R | null {
    if (!this.enabled) return optimizer.step(...(args as never[]));
    const progress = this.beforeStep(optimizer, args);
    const overflow = [...progress.found.values()].some((found) => found.item() !== 0);
    progress.stage = "stepped";
    return overflow ? null : optimizer.step(...(args as never[]));
  }

  /** As {@link step}, for devices on which reading a value cannot be waited for. */
  async stepAsync<R>(optimizer: Optimizer<R>, ...args: readonly unknown[]): Promise<Awaited<R> | null> {
    if (!this.enabled) return await optimizer.step(...(args as never[]));
    const progress = this.beforeStep(optimizer, args);
    const values = await Promise.all([...progress.found.values()].map((found) => found.itemAsync()));
    progress.stage = "stepped";
    return values.some((value) => value !== 0) ? null : await optimizer.step(...(args as never[]));
  }

  private beforeStep(optimizer: Optimizer, args: readonly unknown[]): Progress {
    if (typeof args[0] === "function") {
      throw new RuntimeError("Closure use is not currently supported if GradScaler is enabled.");
    }
    this.started("step");
    const progress = this.progressOf(optimizer);
    if (progress.stage === "stepped") {
      throw new RuntimeError("step() has already been called since the last update().");
    }
    if (progress.stage === "ready") this.unscale_(optimizer);
    if (progress.found.size === 0) throw new RuntimeError("No inf checks were recorded for this optimizer.");
    return progress;
  }

  /**
   * Moves the scale by what the steps since the last update found.
   * @param new_scale - sets the scale instead
   */
  update(new_scale?: number | Tensor | null): void {
    if (!this.enabled) return;
    const { scale, tracker } = this.started("update");
    if (new_scale !== undefined && new_scale !== null) {
      no_grad(() => void (is_tensor(new_scale) ? scale.copy_(new_scale) : scale.fill_(new_scale)));
    } else {
      const found = [...this.progress.values()].flatMap((p) => [...p.found.values()]);
      if (found.length === 0) throw new RuntimeError("No inf checks were recorded prior to update.");
      no_grad(() => {
        this.move(
          scale,
          tracker,
          found.map((f) => f.to(scale.device)).reduce((a, b) => a.maximum(b)),
        );
      });
    }
    this.progress = new Map();
  }

  private move(scale: Tensor, tracker: Tensor, found: Tensor): void {
    const overflow = found.gt(0);
    const count = tracker.add(1);
    const due = count.eq(this.growthInterval);
    const grown = scale.mul(this.growthFactor);
    const up = where(due.logical_and(grown.isfinite()), grown, scale);
    scale.copy_(where(overflow, scale.mul(this.backoffFactor), up));
    tracker.copy_(where(overflow.logical_or(due), tracker.mul(0), count));
  }

  /** The scale; waits for the device. */
  get_scale(): number {
    if (!this.enabled) return 1;
    return this.scaleTensor === null ? this.initScale : this.scaleTensor.item();
  }

  get_growth_factor(): number {
    return this.growthFactor;
  }

  set_growth_factor(new_factor: number): void {
    this.growthFactor = new_factor;
  }

  get_backoff_factor(): number {
    return this.backoffFactor;
  }

  set_backoff_factor(new_factor: number): void {
    this.backoffFactor = new_factor;
  }

  get_growth_interval(): number {
    return this.growthInterval;
  }

  set_growth_interval(new_interval: number): void {
    this.growthInterval = new_interval;
  }

  is_enabled(): boolean {
    return this.enabled;
  }

  /** The scale and what moves it; empty when disabled. */
  state_dict(): GradScalerState | Record<string, never> {
    if (!this.enabled) return {};
    return {
      scale: this.get_scale(),
      growth_factor: this.growthFactor,
      backoff_factor: this.backoffFactor,
      growth_interval: this.growthInterval,
      _growth_tracker: this.tracker === null ? this.initTracker : this.tracker.item(),
    };
  }

  /** @throws RuntimeError when the state is of a disabled scaler */
  load_state_dict(state_dict: GradScalerState | Record<string, never>): void {
    if (!this.enabled) return;
    if (Object.keys(state_dict).length === 0) {
      throw new RuntimeError(
        "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler.",
      );
    }
    const state = state_dict as GradScalerState;
    this.initScale = state.scale;
    this.scaleTensor?.fill_(state.scale);
    this.growthFactor = state.growth_factor;
    this.backoffFactor = state.backoff_factor;
    this.growthInterval = state.growth_interval;
    this.initTracker = state._growth_tracker;
    this.tracker?.fill_(state._growth_tracker);
  }

  private start(device: Device): void {
    const home = this.device ?? device;
    this.scaleTensor = full([], this.initScale, { dtype: float32, device: home });
    this.tracker = full([], this.initTracker, { dtype: int32, device: home });
  }

  private started(what: string): { scale: Tensor; tracker: Tensor } {
    const { scaleTensor: scale, tracker } = this;
    if (scale === null || tracker === null) {
      throw new RuntimeError(
        `Attempted ${what} but _scale is None.  This may indicate your script did not use scaler.scale(loss or outputs) earlier in the iteration.`,
      );
    }
    return { scale, tracker };
  }

  private progressOf(optimizer: object): Progress {
    let progress = this.progress.get(optimizer);
    if (progress === undefined) this.progress.set(optimizer, (progress = { stage: "ready", found: new Map() }));
    return progress;
  }
}

/** 1 / scale as PyTorch computes it: in double precision, on devices that have it. */
function reciprocal(scale: Tensor): Tensor {
  const { dtypes } = tableOf(scale.device).backend.capabilities ?? {};
  const wide = dtypes === undefined || dtypes.includes(float64);
  return wide ? scale.double().reciprocal().float() : scale.reciprocal();
}
