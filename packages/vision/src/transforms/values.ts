/** Transforms that change the values of pixels. */
import { empty, rand, randperm, tensor, type Tensor, ValueError } from "@tt/core";
import { type Arguments, bind } from "../arguments.ts";
import { floatList, show } from "../python.ts";
import {
  adjust_brightness,
  adjust_contrast,
  adjust_hue,
  adjust_saturation,
  adjust_sharpness,
  autocontrast,
  equalize,
  erase,
  gaussian_blur,
  invert,
  posterize,
  rgb_to_grayscale,
  solarize,
} from "./color.ts";
import { get_dimensions, pair } from "./geometry.ts";
import { drawInteger, drawProportions, drawUniform } from "./sizes.ts";
import { PictureTransform, Transform } from "./transform.ts";
import type { Picture, Size } from "./types.ts";

type Range = number | readonly number[];

interface JitterArgs {
  brightness?: Range;
  contrast?: Range;
  saturation?: Range;
  hue?: Range;
}
const JITTER = ["brightness", "contrast", "saturation", "hue"] as const;

/** A range of factors about `center`; null when it is that alone. */
interface Factors {
  readonly low: number;
  readonly high: number;
  /** One number was given. */
  readonly symmetric: boolean;
}

function factors(value: Range, name: string, center: number, bound: readonly [number, number]): Factors | null {
  if (typeof value === "number") {
    if (value < 0) throw new ValueError(`If ${name} is a single number, it must be non negative.`);
    const low = center - value;
    const found = { low: center === 1 ? Math.max(low, 0) : low, high: center + value, symmetric: true };
    return checked(found, name, center, bound);
  }
  if (value.length !== 2) throw new TypeError(`${name} should be a single number or a list/tuple with length 2.`);
  return checked({ low: value[0]!, high: value[1]!, symmetric: false }, name, center, bound);
}

function checked(found: Factors, name: string, center: number, bound: readonly [number, number]): Factors | null {
  const { low, high } = found;
  if (low < bound[0] || low > high || high > bound[1]) {
    const top = bound[1] === Infinity ? "inf" : bound[1];
    throw new ValueError(`${name} values should be between (${bound[0]}, ${top})`);
  }
  return low === center && high === center ? null : found;
}

const text = (range: Factors | null): string => {
  if (range === null) return "None";
  return range.symmetric ? floatList([range.low, range.high]) : show([range.low, range.high]);
};

/**
 * Changes brightness, contrast, saturation and hue by random factors in a random order. A number x stands for
 * [1 - x, 1 + x], for the hue [-x, x].
 */
export class ColorJitter extends PictureTransform {
  readonly brightness: Factors | null;
  readonly contrast: Factors | null;
  readonly saturation: Factors | null;
  readonly hue: Factors | null;

  constructor(...args: Arguments<JitterArgs, typeof JITTER>) {
    super();
    const defaults = { brightness: 0, contrast: 0, saturation: 0, hue: 0 };
    const o = bind<JitterArgs>("ColorJitter.__init__()", JITTER, defaults, args);
    this.brightness = factors(o.brightness, "brightness", 1, [0, Infinity]);
    this.contrast = factors(o.contrast, "contrast", 1, [0, Infinity]);
    this.saturation = factors(o.saturation, "saturation", 1, [0, Infinity]);
    this.hue = factors(o.hue, "hue", 0, [-0.5, 0.5]);
  }

  override forward<P extends Picture>(img: P): P {
    const order = randperm(4).tolist() as number[];
    const draw = (range: Factors | null): number | null => range && drawUniform(range.low, range.high);
    const drawn = [draw(this.brightness), draw(this.contrast), draw(this.saturation), draw(this.hue)];
    const apply = [adjust_brightness, adjust_contrast, adjust_saturation, adjust_hue];
    return order.reduce((picture, i) => (drawn[i] == null ? picture : apply[i]!(picture, drawn[i])), img);
  }

  override toString(): string {
    return `ColorJitter(brightness=${text(this.brightness)}, contrast=${text(this.contrast)}, saturation=${text(this.saturation)}, hue=${text(this.hue)})`;
  }
}

