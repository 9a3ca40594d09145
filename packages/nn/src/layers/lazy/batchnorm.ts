import { int64, no_grad, tensor, type Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "../../module/construct.ts";
import { UninitializedBuffer, UninitializedParameter } from "../../module/uninitialized.ts";
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type NormBase,
} from "../batchnorm.ts";
import { factory, type FactoryOptions } from "../linear.ts";
import { assign, firstInput, hasUninitialized, settle } from "./lazy.ts";

interface LazyNormArgs extends FactoryOptions {
  eps?: number;
  momentum?: number | null;
  affine?: boolean;
  track_running_stats?: boolean;
}

type LazyNormParams = ConstructorArgs<
  LazyNormArgs,
  ["eps", "momentum", "affine", "track_running_stats", "device", "dtype"]
>;

interface Plan {
  readonly options: { eps: number; momentum: number | null; affine: false; track_running_stats: false };
  readonly affine: boolean;
  readonly track: boolean;
  readonly making: ReturnType<typeof factory>;
}

function normPlan(name: string, args: readonly unknown[]): Plan {
  const [eps, momentum, affine, track, device, dtype] = bindConstructor<
    [number, number | null, boolean, boolean, unknown, unknown]
  >(
    `${name}(float eps=1e-05, float? momentum=0.1, bool affine=True, bool track_running_stats=True, Device? device=None, ScalarType? dtype=None)`,
    args,
  );
  const options = { eps, momentum, affine: false, track_running_stats: false } as const;
  return { options, affine, track, making: factory(device, dtype) };
}

/** Puts parameters and buffers without a shape in place. */
function postpone(norm: NormBase, { affine, track, making }: Plan): void {
  assign(norm, { affine, track_running_stats: track });
  if (affine)
    assign(norm, { weight: new UninitializedParameter(true, making), bias: new UninitializedParameter(true, making) });
  if (!track) return;
  norm.register_buffer("running_mean", new UninitializedBuffer(false, making));
  norm.register_buffer("running_var", new UninitializedBuffer(false, making));
  norm.register_buffer("num_batches_tracked", tensor(0, { dtype: int64, device: making.device }));
}

/** Shapes everything for the channels of `input`. */
function initialize(norm: NormBase, input: Tensor): void {
  if (!hasUninitialized(norm)) return;
  const count = input.shape[1]!;
  assign(norm, { num_features: count });
  no_grad(() => {
    for (const waiting of [norm.weight, norm.bias, norm.running_mean, norm.running_var]) {
      if (waiting instanceof UninitializedParameter || waiting instanceof UninitializedBuffer)
        waiting.materialize([count]);
    }
    norm.reset_parameters();
  });
}

/** A {@link BatchNorm1d} that takes `num_features` from its first input, and is one afterwards. */
export class LazyBatchNorm1d extends BatchNorm1d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof BatchNorm1d {
    return BatchNorm1d;
  }

  constructor(...args: LazyNormParams) {
    const plan = normPlan("LazyBatchNorm1d", args);
    super(0, plan.options);
    postpone(this, plan);
  }

  override reset_parameters(): void {
    if (this.num_features !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args));
    settle(this, LazyBatchNorm1d);
    return super.call_(args);
  }
}

/** A {@link BatchNorm2d} that takes `num_features` from its first input, and is one afterwards. */
export class LazyBatchNorm2d extends BatchNorm2d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof BatchNorm2d {
    return BatchNorm2d;
  }

  constructor(...args: LazyNormParams) {
    const plan = normPlan("LazyBatchNorm2d", args);
    super(0, plan.options);
    postpone(this, plan);
  }

  override reset_parameters(): void {
    if (this.num_features !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args));
    settle(this, LazyBatchNorm2d);
    return super.call_(args);
  }
}

/** A {@link BatchNorm3d} that takes `num_features` from its first input, and is one afterwards. */
export class LazyBatchNorm3d extends BatchNorm3d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof BatchNorm3d {
    return BatchNorm3d;
  }

  constructor(...args: LazyNormParams) {
    const plan = normPlan("LazyBatchNorm3d", args);
    super(0, plan.options);
    postpone(this, plan);
  }

  override reset_parameters(): void {
    if (this.num_features !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args));
    settle(this, LazyBatchNorm3d);
    return super.call_(args);
  }
}

/** A {@link InstanceNorm1d} that takes `num_features` from its first input, and is one afterwards. */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof InstanceNorm1d {
    return InstanceNorm1d;
  }

  constructor(...args: LazyNormParams) {
    const plan = normPlan("LazyInstanceNorm1d", args);
    super(0, plan.options);
    postpone(this, plan);
  }

  override reset_parameters(): void {
    if (this.num_features !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args));
    settle(this, LazyInstanceNorm1d);
    return super.call_(args);
  }
}

/** A {@link InstanceNorm2d} that takes `num_features` from its first input, and is one afterwards. */
export class LazyInstanceNorm2d extends InstanceNorm2d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof InstanceNorm2d {
    return InstanceNorm2d;
  }

  constructor(...args: LazyNormParams) {
    const plan = normPlan("LazyInstanceNorm2d", args);
    super(0, plan.options);
    postpone(this, plan);
  }

  override reset_parameters(): void {
    if (this.num_features !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args));
    settle(this, LazyInstanceNorm2d);
    return super.call_(args);
  }
}

/** A {@link InstanceNorm3d} that takes `num_features` from its first input, and is one afterwards. */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof InstanceNorm3d {
    return InstanceNorm3d;
  }

  constructor(...args: LazyNormParams) {
    const plan = normPlan("LazyInstanceNorm3d", args);
    super(0, plan.options);
    postpone(this, plan);
  }

  override reset_parameters(): void {
    if (this.num_features !== 0) super.reset_parameters();
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    initialize(this, firstInput(args));
    settle(this, LazyInstanceNorm3d);
    return super.call_(args);
  }
}
