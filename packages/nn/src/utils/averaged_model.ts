import { type DeviceLike, int64, no_grad, tensor, Tensor } from "@tt/core";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm } from "../layers/batchnorm.ts";
import { Module } from "../module/module.ts";
import { cloneModule } from "./clone_module.ts";

/** The new average from the old one, a new value and how many values the old one had. */
export type AverageFunction = (averaged: Tensor, value: Tensor, num_averaged: Tensor) => Tensor;

export interface AveragedModelOptions {
  device?: DeviceLike | null;
  /** The mean of all values by default. */
  avg_fn?: AverageFunction | null;
  /** Averages buffers too, instead of leaving those of the first model. */
  use_buffers?: boolean;
}

/**
 * A copy of a model whose parameters are averages over training (Izmailov et al., arXiv 1803.05407).
 * `torch.optim.swa_utils.AveragedModel`.
 *
 * @example
 * ```ts
 * import { Linear, utils } from "@tt/nn";
 * const model = new Linear(2, 1);
 * const averaged = new utils.AveragedModel(model);
 * averaged.update_parameters(model);
 * averaged.n_averaged.item(); // 1
 * ```
 */
export class AveragedModel<M extends Module = Module> extends Module {
  module: M;
  declare n_averaged: Tensor;
  readonly use_buffers: boolean;

  constructor(
    model: M,
    device?: DeviceLike | null | AveragedModelOptions,
    avg_fn?: AverageFunction | null,
    use_buffers?: boolean,
  ) {
    super();
    const named = typeof device === "object" && device !== null && !("type" in device) ? device : { device };
    this.module = cloneModule(model);
    if (named.device !== undefined && named.device !== null) this.module.to(named.device);
    this.register_buffer("n_averaged", tensor(0n, { dtype: int64, device: named.device ?? "cpu" }));
    this.use_buffers = use_buffers ?? (named as AveragedModelOptions).use_buffers ?? false;
    // A function is no state.
    const average = avg_fn ?? (named as AveragedModelOptions).avg_fn ?? mean;
    Object.defineProperty(this, "avg_fn", { value: average, enumerable: false });
  }

  /** @internal */
  declare readonly avg_fn: AverageFunction;

  override forward(...args: Parameters<M["forward"]>): ReturnType<M["forward"]> {
    return (this.module as Module)(...args) as ReturnType<M["forward"]>;
  }

  /** Takes the current parameters of `model` into the average; the first time they are copied. */
  update_parameters(model: Module): void {
    const values = (m: Module): Tensor[] => [...m.parameters(), ...(this.use_buffers ? m.buffers() : [])];
    no_grad(() => {
      const theirs = values(model);
      values(this.module).forEach((averaged, i) => {
        const value = theirs[i]!.detach().to(averaged.device);
        const first = this.n_averaged.item() === 0;
        averaged.detach().copy_(first ? value : this.avg_fn(averaged.detach(), value, this.n_averaged));
      });
      this.n_averaged.add_(1);
    });
  }
}

function mean(averaged: Tensor, value: Tensor, num_averaged: Tensor): Tensor {
  return averaged.add(value.sub(averaged).div(num_averaged.add(1)));
}

interface Statistics {
  momentum: number | null;
  running_mean: Tensor | null;
  running_var: Tensor | null;
  num_batches_tracked: Tensor | null;
}

/**
 * Computes the running statistics of batch normalisation anew in one pass over the data.
 * `torch.optim.swa_utils.update_bn`.
 * @param loader - batches: tensors, or arrays that begin with one
 */
export function update_bn(
  loader: Iterable<Tensor | readonly [Tensor, ...unknown[]]>,
  model: Module,
  device: DeviceLike | null = null,
): void {
  const norms = [...model.modules()].filter((module) =>
    [BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm].some((kind) => module instanceof kind),
  ) as unknown as Statistics[];
  if (norms.length === 0) return;
  const momenta = norms.map(({ momentum }) => momentum);
  const { training } = model;
  model.train();
  no_grad(() => {
    for (const norm of norms) {
      norm.running_mean?.zero_();
      norm.running_var?.fill_(1);
      norm.num_batches_tracked?.zero_();
      norm.momentum = null;
    }
    for (const batch of loader) {
      const input = batch instanceof Tensor ? batch : batch[0];
      model(device === null ? input : input.to(device));
    }
  });
  norms.forEach((norm, i) => {
    norm.momentum = momenta[i]!;
  });
  model.train(training);
}
