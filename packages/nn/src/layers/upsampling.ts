import type { Tensor } from "@tt/core";
import { interpolate } from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs, pyFloat, pyRepr, pyTuple, type Sizes } from "../module/construct.ts";
import { Module } from "../module/module.ts";

interface UpsampleArgs {
  size?: Sizes | null;
  scale_factor?: Sizes | null;
  mode?: "nearest" | "nearest-exact" | "linear" | "bilinear" | "bicubic" | "trilinear" | "area";
  align_corners?: boolean | null;
  recompute_scale_factor?: boolean | null;
}

/** Resizes [N, C, ...] to `size` or by `scale_factor`. */
export class Upsample extends Module {
  readonly size: Sizes | null;
  readonly scale_factor: Sizes | null;
  readonly mode: string;
  readonly align_corners: boolean | null;
  readonly recompute_scale_factor: boolean | null;

  constructor(
    ...args: ConstructorArgs<UpsampleArgs, ["size", "scale_factor", "mode", "align_corners", "recompute_scale_factor"]>
  ) {
    super();
    const [size, scale, mode, align, recompute] = bindConstructor<
      [Sizes | null, Sizes | null, string, boolean | null, boolean | null]
    >(
      'Upsample(Any? size=None, Any? scale_factor=None, str mode="nearest", bool? align_corners=None, bool? recompute_scale_factor=None)',
      args,
    );
    this.size = size;
    this.scale_factor = scale;
    this.mode = mode;
    this.align_corners = align;
    this.recompute_scale_factor = recompute;
  }

  override forward(input: Tensor): Tensor {
    const { size, scale_factor, mode, align_corners, recompute_scale_factor } = this;
    return interpolate(input, { size, scale_factor, mode, align_corners, recompute_scale_factor });
  }

  override extra_repr(): string {
    const { size, scale_factor: scale } = this;
    const scales = typeof scale === "number" ? pyFloat(scale) : scale === null ? "" : pyTuple(scale.map(pyFloat));
    return scale !== null ? `scale_factor=${scales}, mode=${this.mode}` : `size=${pyRepr(size)}, mode=${this.mode}`;
  }
}

interface FixedModeArgs {
  size?: Sizes | null;
  scale_factor?: Sizes | null;
}

type FixedModeParams = ConstructorArgs<FixedModeArgs, ["size", "scale_factor"]>;

const sizeAndScale = (name: string, args: readonly unknown[]): [Sizes | null, Sizes | null] =>
  bindConstructor(`${name}(Any? size=None, Any? scale_factor=None)`, args);

/** `Upsample` to the nearest pixel. */
export class UpsamplingNearest2d extends Upsample {
  constructor(...args: FixedModeParams) {
    const [size, scale] = sizeAndScale("UpsamplingNearest2d", args);
    super(size, scale, "nearest");
  }
}

/** `Upsample` by bilinear interpolation between aligned corners. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(...args: FixedModeParams) {
    const [size, scale] = sizeAndScale("UpsamplingBilinear2d", args);
    super(size, scale, "bilinear", { align_corners: true });
  }
}
