import type { Tensor } from "@tt/core";
import { Module } from "@tt/nn";
import { show } from "../python.ts";
import { ps_roi_align, ps_roi_pool, type Regions, roi_align, roi_pool } from "./roi.ts";

type Size = number | readonly [number, number];

/** {@link roi_align} as a module. */
export class RoIAlign extends Module {
  readonly output_size: Size;
  readonly spatial_scale: number;
  readonly sampling_ratio: number;
  readonly aligned: boolean;

  constructor(output_size: Size, spatial_scale: number, sampling_ratio: number, aligned = false) {
    super();
    this.output_size = output_size;
    this.spatial_scale = spatial_scale;
    this.sampling_ratio = sampling_ratio;
    this.aligned = aligned;
  }

  override forward(input: Tensor, rois: Regions): Tensor {
    return roi_align(input, rois, this.output_size, this.spatial_scale, this.sampling_ratio, this.aligned);
  }

  override extra_repr(): string {
    return `output_size=${show(this.output_size)}, spatial_scale=${show(this.spatial_scale)}, sampling_ratio=${this.sampling_ratio}, aligned=${show(this.aligned)}`;
  }
}

/** {@link ps_roi_align} as a module. */
export class PSRoIAlign extends Module {
  readonly output_size: Size;
  readonly spatial_scale: number;
  readonly sampling_ratio: number;

  constructor(output_size: Size, spatial_scale: number, sampling_ratio: number) {
    super();
    this.output_size = output_size;
    this.spatial_scale = spatial_scale;
    this.sampling_ratio = sampling_ratio;
  }

  override forward(input: Tensor, rois: Regions): Tensor {
    return ps_roi_align(input, rois, this.output_size, this.spatial_scale, this.sampling_ratio);
  }

  override extra_repr(): string {
    return `output_size=${show(this.output_size)}, spatial_scale=${show(this.spatial_scale)}, sampling_ratio=${this.sampling_ratio}`;
  }
}

/** {@link roi_pool} as a module. */
export class RoIPool extends Module {
  readonly output_size: Size;
  readonly spatial_scale: number;

  constructor(output_size: Size, spatial_scale: number) {
    super();
    this.output_size = output_size;
    this.spatial_scale = spatial_scale;
  }

  override forward(input: Tensor, rois: Regions): Tensor {
    return roi_pool(input, rois, this.output_size, this.spatial_scale);
  }

  override extra_repr(): string {
    return `output_size=${show(this.output_size)}, spatial_scale=${show(this.spatial_scale)}`;
  }
}

/** {@link ps_roi_pool} as a module. */
export class PSRoIPool extends RoIPool {
  override forward(input: Tensor, rois: Regions): Tensor {
    return ps_roi_pool(input, rois, this.output_size, this.spatial_scale);
  }
}