/** In grey, in one channel or three equal ones. */
export class Grayscale extends PictureTransform {
  readonly num_output_channels: number;

  constructor(num_output_channels: number | { num_output_channels?: number } = 1) {
    super();
    this.num_output_channels =
      typeof num_output_channels === "number" ? num_output_channels : (num_output_channels.num_output_channels ?? 1);
  }

  override forward<P extends Picture>(img: P): P {
    return rgb_to_grayscale(img, this.num_output_channels);
  }

  override toString(): string {
    return `Grayscale(num_output_channels=${this.num_output_channels})`;
  }
}

/** Transforms that are done with probability `p`. */
abstract class Sometimes extends PictureTransform {
  readonly p: number;

  constructor(p: number | { p?: number }, byDefault: number) {
    super();
    this.p = typeof p === "number" ? p : (p.p ?? byDefault);
  }

  protected abstract change<P extends Picture>(img: P): P;

  override forward<P extends Picture>(img: P): P {
    return rand(1).item() < this.p ? this.change(img) : img;
  }

  override toString(): string {
    return `${this.constructor.name}(p=${show(this.p)})`;
  }
}

/** With probability `p` in grey, in as many channels. */
export class RandomGrayscale extends Sometimes {
  constructor(p: number | { p?: number } = 0.1) {
    super(p, 0.1);
  }

  protected override change<P extends Picture>(img: P): P {
    return rgb_to_grayscale(img, get_dimensions(img)[0]);
  }
}

/** With probability `p` white for black. */
export class RandomInvert extends Sometimes {
  constructor(p: number | { p?: number } = 0.5) {
    super(p, 0.5);
  }

  protected override change<P extends Picture>(img: P): P {
    return invert(img);
  }
}

/** With probability `p` {@link autocontrast}. */
export class RandomAutocontrast extends Sometimes {
  constructor(p: number | { p?: number } = 0.5) {
    super(p, 0.5);
  }

  protected override change<P extends Picture>(img: P): P {
    return autocontrast(img);
  }
}

/** With probability `p` {@link equalize}. */
export class RandomEqualize extends Sometimes {
  constructor(p: number | { p?: number } = 0.5) {
    super(p, 0.5);
  }

  protected override change<P extends Picture>(img: P): P {
    return equalize(img);
  }
}

/** With probability `p` {@link posterize}. */
export class RandomPosterize extends Sometimes {
  readonly bits: number;

  constructor(bits: number, p: number | { p?: number } = 0.5) {
    super(p, 0.5);
    this.bits = bits;
  }

  protected override change<P extends Picture>(img: P): P {
    return posterize(img, this.bits);
  }

  override toString(): string {
    return `RandomPosterize(bits=${this.bits},p=${show(this.p)})`;
  }
}

/** With probability `p` {@link solarize}. */
export class RandomSolarize extends Sometimes {
  readonly threshold: number;

  constructor(threshold: number, p: number | { p?: number } = 0.5) {
    super(p, 0.5);
    this.threshold = threshold;
  }

  protected override change<P extends Picture>(img: P): P {
    return solarize(img, this.threshold);
  }

  override toString(): string {
    return `RandomSolarize(threshold=${show(this.threshold)},p=${show(this.p)})`;
  }
}

/** With probability `p` {@link adjust_sharpness}. */
export class RandomAdjustSharpness extends Sometimes {
  readonly sharpness_factor: number;

  constructor(sharpness_factor: number, p: number | { p?: number } = 0.5) {
    super(p, 0.5);
    this.sharpness_factor = sharpness_factor;
  }

  protected override change<P extends Picture>(img: P): P {
    return adjust_sharpness(img, this.sharpness_factor);
  }

  override toString(): string {
    return `RandomAdjustSharpness(sharpness_factor=${show(this.sharpness_factor)},p=${show(this.p)})`;
  }
}

/** Blurs by a Gaussian of random width. */
export class GaussianBlur extends PictureTransform {
  readonly kernel_size: readonly [number, number];
  readonly sigma: readonly [number, number];

