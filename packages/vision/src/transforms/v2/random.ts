/** Transforms that v2 has alone. */
import { pyFloat, rand, randn_like, randperm, type Tensor, ValueError } from "@tt/core";
import { type Arguments, bind } from "../../arguments.ts";
import { show } from "../../python.ts";
import { modeText } from "../auto_augment.ts";
import { pil_to_tensor, to_pil_image } from "../conversion.ts";
import { Image } from "../../image/image.ts";
import { get_dimensions, pad, resize } from "../geometry.ts";
import { drawInteger } from "../sizes.ts";
import { PictureTransform, Transform } from "../transform.ts";
import type { Fill, InterpolationMode, Picture } from "../types.ts";

interface ZoomOutArgs {
  fill?: Fill;
  /** How much larger the result may be than the image. */
  side_range?: readonly [number, number];
  p?: number;
}
const ZOOM_OUT = ["fill", "side_range", "p"] as const;

/** With chance `p` the image at a random place of a larger one (Liu et al. 2015). */
export class RandomZoomOut extends PictureTransform {
  readonly fill: Fill;
  readonly side_range: readonly [number, number];
  readonly p: number;

  /** @throws ValueError for a range that begins below 1 or ends before it begins */
  constructor(...args: Arguments<ZoomOutArgs, typeof ZOOM_OUT>) {
    super();
    const defaults = { fill: 0, side_range: [1, 4], p: 0.5 } as const;
    const { fill, side_range, p } = bind<ZoomOutArgs>("RandomZoomOut.__init__()", ZOOM_OUT, defaults, args);
    if (side_range[0] < 1 || side_range[0] > side_range[1]) {
      throw new ValueError(`Invalid side range provided ${show(side_range)}.`);
    }
    this.fill = fill;
    this.side_range = side_range;
    this.p = p;
  }

  override forward<P extends Picture>(img: P): P {
    if (rand(1).item() >= this.p) return img;
    const [, height, width] = get_dimensions(img);
    const [low, high] = this.side_range;
    const ratio = Math.fround(low + Math.fround(rand(1).item() * (high - low)));
    const [wide, tall] = [Math.trunc(width * ratio), Math.trunc(height * ratio)];
    const [x, y] = rand(2).tolist() as [number, number];
    const [left, top] = [Math.trunc((wide - width) * x), Math.trunc((tall - height) * y)];
    return pad(img, [left, top, wide - left - width, tall - top - height], { fill: this.fill });
  }

  override toString(): string {
    return `RandomZoomOut(p=${show(this.p)}, fill=${show(this.fill)}, side_range=(${this.side_range.map(pyFloat).join(", ")}))`;
  }
}

interface NoiseArgs {
  mean?: number;
  sigma?: number;
  /** Whether values are kept between 0 and 1. */
  clip?: boolean;
}
const NOISE = ["mean", "sigma", "clip"] as const;

/** Normal noise on images of floats. */
export class GaussianNoise extends Transform<Tensor, Tensor> {
  readonly mean: number;
  readonly sigma: number;
  readonly clip: boolean;

  constructor(...args: Arguments<NoiseArgs, typeof NOISE>) {
    super();
    const defaults = { mean: 0, sigma: 0.1, clip: true };
    const { mean, sigma, clip } = bind<NoiseArgs>("GaussianNoise.__init__()", NOISE, defaults, args);
    this.mean = mean;
    this.sigma = sigma;
    this.clip = clip;
  }

  /** @throws ValueError for integers and a negative sigma */
  override forward(input: Tensor): Tensor {
    if (!input.is_floating_point()) {
      throw new ValueError(`Input tensor is expected to be in float dtype, got dtype=${input.dtype.toString()}`);
    }
    if (this.sigma < 0) throw new ValueError(`sigma shouldn't be negative. Got ${this.sigma}`);
    const noisy = input.add(randn_like(input).mul(this.sigma).add(this.mean));
    return this.clip ? noisy.clamp(0, 1) : noisy;
  }

  override toString(): string {
    return `GaussianNoise(mean=${pyFloat(this.mean)}, sigma=${pyFloat(this.sigma)}, clip=${show(this.clip)})`;
  }
}

/** The channels in random order. */
export class RandomChannelPermutation extends PictureTransform {
  override forward<P extends Picture>(img: P): P {
    const tensor: Tensor = img instanceof Image ? pil_to_tensor(img) : img;
    const mixed = tensor.index_select(-3, randperm(get_dimensions(img)[0], { device: tensor.device }));
    return (img instanceof Image ? to_pil_image(mixed, img.mode) : mixed) as P;
  }
}

interface RandomResizeArgs {
  /** The least size of the smaller side. */
  min_size: number;
  /** The size that it stays below. */
  max_size: number;
  interpolation?: InterpolationMode;
  antialias?: boolean;
}
const RANDOM_RESIZE = ["min_size", "max_size", "interpolation", "antialias"] as const;

/** Resizes the smaller side to a random size. */
export class RandomResize extends PictureTransform {
  readonly min_size: number;
  readonly max_size: number;
  readonly interpolation: InterpolationMode;
  readonly antialias: boolean;

  constructor(...args: Arguments<RandomResizeArgs, typeof RANDOM_RESIZE>) {
    super();
    const defaults = { interpolation: "bilinear", antialias: true } as const;
    const o = bind<RandomResizeArgs>("RandomResize.__init__()", RANDOM_RESIZE, defaults, args);
    this.min_size = o.min_size;
    this.max_size = o.max_size;
    this.interpolation = o.interpolation;
    this.antialias = o.antialias;
  }

  override forward<P extends Picture>(img: P): P {
    const { interpolation, antialias } = this;
    return resize(img, drawInteger(this.min_size, this.max_size), { interpolation, antialias });
  }

  override toString(): string {
    return `RandomResize(min_size=${this.min_size}, max_size=${this.max_size}, interpolation=${modeText(this.interpolation)}, antialias=${show(this.antialias)})`;
  }
}
