import { int64, ones, Parameter, tensor, type Tensor, ValueError, zeros } from "@tt/core";
import * as F from "../functional/index.ts";
import { ones_, zeros_ } from "../init/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr } from "../module/construct.ts";
import { Module } from "../module/module.ts";
import type { StateDict } from "../module/state.ts";
import { factory, type FactoryOptions } from "./linear.ts";

interface NormArgs extends FactoryOptions {
  num_features: number;
  eps?: number;
  momentum?: number | null;
  affine?: boolean;
  track_running_stats?: boolean;
}

/** Arguments of batch and instance normalisation. */
export type NormParams = ConstructorArgs<
  NormArgs,
  ["num_features", "eps", "momentum", "affine", "track_running_stats", "device", "dtype"]
>;

/** What batch and instance normalisation share. */
export abstract class NormBase extends Module {
  /** Since version 2 batches are counted. */
  readonly _version!: number;
  readonly num_features: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly track_running_stats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  declare running_mean: Tensor | null;
  declare running_var: Tensor | null;
  declare num_batches_tracked: Tensor | null;

  constructor(args: readonly unknown[], affineDefault: boolean) {
    super();
    Object.defineProperty(this, "_version", { value: 2 });
    const flag = affineDefault ? "True" : "False";
    const [count, eps, momentum, affine, track, device, dtype] = bindConstructor<
      [number, number, number | null, boolean, boolean, unknown, unknown]
    >(
      `BatchNorm(int num_features, float eps=1e-5, float? momentum=0.1, bool affine=${flag}, bool track_running_stats=${flag}, Device? device=None, ScalarType? dtype=None)`,
      args,
    );
    this.num_features = count;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.track_running_stats = track;
    const options = factory(device, dtype);
    this.weight = affine ? new Parameter(ones([count], options)) : null;
    this.bias = affine ? new Parameter(zeros([count], options)) : null;
    this.register_buffer("running_mean", track ? zeros([count], options) : null);
    this.register_buffer("running_var", track ? ones([count], options) : null);
    this.register_buffer("num_batches_tracked", track ? tensor(0, { dtype: int64, device: options.device }) : null);
  }

  /** Sets the running statistics to their start. */
  reset_running_stats(): void {
    if (!this.track_running_stats) return;
    this.running_mean!.zero_();
    this.running_var!.fill_(1);
    this.num_batches_tracked!.zero_();
  }

  /** Sets everything to its start. */
  reset_parameters(): void {
    this.reset_running_stats();
    if (this.weight !== null && this.bias !== null) {
      ones_(this.weight);
      zeros_(this.bias);
    }
  }

  /** @internal state dicts from before batches were counted lack the counter */
  _upgrade_state_dict(state_dict: StateDict, prefix: string, version: number | undefined): void {
    const key = `${prefix}num_batches_tracked`;
    if ((version ?? 1) < 2 && this.track_running_stats && !Object.hasOwn(state_dict, key)) {
      state_dict[key] = tensor(0, { dtype: int64 });
    }
  }

  override extra_repr(): string {
    return `${this.num_features}, eps=${pyRepr(this.eps)}, momentum=${pyRepr(this.momentum)}, affine=${pyRepr(this.affine)}, track_running_stats=${pyRepr(this.track_running_stats)}`;
  }
}

abstract class BatchNormNd extends NormBase {
  constructor(...args: NormParams) {
    super(args, true);
  }

  protected abstract check(input: Tensor): void;

  override forward(input: Tensor): Tensor {
    this.check(input);
    let factor = this.momentum ?? 0;
    if (this.training && this.track_running_stats && this.num_batches_tracked !== null) {
      this.num_batches_tracked.add_(1);
      if (this.momentum === null) factor = 1 / this.num_batches_tracked.item();
    }
    const batch = this.training || (this.running_mean === null && this.running_var === null);
    const useRunning = !this.training || this.track_running_stats;
    return F.batch_norm(
      input,
      useRunning ? this.running_mean : null,
      useRunning ? this.running_var : null,
      this.weight,
      this.bias,
      batch,
      factor,
      this.eps,
    );
  }
}

function expectRank(input: Tensor, ...ranks: readonly number[]): void {
  if (ranks.includes(input.ndim)) return;
  throw new ValueError(`expected ${ranks.map((r) => `${r}D`).join(" or ")} input (got ${input.ndim}D input)`);
}

/** Normalises each feature over the batch: [N, C] or [N, C, L] (Ioffe and Szegedy 2015). */
export class BatchNorm1d extends BatchNormNd {
  protected override check(input: Tensor): void {
    expectRank(input, 2, 3);
  }
}

/** Normalises each channel over the batch: [N, C, H, W]. */
export class BatchNorm2d extends BatchNormNd {
  protected override check(input: Tensor): void {
    expectRank(input, 4);
  }
}

/** Normalises each channel over the batch: [N, C, D, H, W]. */
export class BatchNorm3d extends BatchNormNd {
  protected override check(input: Tensor): void {
    expectRank(input, 5);
  }
}

/** {@link BatchNorm2d} over several processes; alone it is the same. */
export class SyncBatchNorm extends BatchNormNd {
  protected override check(input: Tensor): void {
    if (input.ndim < 2) throw new ValueError(`expected at least 2D input (got ${input.ndim}D input)`);
  }
}

abstract class InstanceNormNd extends NormBase {
  constructor(...args: NormParams) {
    super(args, false);
  }

  /** Rank of an input without a batch dimension. */
  protected abstract readonly unbatched: number;

  override forward(input: Tensor): Tensor {
    expectRank(input, this.unbatched, this.unbatched + 1);
    const batched = input.ndim === this.unbatched ? input.unsqueeze(0) : input;
    const out = F.instance_norm(
      batched,
      this.running_mean,
      this.running_var,
      this.weight,
      this.bias,
      this.training || !this.track_running_stats,
      this.momentum ?? 0,
      this.eps,
    );
    return input.ndim === this.unbatched ? out.squeeze(0) : out;
  }
}

/** Normalises each channel of each sample: [N, C, L]. */
export class InstanceNorm1d extends InstanceNormNd {
  protected override get unbatched(): number {
    return 2;
  }
}

/** Normalises each channel of each sample: [N, C, H, W]. */
export class InstanceNorm2d extends InstanceNormNd {
  protected override get unbatched(): number {
    return 3;
  }
}

/** Normalises each channel of each sample: [N, C, D, H, W]. */
export class InstanceNorm3d extends InstanceNormNd {
  protected override get unbatched(): number {
    return 4;
  }
}