  constructor(
    kernel_size: Size,
    sigma: number | readonly number[] | { sigma?: number | readonly number[] } = [0.1, 2],
  ) {
    super();
    const given = typeof sigma === "object" && "sigma" in sigma ? (sigma.sigma ?? [0.1, 2]) : (sigma as Range);
    this.kernel_size = pair(kernel_size, "Kernel size should be a tuple/list of two integers");
    if (this.kernel_size.some((size) => size <= 0 || size % 2 === 0)) {
      throw new ValueError("Kernel size value should be an odd and positive number.");
    }
    if (typeof given === "number") {
      if (given <= 0) throw new ValueError("If sigma is a single number, it must be positive.");
      this.sigma = [given, given];
    } else {
      const [low, high] = given;
      if (low === undefined || high === undefined || given.length !== 2) {
        throw new ValueError("sigma should be a single number or a list/tuple with length 2.");
      }
      if (!(low > 0 && low <= high)) {
        throw new ValueError("sigma values should be positive and of the form (min, max).");
      }
      this.sigma = [low, high];
    }
  }

  override forward<P extends Picture>(img: P): P {
    const sigma = drawUniform(this.sigma[0], this.sigma[1]);
    return gaussian_blur(img, this.kernel_size, [sigma, sigma]);
  }

  override toString(): string {
    const sigma = `(${floatList(this.sigma).slice(1, -1)})`;
    return `GaussianBlur(kernel_size=${show(this.kernel_size)}, sigma=${sigma})`;
  }
}

interface ErasingArgs {
  p?: number;
  /** Share of the area. */
  scale?: readonly [number, number];
  /** Proportions of the rectangle. */
  ratio?: readonly [number, number];
  /** What is written: a number, one for each channel, or noise. */
  value?: number | readonly number[] | "random";
  inplace?: boolean;
}
const ERASING = ["p", "scale", "ratio", "value", "inplace"] as const;

/** With probability `p` writes over a random rectangle of a tensor (Zhong et al. 2017). */
export class RandomErasing extends Transform<Tensor, Tensor> {
  readonly p: number;
  readonly scale: readonly [number, number];
  readonly ratio: readonly [number, number];
  readonly value: number | readonly number[] | "random";
  readonly inplace: boolean;

  constructor(...args: Arguments<ErasingArgs, typeof ERASING>) {
    super();
    const o = bind<ErasingArgs>(
      "RandomErasing.__init__()",
      ERASING,
      { p: 0.5, scale: [0.02, 0.33], ratio: [0.3, 3.3], value: 0, inplace: false },
      args,
    );
    if (typeof o.value === "string" && o.value !== "random") {
      throw new ValueError("If value is str, it should be 'random'");
    }
    if (o.scale[0] < 0 || o.scale[1] > 1) throw new ValueError("Scale should be between 0 and 1");
    if (o.p < 0 || o.p > 1) throw new ValueError("Random erasing probability should be between 0 and 1");
    this.p = o.p;
    this.scale = o.scale;
    this.ratio = o.ratio;
    this.value = o.value;
    this.inplace = o.inplace;
  }

  override forward(img: Tensor): Tensor {
    if (rand(1).item() >= this.p) return img;
    const { value, inplace } = this;
    const [channels, height, width] = img.shape.slice(-3) as [number, number, number];
    const list = value === "random" ? null : typeof value === "number" ? [value] : value;
    if (list !== null && list.length !== 1 && list.length !== channels) {
      throw new ValueError(
        `If value is a sequence, it should have either a single value or ${channels} (number of input channels)`,
      );
    }
    for (let i = 0; i < 10; i++) {
      const [h, w] = drawProportions(height * width, this.scale, this.ratio);
      if (h >= height || w >= width) continue;
      const filled = list === null ? empty(channels, h, w).normal_() : tensor([...list]).view(-1, 1, 1);
      const top = drawInteger(0, height - h + 1);
      return erase(img, top, drawInteger(0, width - w + 1), h, w, filled, inplace);
    }
    return erase(img, 0, 0, height, width, img, inplace);
  }

  override toString(): string {
    const { p, scale, ratio, value, inplace } = this;
    const shown = value === "random" ? value : show(value);
    return `RandomErasing(p=${show(p)}, scale=${show(scale)}, ratio=${show(ratio)}, value=${shown}, inplace=${show(inplace)})`;
  }
}
