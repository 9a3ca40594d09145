import type { Tensor } from "@tt/core";
import * as F from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs } from "../module/construct.ts";
import { Module } from "../module/module.ts";

/** [N, C * r^2, H, W] to [N, C, H * r, W * r] (Shi et al. 2016). */
export class PixelShuffle extends Module {
  readonly upscale_factor: number;

  constructor(...args: ConstructorArgs<{ upscale_factor: number }, ["upscale_factor"]>) {
    super();
    [this.upscale_factor] = bindConstructor<[number]>("PixelShuffle(int upscale_factor)", args);
  }

  override forward(input: Tensor): Tensor {
    return F.pixel_shuffle(input, this.upscale_factor);
  }

  override extra_repr(): string {
    return `upscale_factor=${this.upscale_factor}`;
  }
}

/** The reverse of {@link PixelShuffle}. */
export class PixelUnshuffle extends Module {
  readonly downscale_factor: number;

  constructor(...args: ConstructorArgs<{ downscale_factor: number }, ["downscale_factor"]>) {
    super();
    [this.downscale_factor] = bindConstructor<[number]>("PixelUnshuffle(int downscale_factor)", args);
  }

  override forward(input: Tensor): Tensor {
    return F.pixel_unshuffle(input, this.downscale_factor);
  }

  override extra_repr(): string {
    return `downscale_factor=${this.downscale_factor}`;
  }
}

/** Mixes the channels of `groups` groups. */
export class ChannelShuffle extends Module {
  readonly groups: number;

  constructor(...args: ConstructorArgs<{ groups: number }, ["groups"]>) {
    super();
    [this.groups] = bindConstructor<[number]>("ChannelShuffle(int groups)", args);
  }

  override forward(input: Tensor): Tensor {
    return F.channel_shuffle(input, this.groups);
  }

  override extra_repr(): string {
    return `groups=${this.groups}`;
  }
}
